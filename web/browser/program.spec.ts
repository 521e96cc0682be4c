// What programs send besides text: buttons, menus, attachments, previews of links; and messages that are searched.

import AxeBuilder from '@axe-core/playwright';
import { complaintsOf, expect, openDialog, row, test, type Page } from './portal';

const field = (page: Page) => page.getByRole('combobox', { name: 'Write a message' });
const last = (page: Page) => page.getByRole('log').locator('article').last();

test('buttons under a message do what they say', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openDialog(page, '2');
  const asked: unknown[] = [];
  let refuse = false;
  await page.route('**/rest/im.message.command*', async (route) => {
    asked.push(route.request().postDataJSON());
    const answer = refuse ? { status: 400, json: { error: 'COMMAND_ERROR', error_description: 'No such command' } } : { json: { result: true, time: {} } };
    await route.fulfill(answer);
  });
  const id = await portal.call<number>(2, 'im.message.add', {
    DIALOG_ID: '1',
    MESSAGE: 'What shall it be?',
    KEYBOARD: { BUTTONS: [
      { TEXT: 'Tea', COMMAND: 'tea', COMMAND_PARAMS: 'with milk', BOT_ID: 9, BG_COLOR_TOKEN: 'primary', BLOCK: 'Y' },
      { TEXT: 'Nothing', COMMAND: 'none', BOT_ID: 9, DISABLED: 'Y' },
      { TYPE: 'NEWLINE' },
      { TEXT: 'Write it', ACTION: 'PUT', ACTION_VALUE: '/order ' },
      { TEXT: 'Say it', ACTION: 'SEND', ACTION_VALUE: 'coffee, please' },
      { TEXT: 'Keep the number', ACTION: 'COPY', ACTION_VALUE: 'HB-42' },
      { TEXT: 'The menu', LINK: 'https://a.example/menu', BG_COLOR: '#ffd700', TEXT_COLOR: '#ffffff' },
      { TEXT: 'Ring up', ACTION: 'CALL', ACTION_VALUE: '+7 900 123' },
      { TEXT: 'A bad one', LINK: 'javascript:window.hacked=1' },
      { TEXT: 'To the floor', ACTION: 'DIALOG', ACTION_VALUE: 'chat3', DISPLAY: 'BLOCK' },
    ] },
  });
  const message = page.locator(`[data-message="${id}"]`);
  const press = (name: string) => message.getByRole('button', { name, exact: true }).click();
  await expect(message.getByRole('button', { name: 'Nothing' })).toBeDisabled();
  await expect(message.getByText('A bad one')).toHaveCount(0);
  await expect(message.getByRole('link', { name: 'The menu' })).toHaveAttribute('href', 'https://a.example/menu');
  await expect(message.getByRole('link', { name: 'Ring up' })).toHaveAttribute('href', 'tel:+7900123');
  await press('Write it');
  await expect(field(page)).toHaveValue('/order ');
  await press('Keep the number');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('HB-42');
  await press('Say it');
  await expect(page.locator('article.mine').last()).toContainText('coffee, please');
  refuse = true;
  await press('Tea');
  await expect(page.getByText('The bot does not know this command.')).toBeVisible();
  await expect(message.getByRole('button', { name: 'Tea' })).toBeEnabled();
  refuse = false;
  await press('Tea');
  await expect(message.getByRole('button', { name: 'Say it' })).toBeDisabled();
  await expect.poll(() => asked.length).toBe(2);
  expect(asked[1]).toMatchObject({ MESSAGE_ID: id, BOT_ID: 9, COMMAND: 'tea', COMMAND_PARAMS: 'with milk' });
  // The program answers by changing its buttons: they can be pressed again, and the text stays.
  await portal.call(2, 'im.message.update', { MESSAGE_ID: id, MESSAGE: 'Tea it is.', KEYBOARD: { BUTTONS: [{ TEXT: 'To the floor', ACTION: 'DIALOG', ACTION_VALUE: 'chat3' }] } });
  await expect(message).toContainText('Tea it is.');
  await expect(message.getByRole('button', { name: 'Tea' })).toHaveCount(0);
  await press('To the floor');
  await expect(page.getByRole('heading', { name: 'Workshop floor' })).toBeVisible();
  expect(complaintsOf(page)).toEqual([]);
});

test('a program adds to the menu of its message', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, '2');
  const id = await portal.call<number>(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'with a menu', MENU: { ITEMS: [{ TEXT: 'Say thanks', ACTION: 'SEND', ACTION_VALUE: 'thanks!' }, { TEXT: 'Bad', LINK: 'data:text/html,x' }] } });
  const message = page.locator(`[data-message="${id}"]`);
  await message.hover();
  await message.getByRole('button', { name: 'What to do with this message' }).click();
  await expect(page.getByRole('menuitem', { name: 'Bad' })).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'Say thanks' }).click();
  await expect(page.locator('article.mine').last()).toContainText('thanks!');
});

