import { expect, it, vi } from 'vitest';

vi.mock('./route', () => ({ dialogHref: (id: string) => `#/dialog/${id}`, replace: vi.fn() }));
const { readLink, without } = await import('./arrival');

const link = (context: string, dialog = '7') => readLink(`?${new URLSearchParams({ IM_DIALOG: dialog, BOT_CONTEXT: context })}`);

it('reads the dialog and what is for its bot', () => {
  expect(link('{"table":42}')).toEqual({ dialog: '7', context: { table: 42 } });
  expect(readLink('?IM_DIALOG=chat12&BOT_CONTEXT=%7B%22a%22%3A%22%D1%8F%20%26%22%7D')).toEqual({ dialog: 'chat12', context: { a: 'я &' } });
  expect(readLink('?IM_DIALOG=7')).toEqual({ dialog: '7', context: null });
});

it('takes nothing but an object for a context', () => {
  for (const bad of ['', '{', 'table 42', '42', 'null', '"text"', '[1]', 'true', '%7B']) expect(link(bad), bad).toEqual({ dialog: '7', context: null });
  expect(readLink('?IM_DIALOG=7&BOT_CONTEXT=%E0%A4%A')).toEqual({ dialog: '7', context: null });
});

it('tells nobody what is for no dialog', () => {
  for (const bad of ['', '0', '-1', 'chat', 'chat0', 'sg7', '7/8', '../admin', '1'.repeat(16)]) expect(link('{"a":1}', bad), bad).toEqual({ dialog: '', context: null });
  expect(readLink('?BOT_CONTEXT={}')).toEqual({ dialog: '', context: null });
  expect(readLink('')).toEqual({ dialog: '', context: null });
});

it('leaves the rest of the address as it was', () => {
  expect(without('/', '?IM_DIALOG=7&BOT_CONTEXT={}')).toBe('/');
  expect(without('/online/', '?IM_DIALOG=7&next=%2Foauth%2Fauthorize%2F')).toBe('/?next=%2Foauth%2Fauthorize%2F');
  expect(without('/online', '')).toBe('/');
  expect(without('/', '?a=1')).toBe('/?a=1');
});
