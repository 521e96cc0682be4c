// People at their messages, each in a browser of their own.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { complaintsOf, expect, openDialog, row, test, write } from './portal';

test('two people chat live, and each sees what the other has read', async ({ portal, browser }) => {
  const alice = await portal.enter(browser, 1);
  const bob = await portal.enter(browser, 2);
  await openDialog(alice, '2');
  await openDialog(bob, '1');
  // With push the page does not ask: what shows from here on was told.
  for (const page of [alice, bob]) await expect(page.locator('.self .line')).toHaveClass(/online/);
  await bob.getByRole('combobox', { name: 'Write a message' }).pressSequentially('Wh');
  await expect(alice.getByText('Bob Hartley is writing…').first()).toBeVisible();
  await bob.getByRole('combobox', { name: 'Write a message' }).fill('');
  await write(alice, 'The van is [b]here[/b].');
  const got = bob.getByRole('log').locator('article').last();
  await expect(got).toContainText('The van is here.');
  await expect(got.locator('b', { hasText: 'here' })).toBeVisible();
  await write(bob, 'Coming!');
  await expect(alice.getByRole('log').locator('article').last()).toContainText('Coming!');
  await expect(alice.locator('article.mine').last().locator('.tick.seen')).toBeVisible();
  await expect(row(alice, '2')).toContainText('Coming!');
  for (const page of [alice, bob]) expect(complaintsOf(page)).toEqual([]);
});

test('a counter goes up while nobody looks and down when the dialog is read', async ({ portal, browser }) => {
  const bob = await portal.enter(browser, 2);
  await portal.call(2, 'im.dialog.read', { DIALOG_ID: '1' });
  await portal.call(1, 'im.message.add', { DIALOG_ID: '2', MESSAGE: 'one' });
  await portal.call(1, 'im.message.add', { DIALOG_ID: '2', MESSAGE: 'two' });
  await expect(row(bob, '1').locator('.badge')).toContainText('2');
  await expect(bob).toHaveTitle(/^\(\d+\) Lately$/);
  await row(bob, '1').getByRole('link').click();
  await expect(bob.getByText('New messages')).toBeVisible();
  await expect(row(bob, '1').locator('.badge')).toHaveCount(0);
  await expect.poll(async () => (await portal.call<{ counter: number }>(2, 'im.dialog.get', { DIALOG_ID: '1' })).counter).toBe(0);
});

test('a row is pinned, marked, silenced and hidden by its menu, and comes back with the next message', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  const id = '2';
  const choose = async (words: string) => {
    await row(page, id).getByRole('link').click({ button: 'right' });
    await page.getByRole('menuitem', { name: words, exact: true }).click();
  };
  const stored = async () => {
    const list = await portal.call<{ items: { id: string | number; pinned: boolean; unread: boolean }[] }>(1, 'im.recent.list', { LIMIT: 200 });
    return list.items.find((one) => String(one.id) === id);
  };
  await choose('Pin');
  await expect(row(page, id)).toHaveClass(/pinned/);
  await expect.poll(async () => (await stored())?.pinned).toBe(true);
  await choose('Unpin');
  await expect(row(page, id)).not.toHaveClass(/pinned/);
  await choose('Mark as read');
  await expect(row(page, id).locator('.badge')).toHaveCount(0);
  await choose('Mark as unread');
  await expect(row(page, id).locator('.badge.dot')).toBeVisible();
  await expect.poll(async () => (await stored())?.unread).toBe(true);
  await choose('Hide');
  await expect(row(page, id)).toHaveCount(0);
  await expect.poll(stored).toBeUndefined();
  await portal.call(2, 'im.message.add', { DIALOG_ID: '1', MESSAGE: 'back again' });
  await expect(row(page, id)).toContainText('back again');
  await row(page, 'chat1').getByRole('link').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Mute' }).click();
  await expect(row(page, 'chat1')).toHaveClass(/muted/);
});

