// Bots: their commands are offered and reach them, so do their buttons; links bring them what they say; and people see
// that they are bots.

import AxeBuilder from '@axe-core/playwright';
import { Program } from './bot';
import { complaintsOf, expect, row, test as base, watch, type Page, type Portal } from './portal';

/** Tests with Marta, a bot that takes orders. */
const test = base.extend<{ marta: Program }>({
  marta: async ({ portal }, use) => {
    const marta = await Program.start(portal, 'Marta');
    await use(marta);
    await marta.stop();
  },
});

const field = (page: Page) => page.getByRole('combobox', { name: 'Write a message' });
const list = (page: Page) => page.getByRole('listbox', { name: 'Commands of bots' });
const last = (page: Page) => page.getByRole('log').locator('article').last();

/** Goes to a dialog, in which there may be nothing yet. */
async function goTo(page: Page, dialog: string | number) {
  await page.evaluate((id) => {
    location.hash = `#/dialog/${id}`;
  }, dialog);
  await expect(field(page)).toBeVisible();
}

async function serious(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze();
  const bad = found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
  return bad.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`);
}

test('a command that was picked and a button that was pressed reach the bot, and its answers come live', async ({ portal, browser, marta }) => {
  await marta.knows('order', 'Orders something to drink', ({ params }) => ({
    MESSAGE: `How do you want your ${params}?`,
    KEYBOARD: { BOT_ID: marta.bot, BUTTONS: [{ TEXT: 'With milk', COMMAND: 'brew', COMMAND_PARAMS: `${params} with milk`, BLOCK: 'Y' }] },
  }), { LANG: [{ LANGUAGE_ID: 'en', TITLE: 'Orders something to drink', PARAMS: 'drink' }] });
  await marta.knows('brew', 'Brews it', ({ params, user }) => ({ MESSAGE: `[USER=${user}]Somebody[/USER] gets [b]${params}[/b].` }), { HIDDEN: 'Y' });
  const page = await portal.enter(browser, 2);
  await goTo(page, marta.bot);
  await expect(page.locator('.self .line')).toHaveClass(/online/);
  await field(page).pressSequentially('/or');
  await expect(list(page).getByRole('option')).toHaveCount(1);
  await field(page).press('Enter');
  await expect(field(page)).toHaveValue('/order ');
  await field(page).pressSequentially('tea');
  await field(page).press('Enter');
  expect(await marta.hears(1)).toMatchObject({ name: 'order', params: 'tea', context: 'TEXTAREA', user: 2, dialog: '2' });
  const question = last(page);
  await expect(question).toContainText('How do you want your tea?');
  await question.getByRole('button', { name: 'With milk' }).click();
  expect(await marta.hears(2)).toMatchObject({ name: 'brew', params: 'tea with milk', context: 'KEYBOARD', user: 2 });
  await expect(last(page).locator('b', { hasText: 'tea with milk' })).toBeVisible();
  await expect(row(page, String(marta.bot))).toContainText('tea with milk');
  expect(marta.events.filter((event) => event === 'ONIMBOTMESSAGEADD')).toEqual([]);
  expect(complaintsOf(page)).toEqual([]);
});

test('in a group the commands of its bots are offered, also behind a mention', async ({ portal, browser, marta }) => {
  await marta.knows('order', 'Orders something to drink');
  const chat = await portal.call<number>(2, 'im.chat.add', { TITLE: 'Tea round', USERS: [3, marta.bot], MESSAGE: 'Who wants tea?' });
  const page = await portal.enter(browser, 2);
  await goTo(page, `chat${chat}`);
  await field(page).pressSequentially('@Mart');
  await expect(page.getByRole('option', { name: /Marta.*bot/ })).toBeVisible();
  await field(page).press('Enter');
  await field(page).pressSequentially('/');
  await list(page).getByRole('option', { name: /order/ }).click();
  await expect(field(page)).toHaveValue('@Marta /order ');
  await field(page).press('Enter');
  expect(await marta.hears(1)).toMatchObject({ name: 'order', params: '', dialog: `chat${chat}` });
  await expect(last(page)).toContainText('done');
  await goTo(page, 3);
  await field(page).pressSequentially('/');
  await expect(list(page)).toHaveCount(0);
});

test('commands are filtered as one types, and chosen by the keys or by the pointer', async ({ portal, browser, marta }) => {
  await marta.knows('start', 'Begins a round');
  await marta.knows('order', 'Orders something to drink');
  await marta.knows('stop', 'Ends the round');
  await marta.knows('secret', 'Nobody is offered this', undefined, { HIDDEN: 'Y' });
  const page = await portal.enter(browser, 2);
  await goTo(page, marta.bot);
  const box = field(page);
  const options = list(page).getByRole('option');
  const pointed = () => box.evaluate((area) => document.getElementById(area.getAttribute('aria-activedescendant') ?? '')?.textContent ?? '');
  await expect(box).toHaveAttribute('aria-expanded', 'false');
  await box.pressSequentially('/');
  await expect(options).toHaveCount(3);
  await expect(box).toHaveAttribute('aria-expanded', 'true');
  await expect(options.first()).toContainText('/start');
  await expect(options.first()).toContainText('Begins a round');
  await expect(options.first()).toContainText('Marta');
  await box.press('ArrowDown');
  expect(await pointed()).toContain('/order');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await box.press('ArrowUp');
  await box.press('ArrowUp');
  expect(await pointed()).toContain('/stop');
  await box.pressSequentially('st');
  await expect(options).toHaveCount(2);
  await box.press('ArrowDown');
  await box.press('Tab');
  await expect(box).toHaveValue('/stop ');
  await expect(box).toBeFocused();
  await expect(list(page)).toHaveCount(0);
  await box.fill('');
  await box.pressSequentially('/dri');
  await expect(options).toHaveText([/order/]);
  await box.press('Escape');
  await expect(list(page)).toHaveCount(0);
  await box.pressSequentially('n');
  await expect(list(page)).toHaveCount(0);
  await box.fill('');
  await box.pressSequentially('nothing');
  await box.press('Shift+Enter');
  await box.pressSequentially('/');
  await options.nth(1).hover();
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await options.nth(1).click();
  await expect(box).toHaveValue('nothing\n/order ');
  await expect(box).toBeFocused();
  await box.fill('');
  await box.pressSequentially('and/');
  await expect(list(page)).toHaveCount(0);
  // What stands there whole is sent, as it is without a list.
  await box.fill('');
  await box.pressSequentially('/start');
  await expect(options).toHaveCount(1);
  await box.press('Enter');
  expect(await marta.hears(1)).toMatchObject({ name: 'start' });
  await expect(last(page)).toContainText('done');
  // Whoever edits what was sent gives no command.
  await box.press('ArrowUp');
  await expect(page.getByText('You are editing a message')).toBeVisible();
  await box.fill('');
  await box.pressSequentially('/');
  await expect(list(page)).toHaveCount(0);
  expect(complaintsOf(page)).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the list and the marks of a bot are clean for axe and fit a phone, ${colorScheme}`, async ({ portal, browser, marta }) => {
    for (let count = 1; count <= 20; count += 1) await marta.knows(`order${count}`, `Orders ${count} cups of something to drink, and says to everybody who waits how long it takes`);
    const page = await portal.enter(browser, 2, { colorScheme });
    await goTo(page, marta.bot);
    await field(page).pressSequentially('/');
    await expect(list(page).getByRole('option')).toHaveCount(20);
    await page.getByRole('button', { name: 'About this conversation' }).click();
    await field(page).click();
    await expect(list(page)).toBeVisible();
    expect(await serious(page)).toEqual([]);
    const phone = await portal.enter(browser, 2, { colorScheme, viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
    await goTo(phone, marta.bot);
    await field(phone).pressSequentially('/');
    const option = list(phone).getByRole('option').nth(2);
    await expect(option).toBeInViewport({ ratio: 1 });
    expect((await option.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    for (let count = 0; count < 19; count += 1) await field(phone).press('ArrowDown');
    await expect(list(phone).getByRole('option').last()).toBeInViewport({ ratio: 1 });
    expect(await serious(phone)).toEqual([]);
    await list(phone).getByRole('option').last().tap();
    await expect(field(phone)).toHaveValue('/order20 ');
  });
}

test('commands are called as the page speaks', async ({ portal, browser, marta }) => {
  await marta.knows('order', 'Orders a drink', undefined, { LANG: [{ LANGUAGE_ID: 'en', TITLE: 'Orders a drink' }, { LANGUAGE_ID: 'ru', TITLE: 'Заказать напиток', PARAMS: 'что' }] });
  const page = await portal.enter(browser, 2);
  await page.goto(`${portal.origin}/#/profile`);
  await page.getByLabel('Русский').check();
  await page.goto(`${portal.origin}/#/dialog/${marta.bot}`);
  await page.getByRole('combobox', { name: 'Напишите сообщение' }).pressSequentially('/');
  await expect(page.getByRole('listbox', { name: 'Команды ботов' }).getByRole('option')).toHaveText([/\/order что.*Заказать напиток.*Marta/]);
});

/** What a page told bots when links led to them. */
function contexts(page: Page): unknown[] {
  const told: unknown[] = [];
  page.on('request', (request) => {
    if (request.url().includes('im.v2.Chat.Bot.sendContext')) told.push(request.postDataJSON());
  });
  return told;
}

const link = (portal: Portal, path: string, dialog: number | string, context: string) =>
  `${portal.origin}${path}?IM_DIALOG=${dialog}&BOT_CONTEXT=${encodeURIComponent(context)}`;

for (const path of ['/', '/online/']) {
  test(`a link at ${path} opens the dialog and tells its bot once what it brings`, async ({ portal, browser, marta }) => {
    const page = await portal.enter(browser, 2);
    const told = contexts(page);
    await page.goto(link(portal, path, marta.bot, '{"table":42,"note":"by the window & door"}'));
    await expect(page.getByRole('heading', { name: 'Marta' })).toBeVisible();
    await expect.poll(() => told).toEqual([{ dialogId: String(marta.bot), context: { table: 42, note: 'by the window & door' } }]);
    await expect(page).toHaveURL(`${portal.origin}/#/dialog/${marta.bot}`);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Marta' })).toBeVisible();
    await page.goBack();
    await page.goForward();
    await goTo(page, 3);
    await goTo(page, marta.bot);
    await expect(page.getByRole('heading', { name: 'Marta' })).toBeVisible();
    expect(told).toHaveLength(1);
    expect(complaintsOf(page)).toEqual([]);
  });
}

test('a link still works for somebody who signs in first', async ({ portal, browser, marta }) => {
  const page = await (await browser.newContext()).newPage();
  watch(page);
  const told = contexts(page);
  await page.goto(link(portal, '/online/', marta.bot, '{"ref":"u12345"}'));
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Everybody' }).click();
  expect(told).toEqual([]);
  await page.getByRole('button', { name: portal.person(2).name }).first().click();
  await expect(page.getByRole('heading', { name: 'Marta' })).toBeVisible();
  await expect.poll(() => told).toEqual([{ dialogId: String(marta.bot), context: { ref: 'u12345' } }]);
  await expect(page).toHaveURL(`${portal.origin}/#/dialog/${marta.bot}`);
  expect(complaintsOf(page)).toEqual([]);
});

test('what is no object is told to nobody, and no complaint is made of it', async ({ portal, browser, marta }) => {
  const page = await portal.enter(browser, 2);
  const told = contexts(page);
  for (const bad of ['{', 'table 42', '[1]', '42', 'null']) {
    await page.goto(link(portal, '/online/', marta.bot, bad));
    await expect(page.getByRole('heading', { name: 'Marta' })).toBeVisible();
    await expect(page).toHaveURL(`${portal.origin}/#/dialog/${marta.bot}`);
  }
  await page.goto(`${portal.origin}/?IM_DIALOG=nonsense&BOT_CONTEXT=${encodeURIComponent('{"a":1}')}`);
  await expect(page).toHaveURL(`${portal.origin}/`);
  await expect(page.locator('li[data-id]').first()).toBeVisible();
  await page.goto(`${portal.origin}/?IM_DIALOG=chat3`);
  await expect(page.getByRole('heading', { name: 'Workshop floor' })).toBeVisible();
  expect(told).toEqual([]);
  expect(complaintsOf(page)).toEqual([]);
});

test('a link to somebody who is no bot says so and leaves the page usable', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 2);
  await page.goto(link(portal, '/', 3, '{"a":1}'));
  await expect(page.getByText('This bot is not there any more.')).toBeVisible();
  await expect(page).toHaveURL(`${portal.origin}/#/dialog/3`);
  await expect(field(page)).toBeVisible();
});

test('a bot is seen to be one wherever it shows', async ({ portal, browser, marta }) => {
  await marta.knows('order', 'Orders something to drink');
  const chat = await portal.call<number>(2, 'im.chat.add', { TITLE: 'Tea round', USERS: [3, marta.bot], MESSAGE: 'Who wants tea?' });
  await portal.call(2, 'im.message.add', { DIALOG_ID: marta.bot, MESSAGE: '/order' });
  await portal.call(2, 'im.message.add', { DIALOG_ID: `chat${chat}`, MESSAGE: '/order' });
  await marta.hears(2);
  const page = await portal.enter(browser, 2);
  await expect(row(page, String(marta.bot))).toContainText('Marta, bot');
  await goTo(page, marta.bot);
  await expect(page.locator('.pane-head', { hasText: 'Marta' })).toContainText('bot');
  await expect(page.locator('.pane-head', { hasText: 'Marta' })).toContainText('Takes orders');
  await page.getByRole('button', { name: 'About this conversation' }).click();
  await expect(page.getByRole('complementary').locator('.bot')).toHaveText(', bot');
  await goTo(page, `chat${chat}`);
  await expect(last(page).getByRole('button', { name: /Marta.*bot/ })).toBeVisible();
  await page.getByRole('button', { name: 'About this conversation' }).click();
  const members = page.getByRole('complementary');
  await expect(members.getByRole('link', { name: /Marta.*bot/ })).toBeVisible();
  await expect(members.getByRole('link', { name: /Carol/ })).not.toContainText('bot');
});

test('messages of a bot that wants no likes offer none', async ({ portal, browser, marta }) => {
  await marta.knows('order', 'Orders something to drink');
  await portal.call(2, 'im.message.add', { DIALOG_ID: marta.bot, MESSAGE: '/order' });
  await marta.hears(1);
  let wanted = true;
  const page = await portal.enter(browser, 2);
  await page.route('**/rest/im.dialog.messages.get*', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { result: { users: { id: number; bot_data: { reactions_enabled: boolean } | null }[] } };
    for (const user of body.result.users) if (user.bot_data) user.bot_data.reactions_enabled = wanted;
    await route.fulfill({ response, json: body });
  });
  const like = () => last(page).getByRole('button', { name: 'Like', exact: true });
  const offered = async () => {
    await expect(last(page)).toContainText('done');
    await last(page).hover();
    const beside = await like().count();
    await last(page).getByRole('button', { name: 'What to do with this message' }).click();
    await expect(page.getByRole('menuitem', { name: 'Reply' })).toBeVisible();
    const count = await page.getByRole('menuitem', { name: 'Like', exact: true }).count();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
    await expect(page.getByRole('heading', { name: 'Marta' })).toBeVisible();
    return count + beside;
  };
  await goTo(page, marta.bot);
  expect(await offered()).toBe(2);
  wanted = false;
  await goTo(page, 3);
  await expect(page.getByRole('heading', { name: 'Carol Ashdown' })).toBeVisible();
  await goTo(page, marta.bot);
  expect(await offered()).toBe(0);
  await expect(page.locator('article.mine').last().getByRole('button', { name: 'Like', exact: true })).toHaveCount(1);
});
