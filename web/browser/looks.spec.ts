// What the page looks like where, and to whom.

import AxeBuilder from '@axe-core/playwright';
import { join } from 'node:path';
import { expect, openDialog, row, test, write } from './portal';

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious, ${scheme}`, async ({ portal, browser }) => {
    // Each look takes seconds.
    test.setTimeout(180_000);
    const page = await portal.enter(browser, 1, { colorScheme: scheme });
    const check = async (what: string) => {
      const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze();
      const bad = found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
      expect(bad.map((one) => `${what}: ${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`)).toEqual([]);
    };
    await check('list');
    await openDialog(page, 'chat3');
    await check('dialog');
    await page.getByRole('button', { name: 'About this conversation' }).click();
    await check('about');
    await page.getByRole('button', { name: 'Search in this conversation' }).click();
    await page.getByRole('searchbox', { name: 'Search in this conversation' }).fill('new');
    await expect(page.getByRole('complementary').locator('.hit').first()).toBeVisible();
    await check('search in a dialog');
    await page.getByRole('searchbox', { name: /Search people/ }).fill('new');
    await expect(page.getByRole('region', { name: /Search people/ }).locator('.hit').first()).toBeVisible();
    await check('search');
    await page.getByRole('button', { name: 'Clear the search' }).click();
    for (const [hash, name] of [['#/notifications', 'Notifications'], ['#/profile', 'Profile'], ['#/admin', 'Administration']] as const) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await expect(page.getByRole('main').getByRole('heading', { name, exact: true })).toBeVisible();
      await check(hash);
    }
    await page.keyboard.press('Alt+n');
    await expect(page.getByRole('dialog')).toBeVisible();
    await check('new conversation');
    const stranger = await (await browser.newContext({ colorScheme: scheme })).newPage();
    await stranger.goto(portal.origin);
    await expect(stranger.getByRole('button', { name: 'Everybody' })).toBeVisible();
    const found = await new AxeBuilder({ page: stranger }).analyze();
    expect(found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')).toEqual([]);
  });
}

test('the keyboard alone is enough', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await page.getByRole('searchbox').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const focused = await page.evaluate(() => document.activeElement?.closest('li')?.getAttribute('data-id'));
  const third = await page.locator('li[data-id]').nth(2).getAttribute('data-id');
  expect(focused).toBe(third);
  await page.keyboard.press('End');
  const last = await page.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset'));
  expect(Number(last)).toBeGreaterThan(20);
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Write a message' })).toBeFocused();
  await page.keyboard.type('only keys');
  await page.keyboard.press('Enter');
  await expect(page.locator('article.mine').last()).toContainText('only keys');
});

test('on a phone one side is shown at a time', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1, { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  await expect(page.getByRole('main')).toBeHidden();
  await row(page, '2').getByRole('link').tap();
  await expect(page.getByRole('log')).toBeVisible();
  await expect(page.getByRole('navigation')).toBeHidden();
  await write(page, 'from a phone');
  await expect(page.locator('article.mine').last()).toContainText('from a phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole('link', { name: 'Back' }).tap();
  await expect(row(page, '2')).toContainText('from a phone');
});

test('on a phone a message that was found is seen at once', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1, { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  await openDialog(page, '2');
  await page.getByRole('button', { name: 'Search in this conversation' }).tap();
  await page.getByRole('searchbox', { name: 'Search in this conversation' }).fill('Thursday');
  await page.getByRole('complementary').locator('.hit').first().tap();
  await expect(page.getByRole('complementary')).toHaveCount(0);
  await expect(page.locator('.pointed')).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('a finger that pushes a row aside marks it, or hides it', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1, { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  const push = (id: string, by: number) =>
    row(page, id).evaluate((item, across) => {
      const event = (type: string, clientX: number) =>
        item.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: 'touch', clientX, clientY: 300 }));
      event('pointerdown', 200);
      event('pointermove', 200 + across / 2);
      event('pointermove', 200 + across);
      event('pointerup', 200 + across);
    }, by);
  await expect(row(page, '2').locator('.badge')).toBeVisible();
  await push('2', 40);
  await expect(row(page, '2').locator('.badge')).toBeVisible();
  await push('2', 120);
  await expect(row(page, '2').locator('.badge')).toHaveCount(0);
  await push('2', -120);
  await expect(row(page, '2')).toHaveCount(0);
});

test('a real finger pushes rows, and opens their menu when it stays', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1, { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  const fingers = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number, y?: number) =>
    fingers.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined || y === undefined ? [] : [{ x, y }] });
  const middle = async (id: string) => {
    const place = await row(page, id).boundingBox();
    return { x: 200, y: (place?.y ?? 0) + (place?.height ?? 0) / 2 };
  };
  const push = async (id: string, by: number) => {
    const { x, y } = await middle(id);
    await touch('touchStart', x, y);
    for (let step = 1; step <= 8; step += 1) await touch('touchMove', x + (by * step) / 8, y);
    await expect(row(page, id)).toHaveAttribute('data-swipe', by < 0 ? 'left' : 'right');
    await touch('touchEnd');
  };
  await expect(row(page, '2').locator('.badge')).toBeVisible();
  await push('2', 130);
  await expect(row(page, '2').locator('.badge')).toHaveCount(0);
  await expect(page.getByRole('main')).toBeHidden();
  const { x, y } = await middle('5');
  await touch('touchStart', x, y);
  await expect(page.getByRole('menuitem', { name: 'Mute' })).toBeVisible();
  await touch('touchEnd');
  await page.getByRole('menuitem', { name: 'Mute' }).tap();
  await expect(row(page, '5')).toHaveClass(/muted/);
  await expect(row(page, '2')).not.toHaveClass(/muted/);
  await push('2', -130);
  await expect(row(page, '2')).toHaveCount(0);
});

test('the keys alone pin, silence, mark and hide a row', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await row(page, '2').getByRole('link').focus();
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.type('Pin');
  await page.keyboard.press('Enter');
  await expect(row(page, '2')).toHaveClass(/pinned/);
  await row(page, '2').getByRole('link').focus();
  await page.keyboard.press('ContextMenu');
  await page.keyboard.type('Mut');
  await page.keyboard.press('Enter');
  await expect(row(page, '2')).toHaveClass(/muted/);
  await row(page, '2').getByRole('link').focus();
  await page.keyboard.press('Delete');
  await expect(row(page, '2')).toHaveCount(0);
  expect(await page.evaluate(() => document.activeElement?.closest('li')?.hasAttribute('data-id'))).toBe(true);
});

test('it speaks Russian, and keeps the language and the colours that were chosen', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await page.goto(`${portal.origin}/#/profile`);
  await page.getByLabel('Русский').check();
  await page.getByLabel('Тёмные').check();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Разговоры' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});


// `LATELY_PICTURES=1` writes the pictures of the documents.
test('its pictures are taken', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1, { deviceScaleFactor: 2 });
  await openDialog(page, 'chat2');
  await expect(page.locator('.self .line')).toHaveClass(/online/);
  const picture = (name: string) => (process.env.LATELY_PICTURES ? { path: join(import.meta.dirname, `../../docs/img/${name}.png`) } : {});
  expect((await page.screenshot(picture('page'))).length).toBeGreaterThan(50_000);
  const dark = await portal.enter(browser, 1, { colorScheme: 'dark', viewport: { width: 390, height: 780 }, deviceScaleFactor: 2 });
  expect((await dark.screenshot(picture('page-phone'))).length).toBeGreaterThan(20_000);
});
