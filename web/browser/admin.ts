// The parts of the administrator's part, and how a test gets there.

import type { Page } from '@playwright/test';
import { expect } from './portal';

export const PARTS = ['people', 'webhooks', 'apps', 'settings', 'health', 'audit'] as const;

/** Opens a part and waits until it is there. */
export async function part(page: Page, name: (typeof PARTS)[number]) {
  await page.evaluate((to) => {
    location.hash = `#/admin/${to}`;
  }, name);
  const ready = { people: 'li select', webhooks: 'form.card', apps: 'form.card', settings: 'form.card', health: 'dl.figures', audit: 'ol > li' }[name];
  await expect(page.getByRole('main').locator(ready).first()).toBeVisible();
}