for (const scheme of ['light', 'dark'] as const) {
  test(`attachments of every kind and previews of links are shown, ${scheme}`, async ({ portal, browser }) => {
    const page = await portal.enter(browser, 1, { colorScheme: scheme });
    await openDialog(page, '2');
    await portal.call(2, 'im.message.add', {
      DIALOG_ID: '1',
      MESSAGE: 'All of it: https://a.example/heron',
      KEYBOARD: [{ TEXT: 'Blue', COMMAND: 'x', BOT_ID: 9, BG_COLOR: '#7070ff' }, { TEXT: 'Red', COMMAND: 'x', BOT_ID: 9, BG_COLOR_TOKEN: 'alert' }],
      ATTACH: { COLOR: '#29619b', BLOCKS: [
        { USER: { NAME: 'Carol Ashdown', USER_ID: 3 } },
        { LINK: { NAME: 'The sheet', DESC: 'of [b]today[/b]', LINK: 'https://a.example/sheet' } },
        { MESSAGE: 'A block with [b]words[/b]' },
        { DELIMITER: { SIZE: 200, COLOR: '#c6c6c6' } },
        { GRID: [{ NAME: 'Order', VALUE: 'HB-7', DISPLAY: 'LINE', WIDTH: 120 }, { NAME: 'State', VALUE: 'late', DISPLAY: 'ROW', COLOR_TOKEN: 'alert' }, { NAME: 'Room', VALUE: 'the floor', DISPLAY: 'BLOCK', CHAT_ID: 3 }] },
        { IMAGE: { NAME: 'A heron', LINK: `${portal.origin}/icon.svg`, WIDTH: 100, HEIGHT: 50 } },
        { FILE: { NAME: 'plan.pdf', LINK: 'https://a.example/plan.pdf', SIZE: 120_000 } },
        { RICH_LINK: { NAME: 'Herons', DESC: 'All about them', LINK: 'https://a.example/heron', PREVIEW: `${portal.origin}/icon.svg` } },
      ] },
    });
    const message = last(page);
    await expect(message.getByRole('link', { name: 'Carol Ashdown' })).toHaveAttribute('href', '#/dialog/3');
    await expect(message.getByRole('link', { name: 'The sheet' })).toHaveAttribute('href', 'https://a.example/sheet');
    await expect(message.locator('b', { hasText: /^words$/ })).toBeVisible();
    await expect(message.locator('hr')).toBeVisible();
    await expect(message.locator('dt', { hasText: 'Order' })).toBeVisible();
    await expect(message.getByRole('link', { name: 'the floor' })).toHaveAttribute('href', '#/dialog/chat3');
    await expect(message.getByRole('img', { name: 'A heron' })).toHaveAttribute('width', '100');
    await expect(message.getByRole('link', { name: 'plan.pdf' })).toBeVisible();
    await expect(message).toContainText('120 kB');
    const preview = message.getByRole('link', { name: /Herons/ });
    await expect(preview).toHaveAttribute('href', 'https://a.example/heron');
    await expect(preview).toContainText('a.example');
    await expect.poll(() => preview.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Search in this conversation' }).click();
    await page.getByRole('searchbox', { name: 'Search in this conversation' }).fill('All of it');
    await expect(page.getByRole('complementary').locator('.hit').first()).toBeVisible();
    const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze();
    expect(found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical').map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`)).toEqual([]);
    expect(complaintsOf(page)).toEqual([]);
  });
}

test('a preview that comes after its message is shown without a jump of what is read', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, '2');
  const id = await portal.call<number>(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'see https://a.example/late' });
  const message = page.locator(`[data-message="${id}"]`);
  await expect(message).toBeVisible();
  await portal.call(2, 'im.message.update', { MESSAGE_ID: id, ATTACH: [{ BLOCKS: [{ RICH_LINK: { NAME: 'Late', LINK: 'https://a.example/late' } }] }] });
  await expect(message.getByRole('link', { name: /Late/ })).toBeVisible();
  const below = await page.getByRole('log').evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  expect(below).toBeLessThan(60);
});

test('a link to an open chat has a preview, and leads there within the page', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  const chat = await portal.call<number>(2, 'im.chat.add', { TYPE: 'OPEN', TITLE: 'Heron watchers', USERS: [1] });
  const address = `${portal.secure}/#/dialog/chat${chat}`;
  await openDialog(page, '2');
  await portal.call(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: `Come and see: ${address}` });
  const preview = last(page).locator('.preview');
  await expect(preview).toContainText('Heron watchers');
  await expect(last(page).locator('.markup').getByRole('link')).toHaveAttribute('href', `#/dialog/chat${chat}`);
  await preview.click();
  await expect(page.getByRole('heading', { name: 'Heron watchers' })).toBeVisible();
  expect(page.context().pages()).toHaveLength(1);
  expect(complaintsOf(page)).toEqual([]);
});

