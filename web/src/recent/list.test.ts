import { describe, expect, it } from 'vitest';
import type { WireRow } from '../portal/wire';
import { applyEvent } from './event';
import { ordered, total, withDelta, withPage, type Rows } from './list';
import { isOnline, readRow, type Row } from './row';

const ME = 1;

function wire(id: string, more: Partial<WireRow> = {}): WireRow {
  const chat = id.startsWith('chat');
  return {
    id, chat_id: Number(id.replace('chat', '')), type: chat ? 'chat' : 'user', title: `Title ${id}`,
    avatar: { url: '', color: '#64a513' },
    message: { id: 10, text: 'hello', file: false, author_id: 2, date: '2026-03-02T10:00:00+00:00', status: 'received' },
    counter: 0, last_id: 0, pinned: false, unread: false, date_update: '2026-03-02T10:00:00+00:00',
    ...more,
  };
}

const row = (id: string, more: Partial<Row> = {}): Row => ({ ...readRow(wire(id), ME), ...more });
const rows = (...list: Row[]): Rows => new Map(list.map((one) => [one.id, one]));

describe('a row', () => {
  it('is read alike in both revisions of the API', () => {
    const old = wire('7', { counter: '3', message: { ...wire('7').message, id: '10', author_id: '2' } });
    expect(readRow(old, ME)).toEqual({ ...readRow(wire('7', { counter: 3 }), ME), user: null });
  });

  it('is silenced for whoever silenced it, told as a list or as a map', () => {
    const chat = (mute_list: number[] | Record<string, boolean>) =>
      readRow(wire('chat3', { chat: { mute_list, message_type: 'C' } as never }), ME).muted;
    expect([chat([1]), chat([2]), chat({ 1: true }), chat({ 1: false }), chat([])]).toEqual([true, false, true, false, false]);
  });

  it('shows who is there', () => {
    const now = Date.parse('2026-03-02T10:10:00Z');
    const user = { active: true, bot: false, idle: false, last_activity_date: '2026-03-02T10:00:00Z' } as never as Row['user'];
    expect(isOnline(user, now)).toBe(true);
    expect(isOnline(user, now + 3_600_000)).toBe(false);
    expect(isOnline(null, now)).toBe(false);
  });
});

describe('the list', () => {
  const list = rows(
    row('2', { date: 30, counter: 2 }), row('chat3', { date: 10, pinned: true, muted: true, counter: 9 }),
    row('chat4', { date: 20, pinned: true, marked: true }), row('5', { date: 40 }), row('chat6', { date: 5, kind: 'line', counter: 1 }),
  );
  const ids = (...all: Parameters<typeof ordered>) => ordered(...all).map((one) => one.id);

  it('has pinned rows first, then the latest', () => {
    expect(ids(list, 'all')).toEqual(['chat4', 'chat3', '5', '2', 'chat6']);
  });

  it('is filtered, and counts what is not silenced', () => {
    expect(ids(list, 'unread')).toEqual(['chat4', 'chat3', '2', 'chat6']);
    expect(ids(list, 'people')).toEqual(['5', '2']);
    expect(ids(list, 'chats')).toEqual(['chat4', 'chat3']);
    expect(ids(list, 'lines')).toEqual(['chat6']);
    expect([total(list, 'all'), total(list, 'people'), total(list, 'chats')]).toEqual([4, 2, 1]);
  });

  it('follows what changed and what went away', () => {
    const next = withDelta(list, [row('9', { date: 50 }), row('2', { date: 60 })], [{ id: '5', reason: 'hidden' }]);
    expect(ids(next, 'people')).toEqual(['2', '9']);
    expect(list.has('5')).toBe(true);
  });

  it('does not go back when a page comes late', () => {
    const late = withPage(rows(row('2', { messageId: 12 })), [row('2', { messageId: 10 }), row('8')]);
    expect([late.get('2')?.messageId, late.has('8')]).toEqual([12, true]);
  });
});

describe('an event', () => {
  const list = rows(row('2'), row('chat3', { counter: 4, marked: true }));
  const after = (command: string, params: Record<string, unknown>) => applyEvent(list, { command, params }, ME);
  const message = (more: object) => ({ id: 11, senderId: 2, date: '2026-03-02T10:05:00+00:00', text: '[b]new[/b] one', params: {}, ...more });

  it('brings a message', () => {
    const { rows: next, ask } = after('message', { dialogId: 2, counter: 1, message: message({}) });
    const { text, counter, messageId, date } = next.get('2') as Row;
    expect([ask, text, counter, messageId, date]).toEqual([false, 'new one', 1, 11, Date.parse('2026-03-02T10:05:00Z')]);
  });

  it('of a talk that is not in the list makes the page ask', () => {
    expect(after('messageChat', { dialogId: 'chat9', counter: 1, message: message({}) })).toEqual({ rows: list, ask: true });
    expect(after('chatPin', { dialogId: 'chat9', active: true }).ask).toBe(true);
  });

  it('that is older than what is known changes nothing', () => {
    expect(after('message', { dialogId: '2', counter: 5, message: message({ id: 9 }) })).toEqual({ rows: list, ask: false });
  });

  it('reads, marks, pins, silences and hides', () => {
    const chat = (command: string, params: object) => after(command, { dialogId: 'chat3', ...params }).rows.get('chat3');
    expect(chat('readMessageChat', { counter: 0, unread: false })).toMatchObject({ counter: 0, marked: false });
    expect(chat('chatUnread', { active: true, counter: 4 })).toMatchObject({ marked: true, counter: 4 });
    expect(chat('chatPin', { active: true })).toMatchObject({ pinned: true });
    expect(chat('chatMuteNotify', { muted: true })).toMatchObject({ muted: true });
    expect(chat('chatHide', {})).toBeUndefined();
    expect(chat('chatUserLeave', { userId: 1 })).toBeUndefined();
    expect(chat('chatUserLeave', { userId: 2 })).toBeDefined();
  });

  it('tells that somebody saw what I wrote', () => {
    const mine = rows(row('2', { authorId: ME, messageId: 10 }));
    const seen = (lastId: number) => applyEvent(mine, { command: 'readMessageChatOpponent', params: { dialogId: '2', lastId } }, ME).rows.get('2')?.seen;
    expect([seen(9), seen(10)]).toEqual([false, true]);
  });

  it('of an unknown kind makes the page ask', () => {
    expect(after('chatConvert', { dialogId: 'chat3' })).toEqual({ rows: list, ask: true });
    expect(after('inputActionNotify', { dialogId: 'chat3' })).toEqual({ rows: list, ask: false });
  });
});
