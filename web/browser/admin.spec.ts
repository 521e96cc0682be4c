// The administrator's part: people and roles, settings, how the server is, and what was done by whom.

import { part } from './admin';
import { complaintsOf, expect, test } from './portal';

test('an administrator gives and takes roles, and hears why the last one stays', async ({ portal, browser }) => {
  for (const one of portal.people) if (one.admin && one.id !== 1) await portal.run(['user', 'edit', String(one.id), '--no-admin']);
  const page = await portal.enter(browser, 1);
  await page.getByRole('link', { name: 'Administration' }).click();
  const people = page.getByRole('main');
  const [first, second] = [portal.person(1).name, portal.person(2).name];
  await people.getByLabel('Find people').fill(second);
  const role = people.getByLabel(`Role of ${second}`);
  await expect(role).toHaveValue('employee');
  const other = await portal.enter(browser, 2);
  await expect(other.getByRole('link', { name: 'Administration' })).toHaveCount(0);
  await role.selectOption('admin');
  await expect(page.getByText(`${second} has another role now.`)).toBeVisible();
  await other.reload();
  await other.getByRole('link', { name: 'Administration' }).click();
  await expect(other.getByLabel(`Role of ${first}`)).toHaveValue('admin');

  await other.getByLabel('Find people').fill(second);
  await expect(other.locator('li select')).toHaveCount(1);
  await other.getByLabel(`Role of ${second}`).selectOption('guest');
  const box = other.getByRole('dialog', { name: 'Your own role' });
  await box.getByRole('button', { name: 'Cancel' }).click();
  await expect(other.getByLabel(`Role of ${second}`)).toHaveValue('admin');
  await other.getByLabel(`Role of ${second}`).selectOption('employee');
  await box.getByRole('button', { name: 'Change my role' }).click();
  await expect(other.getByRole('link', { name: 'Administration' })).toHaveCount(0);

  await people.getByLabel('Find people').fill(first);
  await people.getByLabel(`Role of ${first}`).selectOption('employee');
  await page.getByRole('dialog').getByRole('button', { name: 'Change my role' }).click();
  await expect(page.getByText('The portal needs an administrator.')).toBeVisible();
  await expect(people.getByLabel(`Role of ${first}`)).toHaveValue('admin');

  await people.getByLabel('Find people').fill(second);
  await people.getByRole('button', { name: `Sign ${second} out everywhere` }).click();
  await expect(page.getByText(`${second} is signed out everywhere.`)).toBeVisible();
  await other.reload();
  await expect(other.getByRole('button', { name: 'Everybody' })).toBeVisible();
  await people.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(people.locator('li.blocked')).toContainText('blocked');
  await people.getByRole('button', { name: 'Unblock' }).click();
  await expect(people.locator('li.blocked')).toHaveCount(0);
  expect(complaintsOf(page)).toEqual([]);
});

test('settings count at once and can be given back to the configuration', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await part(page, 'settings');
  const name = page.getByLabel('Name of the portal', { exact: true });
  await expect(name).toHaveValue('Lately');
  await name.fill('Byron & Sons');
  await page.getByRole('button', { name: 'Save Name of the portal' }).click();
  await expect(page).toHaveTitle(/Byron & Sons$/);
  await expect(page.getByText(/Changed here .* The configuration says Lately \(built in\)\./)).toBeVisible();
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(portal.origin);
  await expect(stranger.getByText('Byron & Sons')).toBeVisible();
  await page.getByRole('button', { name: 'Name of the portal: as configured' }).click();
  await expect(name).toHaveValue('Lately');

  const days = page.getByLabel(/^Days without change/);
  await days.fill('0');
  await days.press('Enter');
  await expect(page.getByRole('alert')).toContainText('from 1 to 36500');
  await days.fill('60');
  await days.press('Enter');
  await expect(page.getByText('Saved: Days without change')).toBeVisible();
  await page.getByText('What only the configuration can change').click();
  const row = page.getByRole('row', { name: /http\.listen/ });
  await expect(row).toContainText('the command line');
  await part(page, 'webhooks');
  await expect(page.getByLabel('Revision')).toHaveValue('29');
  expect(complaintsOf(page)).toEqual([]);
});