test('a message is answered, liked, edited and deleted', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, '2');
  await write(page, 'first words');
  const mine = page.locator('article.mine').last();
  await expect(mine).toContainText('first words');
  await mine.hover();
  await mine.getByRole('button', { name: 'Like', exact: true }).click();
  await expect(mine.getByRole('button', { name: '1 like' })).toBeVisible();
  const field = page.getByRole('combobox', { name: 'Write a message' });
  await field.press('ArrowUp');
  await expect(page.getByText('You are editing a message')).toBeVisible();
  await field.fill('better words');
  await field.press('Enter');
  await expect(mine).toContainText('better words');
  await expect(mine).toContainText('edited');
  await mine.hover();
  await mine.getByRole('button', { name: 'Reply' }).click();
  await write(page, 'an answer');
  const answer = page.locator('article.mine').last();
  await expect(answer.locator('.answered')).toContainText('better words');
  await answer.hover();
  await answer.getByRole('button', { name: 'What to do with this message' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('log')).not.toContainText('an answer');
  expect(complaintsOf(page)).toEqual([]);
});

test('older messages come while one scrolls, without a jump', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, 'chat3');
  const log = page.getByRole('log');
  const count = () => log.locator('[data-message]').count();
  const before = await count();
  // Where the first message stands once one has scrolled, and where it stands when there are others before it.
  const [id, there] = await log.evaluate((box) => {
    box.scrollTop = 400;
    const first = box.querySelector<HTMLElement>('[data-message]');
    return [first?.dataset.message ?? '', first?.getBoundingClientRect().top ?? 0] as const;
  });
  await expect.poll(count).toBeGreaterThan(before);
  const top = () => log.locator(`[data-message="${id}"]`).evaluate((first) => first.getBoundingClientRect().top);
  await expect.poll(async () => Math.abs((await top()) - there)).toBeLessThan(30);
});

test('somebody is mentioned by name', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, 'chat1');
  const field = page.getByRole('combobox', { name: 'Write a message' });
  await field.pressSequentially('Hello @Carol');
  await expect(page.getByRole('option').first()).toContainText('Carol');
  await field.press('Enter');
  await field.pressSequentially('how are you?');
  await field.press('Enter');
  await expect(page.locator('article.mine').last().locator('.mention')).toHaveText('Carol Ashdown');
  const last = await portal.call<{ messages: { text: string }[] }>(1, 'im.dialog.messages.get', { DIALOG_ID: 'chat1', LAST_ID: 99_999_999, LIMIT: 1 });
  expect(last.messages[0]?.text).toBe('Hello [USER=3]Carol Ashdown[/USER] how are you?');
});

test('a group is made, renamed, and somebody is added and removed', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await page.keyboard.press('Alt+n');
  const box = page.getByRole('dialog');
  await box.getByRole('searchbox', { name: 'With whom?' }).fill('Bob');
  await box.getByRole('button', { name: /Bob Hartley/ }).click();
  await box.getByRole('textbox', { name: 'Name of the group' }).fill('Van crew');
  await box.getByRole('button', { name: 'Make a group' }).click();
  await expect(page.getByRole('heading', { name: 'Van crew' })).toBeVisible();
  await page.getByRole('button', { name: 'About this conversation' }).click();
  const about = page.getByRole('complementary', { name: 'About this conversation' });
  await expect(about).toContainText('2 members');
  await about.getByRole('button', { name: 'Add people' }).click();
  const adding = page.getByRole('dialog');
  await adding.getByRole('searchbox').fill('Carol');
  await expect(adding.getByRole('listitem')).toHaveCount(1);
  await adding.getByRole('button', { name: /Carol Ashdown/ }).click();
  await adding.getByRole('button', { name: 'Add people' }).click();
  await expect(about).toContainText('3 members');
  await about.getByRole('button', { name: 'Remove Bob Hartley from the chat' }).click();
  await expect(about).toContainText('2 members');
  await about.getByRole('button', { name: 'Rename' }).click();
  await about.getByRole('textbox').fill('Van & trailer crew');
  await about.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Van & trailer crew' })).toBeVisible();
});

test('a search finds rows, people and chats', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await page.keyboard.press('/');
  await page.keyboard.type('bob');
  const results = page.getByRole('region', { name: 'Search people, chats and messages here' });
  await expect(results.getByRole('link', { name: /Bob Hartley/ })).toBeVisible();
  await results.getByRole('link', { name: /Bob Hartley/ }).click();
  await expect(page.getByRole('heading', { name: 'Bob Hartley' })).toBeVisible();
});

