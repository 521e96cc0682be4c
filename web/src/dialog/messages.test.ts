import { expect, it } from 'vitest';
import type { WireMessage } from '../portal/wire';
import { continues, EMPTY, grownBack, grownOn, joined, newest, oldest, readMessage, withChanged, withEnd, type Run } from './messages';

const wire = (id: number, more: Partial<WireMessage> = {}): WireMessage => ({
  id, chat_id: 1, author_id: 2, date: '2026-03-02T10:00:00+00:00', text: `m${id}`, unread: false, uuid: null, params: [], ...more,
});
const message = (id: number, more: Partial<WireMessage> = {}) => readMessage(wire(id, more));
const run = (...ids: number[]): Run => ({ messages: ids.map((id) => message(id)), older: true, newer: true });
const ids = (of: Run) => of.messages.map((one) => one.id);

it('is read with what its parameters say', () => {
  const params = { LIKE: ['3', 4], FILE_ID: [7], REPLY_ID: '5', IS_EDITED: 'Y' };
  expect(message(1, { params })).toMatchObject({ likes: [3, 4], files: [7], replyTo: 5, edited: true, deleted: false });
  expect(message(1, { params: [] })).toMatchObject({ likes: [], files: [], replyTo: 0 });
});

it('grows at both ends, each message once, and knows its ends', () => {
  const back = grownBack(run(5, 6), [message(4), message(3), message(5)], 3);
  expect([ids(back), back.older]).toEqual([[3, 4, 5, 6], true]);
  expect(grownBack(back, [message(2)], 3).older).toBe(false);
  const on = grownOn(back, [message(7)], 3);
  expect([ids(on), on.newer, oldest(on), newest(on)]).toEqual([[3, 4, 5, 6, 7], false, 3, 7]);
  expect([oldest(EMPTY), newest(EMPTY)]).toEqual([0, 0]);
});

it('takes its end anew: what was edited is, what was deleted has gone', () => {
  const end = withEnd(run(1, 2, 3, 4), [message(3, { text: 'edited' }), message(5)]);
  expect(ids(end)).toEqual([1, 2, 3, 5]);
  expect(end.messages[2]?.text).toBe('edited');
  expect(withEnd(run(1), [])).toEqual(run(1));
});

it('has one message changed or taken away', () => {
  expect(withChanged(run(1, 2), 2, (one) => ({ ...one, text: 'x' })).messages[1]?.text).toBe('x');
  expect(ids(withChanged(run(1, 2), 2, () => null))).toEqual([1]);
});

it('keeps the newer of two', () => {
  expect(joined([message(1)], [message(1, { text: 'new' })]).map((one) => one.text)).toEqual(['new']);
});

it('continues what the same person wrote shortly before', () => {
  const later = message(2, { date: '2026-03-02T10:04:00+00:00' });
  expect(continues(later, message(1))).toBe(true);
  expect(continues(message(2, { date: '2026-03-02T10:06:00+00:00' }), message(1))).toBe(false);
  expect(continues(later, message(1, { author_id: 3 }))).toBe(false);
  expect(continues(later, undefined)).toBe(false);
  expect(continues(message(2, { author_id: 0 }), message(1, { author_id: 0 }))).toBe(false);
});
