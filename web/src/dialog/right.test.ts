import { expect, it } from 'vitest';
import { may } from './right';

it('is told by the role from which on something is allowed', () => {
  const chat = (role: string, manage_ui: string) => may({ role, permissions: { manage_ui } }, 'manage_ui');
  expect([chat('member', 'member'), chat('member', 'manager'), chat('manager', 'manager'), chat('owner', 'manager'), chat('guest', 'member')]).toEqual([true, false, true, true, false]);
  expect([chat('owner', 'none'), chat('guest', 'all'), chat('owner', 'something new')]).toEqual([false, true, false]);
  expect([may(null, 'manage_ui'), may({ role: 'guest' }, 'can_post')]).toEqual([true, true]);
});