test('a notification is answered with its button', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await page.getByRole('link', { name: 'Notifications' }).click();
  const waiting = page.getByRole('listitem').filter({ hasText: 'invites you to ride' });
  await waiting.getByRole('button', { name: 'I will come' }).click();
  await expect(waiting).toHaveCount(0);
});

test('a chat gets another picture and colour, and another owner', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  const id = await portal.call<number>(1, 'im.chat.add', { TITLE: 'Van crew', USERS: [2, 3], MESSAGE: 'hello' });
  await openDialog(page, `chat${id}`);
  await page.getByRole('button', { name: 'About this conversation' }).click();
  const about = page.getByRole('complementary', { name: 'About this conversation' });
  await about.getByRole('button', { name: 'azure' }).click();
  await expect(about.getByRole('button', { name: 'azure' })).toHaveAttribute('aria-pressed', 'true');
  const told = () => portal.call<{ color: string; avatar: string; owner: number }>(1, 'im.dialog.get', { DIALOG_ID: `chat${id}` });
  expect((await told()).color).toBe('#29619b');
  const choose = async (name: string, mimeType: string, buffer: Buffer) => {
    const chooser = page.waitForEvent('filechooser');
    await about.getByRole('button', { name: 'Change the picture' }).click();
    await (await chooser).setFiles({ name, mimeType, buffer });
  };
  await choose('no.png', 'image/png', Buffer.from('no picture'));
  await expect(page.getByText('This file is not a picture that can be used.')).toBeVisible();
  await choose('page.png', 'image/png', readFileSync(join(import.meta.dirname, '../../docs/img/page-phone.png')));
  await expect.poll(async () => (await told()).avatar).not.toBe('');
  const face = page.locator('.pane-head .face img');
  await expect.poll(() => face.last().evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  await about.getByRole('button', { name: 'Hand the chat over to Bob Hartley' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click();
  await expect.poll(async () => Number((await told()).owner)).toBe(2);
  await expect(about.getByRole('button', { name: /Hand the chat over/ })).toHaveCount(0);
  await expect(about.getByRole('button', { name: 'Leave the chat' })).toBeVisible();
  await page.keyboard.press('Escape');
  expect(complaintsOf(page)).toEqual([]);
});

test('whoever is elsewhere in a long talk sees how much is new, and finds the first of it', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, 'chat3');
  await expect(page.getByText('New messages')).toBeInViewport();
  const end = page.getByRole('button', { name: /To the newest message, \d+ unread messages/ });
  await expect(end).toBeVisible();
  await expect(page.getByRole('button', { name: 'To the first unread message' })).toHaveCount(0);
  await end.click();
  await expect(page.getByText('New messages')).not.toBeInViewport();
  await page.getByRole('button', { name: 'To the first unread message' }).click();
  await expect(page.getByText('New messages')).toBeInViewport();
});

test('customers of open lines are filtered, and a long list of notifications goes on', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  const lines = page.getByRole('button', { name: /^Lines/ });
  await expect(lines).toBeInViewport({ ratio: 1 });
  await lines.click();
  await expect(page.locator('li[data-id]').first()).toContainText('Hollowbrook Care');
  for (const title of await page.locator('li[data-id] .title').allTextContents()) expect(title).toContain('Hollowbrook Care');
  for (let count = 0; count < 60; count += 1) await portal.call(2, 'im.notify.personal.add', { USER_ID: 1, MESSAGE: `notice ${count}`, ATTACH: [{ MESSAGE: `block ${count}` }] });
  await page.getByRole('link', { name: 'Notifications' }).click();
  const list = page.getByRole('main').getByRole('listitem');
  await expect(page.getByText('block 59')).toBeVisible();
  await expect(page.getByText('notice 0', { exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'More' }).click();
  await expect(page.getByText('notice 0', { exact: true })).toBeVisible();
  const texts = await list.allTextContents();
  expect(new Set(texts).size).toBe(texts.length);
});
