// Strangers: how they come in, and how they go.

import { complaintsOf, expect, Portal, test, watch } from './portal';

test('the first administrator founds the portal, invites a colleague, and both are in', async ({ browser }) => {
  const portal = await new Portal().start('serve', '--listen', '127.0.0.1:0');
  const first = portal.printed.find((line) => line.startsWith('first  '))?.slice(7) ?? '';
  const page = await (await browser.newContext()).newPage();
  watch(page);
  await page.goto(portal.origin);
  await expect(page.getByText('Open the address that the server printed')).toBeVisible();
  await page.goto(first);
  await page.getByLabel('First name').fill('Ada');
  await page.getByLabel('Last name').fill('Byron');
  await page.getByLabel('Login').fill('ada');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Make the portal mine' }).click();
  await expect(page.getByRole('alert')).toHaveText('The password needs at least 8 characters.');
  await page.getByLabel('Password', { exact: true }).fill('analytical engine');
  await page.getByRole('button', { name: 'Make the portal mine' }).click();
  await expect(page.getByText('No conversations yet')).toBeVisible();

  await page.getByRole('link', { name: 'Administration' }).click();
  await page.getByLabel('E-mail').fill('mary@example.org');
  await page.getByLabel('First name').fill('Mary');
  await page.getByRole('button', { name: 'Add and invite' }).click();
  const link = await page.getByRole('status').locator('code').innerText();
  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await expect(other.getByRole('heading', { name: 'Welcome, Mary' })).toBeVisible();
  await other.getByLabel('Password', { exact: true }).fill('frankenstein');
  await other.getByRole('button', { name: 'Start' }).click();
  await expect(other.getByText('No conversations yet')).toBeVisible();
  await other.goto(link);
  await other.reload();
  await other.evaluate(() => fetch('/session/end'));

  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByLabel('What it is for').fill('stock bot');
  await page.getByRole('button', { name: 'Make a webhook' }).click();
  await expect(page.getByRole('status').locator('code')).toContainText('/rest/1/');
  await page.getByRole('button', { name: 'Revoke: stock bot' }).click();
  await expect(page.getByText('No webhooks.')).toBeVisible();
  expect(complaintsOf(page)).toEqual([]);
  await portal.stop();
  portal.remove();
});

test('a wrong password is told, the right one opens, and signing out closes', async ({ portal, browser }) => {
  await portal.run(['user', 'password', '2', '--login', 'bob'], 'battery staple\n');
  const page = await (await browser.newContext()).newPage();
  await page.goto(portal.origin);
  await page.getByLabel('Login').fill('bob');
  await page.getByLabel('Password', { exact: true }).fill('guess');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toHaveText('Wrong login or password.');
  await page.getByLabel('Password', { exact: true }).fill('battery staple');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.locator('li[data-id]').first()).toBeVisible();
  await page.reload();
  await expect(page.locator('li[data-id]').first()).toBeVisible();
  await page.goto(`${portal.origin}/#/profile`);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('whoever is signed out elsewhere is told so', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 2);
  await portal.run(['user', 'password', '2'], 'battery staple\n');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('a password is changed in the profile', async ({ portal, browser }) => {
  await portal.run(['user', 'password', '2', '--login', 'bob'], 'battery staple\n');
  const page = await (await browser.newContext()).newPage();
  await page.goto(portal.origin);
  await page.getByLabel('Login').fill('bob');
  await page.getByLabel('Password', { exact: true }).fill('battery staple');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('link', { name: 'You' }).click();
  await page.getByLabel('Present password', { exact: true }).fill('battery staple');
  await page.getByLabel('New password', { exact: true }).fill('correct horse');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('The password is changed.')).toBeVisible();
});