test('an application is made, installed and removed', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await part(page, 'apps');
  await page.getByLabel('Name').fill('Stock bot');
  await page.getByLabel('Address of its page').fill('https://stock.example.org/');
  await page.getByLabel('Only administrators use it at first').check();
  await page.getByRole('button', { name: 'Make an application' }).click();
  await expect(page.getByRole('status').getByText('client_secret')).toBeVisible();
  const row = page.locator('li').filter({ hasText: 'https://stock.example.org/' });
  await expect(row).toContainText('not installed yet');
  await row.getByRole('button', { name: 'Finish the installation' }).click();
  await expect(row).not.toContainText('not installed yet');
  await row.getByRole('button', { name: 'Remove: Stock bot' }).click();
  await expect(page.getByText('No applications.')).toBeVisible();
  expect(complaintsOf(page)).toEqual([]);
});

test('everybody who works here invites, once the settings say so', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await part(page, 'settings');
  await page.getByLabel('Who may invite somebody new', { exact: true }).selectOption('employees');
  await page.getByRole('button', { name: 'Save Who may invite' }).click();
  await expect(page.getByText(/^Saved: Who may invite/)).toBeVisible();
  const other = await portal.enter(browser, 2);
  await other.getByRole('link', { name: 'Invite a colleague' }).click();
  await other.getByLabel('E-mail').fill('mary@example.org');
  await other.getByLabel('First name').fill('Mary');
  await other.getByRole('button', { name: 'Add and invite' }).click();
  const link = await other.getByRole('status').locator('code').innerText();
  const mary = await (await browser.newContext()).newPage();
  // The demo's links lead to HTTPS, with a certificate that this browser does not know.
  await mary.goto(link.replace(/^https:\/\/[^/]+/, portal.origin));
  await expect(mary.getByRole('heading', { name: 'Welcome, Mary' })).toBeVisible();
});

test('the server tells how it is, again and again, and is looked over', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await part(page, 'health');
  const main = page.getByRole('main');
  await expect(main.locator('dl')).toContainText('SQLite');
  await expect(main.getByRole('table').first()).toContainText('this one');
  await expect(main.getByRole('row', { name: /^im\./ }).first()).toBeVisible();
  const asked = page.waitForRequest('**/health');
  await asked;
  await main.getByRole('button', { name: 'Check everything now' }).click();
  await expect(main.getByRole('status').getByText('every key is known')).toBeVisible();
  expect(complaintsOf(page)).toEqual([]);
});

test('the log says who did what, and is narrowed by kind and person', async ({ portal, browser }) => {
  const page = await portal.enter(browser, 1);
  await part(page, 'webhooks');
  await page.getByLabel('What it is for').fill('stock bot');
  await page.getByRole('button', { name: 'Make a webhook' }).click();
  await expect(page.getByText('The address is shown this once.')).toBeVisible();
  await part(page, 'audit');
  const newest = page.locator('ol > li').first();
  await expect(newest).toContainText('Webhook made');
  await expect(newest).toContainText('in the page · 127.0.0.1');
  await expect(newest).toContainText('title: stock bot');
  await page.getByLabel('What', { exact: true }).selectOption('webhook_added');
  await expect(page.locator('ol > li').first()).toContainText('Webhook made');
  const before = await page.locator('ol > li').count();
  await page.getByRole('button', { name: 'Show older ones' }).click();
  await expect.poll(() => page.locator('ol > li').count()).toBeGreaterThan(before);
  await page.getByLabel('What', { exact: true }).selectOption('restored');
  await expect(page.getByText('Nothing of that kind.')).toBeVisible();
  await page.getByLabel('What', { exact: true }).selectOption('');
  await page.locator('ol > li').first().getByRole('button').first().click();
  await expect(page.getByLabel('Person’s number')).toHaveValue('1');
  expect(complaintsOf(page)).toEqual([]);
});
