// Files: chosen, dropped and pasted, seen by the other side at once, refused with a reason.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { complaintsOf, expect, openDialog, row, test } from './portal';

const PICTURE = readFileSync(join(import.meta.dirname, '../../docs/img/page-phone.png')).toString('base64');

/** Lets a file go over the conversation, or pastes it into the field. */
const give = async (page: Parameters<typeof openDialog>[0], way: 'drop' | 'paste', name: string, type: string, base64: string) => {
  const target = way === 'drop' ? page.locator('.talk') : page.getByRole('combobox', { name: 'Write a message' });
  await target.evaluate(
    (element, [how, fileName, kind, text]) => {
      const bytes = Uint8Array.from(atob(text as string), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], fileName as string, { type: kind }));
      const event =
        how === 'drop'
          ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
          : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
      element.dispatchEvent(event);
    },
    [way, name, type, base64],
  );
};

test('a picture that is dropped is posted, and the other side sees it at once', async ({ portal, browser }) => {
  const alice = await portal.enter(browser, 1);
  const bob = await portal.enter(browser, 2);
  await openDialog(alice, '2');
  await openDialog(bob, '1');
  await give(alice, 'drop', 'Heron in blue.png', 'image/png', PICTURE);
  for (const page of [alice, bob]) {
    const picture = page.getByRole('log').getByRole('img', { name: 'Heron in blue.png' }).last();
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  }
  await expect(alice.getByRole('list', { name: 'Files on their way' })).toHaveCount(0);
  for (const page of [alice, bob]) expect(complaintsOf(page)).toEqual([]);
});

test('files are attached by the button and pasted, and can be fetched', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, '2');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles({ name: '<img src=x onerror=alert(1)>.txt', mimeType: 'text/plain', buffer: Buffer.from('bells and lamps') });
  const link = page.getByRole('log').getByRole('link', { name: '<img src=x onerror=alert(1)>.txt' });
  await expect(link).toBeVisible();
  const fetched = await page.request.get((await link.getAttribute('href')) ?? '');
  expect([fetched.status(), await fetched.text()]).toEqual([200, 'bells and lamps']);
  await give(page, 'paste', 'notes.md', 'text/markdown', btoa('# notes'));
  await expect(page.getByRole('log').getByRole('link', { name: 'notes.md' })).toBeVisible();
  await expect(row(page, '2')).toContainText('[File]');
  expect(complaintsOf(page)).toEqual([]);
});

test('a file that is not taken says why, and goes when it is sent again', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, '2');
  await page.route('**/rest/upload.json**', (route) => route.abort());
  await give(page, 'drop', 'lamp.txt', 'text/plain', btoa('lamp'));
  const waiting = page.getByRole('list', { name: 'Files on their way' });
  await expect(waiting.getByRole('alert')).toBeVisible();
  await page.unroute('**/rest/upload.json**');
  await waiting.getByRole('button', { name: 'Send again' }).click();
  await expect(page.getByRole('log').getByRole('link', { name: 'lamp.txt' })).toBeVisible();
  await expect(waiting).toHaveCount(0);
});

test('files that are chosen together come in one message, and its pictures are looked at one after the other', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, '2');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  const picture = Buffer.from(PICTURE, 'base64');
  await (await chooser).setFiles([
    { name: 'one.png', mimeType: 'image/png', buffer: picture },
    { name: 'two.png', mimeType: 'image/png', buffer: picture },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') },
  ]);
  const message = page.locator('article.mine').last();
  await expect(message.getByRole('listitem')).toHaveCount(3);
  await expect(message.getByRole('link', { name: 'notes.txt' })).toBeVisible();
  await message.getByRole('img', { name: 'one.png' }).click();
  const box = page.getByRole('dialog', { name: 'one.png' });
  await expect(box.getByRole('img')).toBeVisible();
  await expect.poll(() => box.getByRole('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(300);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('dialog', { name: 'two.png' })).toContainText('2 / 2');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('dialog', { name: 'one.png' })).toBeVisible();
  const fetched = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  expect((await fetched).suggestedFilename()).toBe('one.png');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('log')).toBeVisible();
  expect(complaintsOf(page)).toEqual([]);
});

test('a file on its way shows what it is and how far, and goes on by itself after a break', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await openDialog(page, '2');
  await page.route('**/rest/upload.json**', (route) => route.abort());
  await give(page, 'drop', 'heron.png', 'image/png', PICTURE);
  const waiting = page.getByRole('list', { name: 'Files on their way' });
  await expect(waiting.getByRole('alert')).toBeVisible();
  await expect.poll(() => waiting.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  await page.unroute('**/rest/upload.json**');
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(page.getByRole('log').getByRole('img', { name: 'heron.png' }).last()).toBeVisible();
  await expect(waiting).toHaveCount(0);
});