test('messages of a dialog are found by words and by day, and lead to their place', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  const id = await portal.call<number>(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'The [b]quicksilver[/b] bell is in the drawer' });
  for (let count = 0; count < 70; count += 1) await portal.call(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: `and then ${count}` });
  await portal.call(1, 'im.dialog.read', { DIALOG_ID: '2' });
  await openDialog(page, '2');
  await expect(page.locator(`[data-message="${id}"]`)).toHaveCount(0);
  await page.getByRole('button', { name: 'Search in this conversation' }).click();
  const panel = page.getByRole('complementary', { name: 'Search in this conversation' });
  await panel.getByRole('searchbox').fill('qu');
  await expect(panel).toContainText('Write at least 3 letters.');
  await panel.getByRole('searchbox').fill('quicksil');
  const hit = panel.getByRole('link', { name: /quicksilver bell/ });
  await expect(hit.locator('mark')).toHaveText('quicksil');
  for (let round = 0; round < 2; round += 1) {
    await hit.click();
    await expect(page.locator(`[data-message="${id}"]`)).toHaveClass(/pointed/);
    await expect(page.locator(`[data-message="${id}"]`)).toBeInViewport();
    await page.getByRole('button', { name: 'To the newest message' }).click();
    await expect(last(page)).toContainText('and then 69');
  }
  await panel.getByRole('searchbox').fill('then');
  await expect(panel.getByRole('listitem')).toHaveCount(30);
  await panel.getByRole('button', { name: 'More' }).click();
  await expect(panel.getByRole('listitem')).toHaveCount(60);
  await panel.getByRole('searchbox').fill('');
  await panel.getByLabel('On the day').fill(new Date().toISOString().slice(0, 10));
  await expect(panel.getByRole('listitem').first()).toContainText('and then 69');
  await panel.getByRole('searchbox').fill('no such words anywhere');
  await expect(panel).toContainText('Nothing found.');
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(page.getByRole('log')).toBeVisible();
});

test('a search from the left finds messages in many conversations', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await portal.call(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'a xylophone for Bob' });
  const id = await portal.call<number>(3, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'a xylophone for Carol' });
  await portal.call(3, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'something else' });
  await portal.call(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'something else' });
  await expect(row(page, '3')).toContainText('something else');
  await page.getByRole('searchbox', { name: /Search people/ }).fill('xyloph');
  const results = page.getByRole('region', { name: /Search people/ });
  await expect(results.getByRole('heading', { name: 'Messages' })).toBeVisible();
  await expect(results.getByRole('link', { name: /xylophone/ })).toHaveCount(2);
  await results.getByRole('link', { name: /xylophone for Carol/ }).click();
  await expect(page.locator(`[data-message="${id}"]`)).toHaveClass(/pointed/);
  await expect(page.getByRole('heading', { name: 'Carol Ashdown' })).toBeVisible();
  expect(complaintsOf(page)).toEqual([]);
});

test('a quote leads to the message that it quotes', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  const id = await portal.call<number>(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'words to be quoted, https://a.example/q' });
  await openDialog(page, '2');
  const message = page.locator(`[data-message="${id}"]`);
  await message.hover();
  await message.getByRole('button', { name: 'What to do with this message' }).click();
  await page.getByRole('menuitem', { name: 'Quote' }).click();
  await expect(field(page)).toHaveValue(new RegExp(`#1:2/${id}\nwords to be quoted, https://a.example/q\n`));
  await field(page).press('End');
  await field(page).press('Enter');
  const mine = page.locator('article.mine').last();
  await expect(mine.locator('blockquote')).toContainText('words to be quoted');
  await mine.locator('cite').getByRole('button', { name: /Bob Hartley/ }).click();
  await expect(message).toHaveClass(/pointed/);
});

test('whoever edits sees names, not tags', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  const id = await portal.call<number>(1, 'im.message.add', { DIALOG_ID: '2', MESSAGE: 'Ask [USER=3]Carol Ashdown[/USER] at https://a.example/x' });
  await openDialog(page, '2');
  await field(page).press('ArrowUp');
  await expect(field(page)).toHaveValue('Ask @Carol Ashdown at https://a.example/x');
  await field(page).press('Enter');
  await expect(page.getByText('You are editing a message')).toHaveCount(0);
  const told = async () => (await portal.call<{ messages: { text: string; params: { IS_EDITED?: string } | [] }[] }>(2, 'im.dialog.messages.get', { DIALOG_ID: '1', LAST_ID: id + 1, LIMIT: 1 })).messages[0];
  expect((await told())?.params).toEqual([]);
  await field(page).press('ArrowUp');
  await field(page).fill('Ask @Carol Ashdown now');
  await field(page).press('Enter');
  await expect.poll(async () => (await told())?.text).toBe('Ask [USER=3]Carol Ashdown[/USER] now');
});
