// What the administrator's part looks like where, and to whom. `LATELY_LOOK=FOLDER` keeps pictures there.

import AxeBuilder from '@axe-core/playwright';
import { join } from 'node:path';
import { PARTS, part } from './admin';
import { expect, test } from './portal';

for (const [scheme, locale, width] of [['light', 'en-GB', 1280], ['dark', 'ru-RU', 390]] as const) {
  test(`each part is for everybody: ${scheme}, ${locale}, ${width} wide`, async ({ portal, browser }) => {
    // Axe looks at each of them.
    test.setTimeout(240_000);
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 800 } });
    await context.addInitScript((language) => localStorage.setItem('lately.language', language), locale.slice(0, 2));
    const page = await context.newPage();
    await page.goto(portal.origin);
    await page.locator('.people button').first().click();
    await expect(page.locator('li[data-id]').first()).toBeVisible();
    for (const name of PARTS) {
      await part(page, name);
      if (name === 'settings') await page.locator('summary').click();
      const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze();
      const bad = found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
      expect(bad.map((one) => `${name}: ${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width);
      if (process.env.LATELY_LOOK) await page.screenshot({ path: join(process.env.LATELY_LOOK, `${name}-${scheme}.png`) });
    }
  });
}

test('the keyboard alone goes through the parts', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await part(page, 'people');
  await page.getByRole('link', { name: 'People', exact: true }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Settings' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Name of the portal', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Settings' })).toHaveAttribute('aria-current', 'page');
  await page.getByLabel('Name of the portal', { exact: true }).focus();
  await page.keyboard.press('End');
  await page.keyboard.type(' Ltd');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Saved: Name of the portal')).toBeVisible();
});
