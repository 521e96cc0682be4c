// What an event of the push server does to the recent list.
//
// Must hold: an event whose effect is not wholly in itself changes nothing here; the list then asks the portal what
// changed. Both ways lead to the same list.

import { plain, parse } from '../text/markup';
import { type Rows, withoutRow, withRow } from './list';
import type { Row } from './row';

/** An event of module `im`, as it came. */
export interface PushEvent {
  command: string;
  params: Record<string, unknown>;
  /** What stands beside the parameters: when it was told. */
  extra?: { server_time_unix?: unknown };
}

/** The list after an event, and whether the portal must be asked what else changed. */
export interface Effect {
  rows: Rows;
  ask: boolean;
}

const text = (value: unknown) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');
const number = (value: unknown) => Number(value) || 0;

/** How the text of a message looks in one line. */
export function previewOf(written: string): string {
  return plain(parse(written)).replace(/\s+/g, ' ').trim().slice(0, 200);
}

export function applyEvent(rows: Rows, event: PushEvent, me: number): Effect {
  const { command, params } = event;
  const id = text(params.dialogId);
  const row = rows.get(id);
  const set = (change: Partial<Row>): Effect => ({ rows: withRow(rows, id, change), ask: !row });
  switch (command) {
    case 'message':
    case 'messageChat':
      return withMessage(rows, row, params, me);
    case 'readMessageChat':
    case 'readMessage':
      return set({ counter: number(params.counter), marked: params.unread === true });
    case 'readMessageChatOpponent':
    case 'readMessageOpponent':
      return row && row.authorId === me && number(params.lastId) >= row.messageId ? set({ seen: true }) : { rows, ask: false };
    case 'chatUnread':
      return set({ marked: params.active === true, counter: number(params.counter) });
    case 'unreadMessageChat':
    case 'unreadMessage':
      return set({ marked: params.unread === true, counter: number(params.counter) });
    case 'chatPin':
      return set({ pinned: params.active === true });
    case 'chatMuteNotify':
      return set({ muted: params.muted === true || params.mute === true });
    case 'chatHide':
      return { rows: withoutRow(rows, id), ask: false };
    case 'chatUserLeave':
      return number(params.userId) === me ? { rows: withoutRow(rows, id), ask: false } : { rows, ask: false };
    case 'inputActionNotify':
    case 'startWriting':
    case 'userStatus':
    case 'online':
      return { rows, ask: false };
    default:
      return { rows, ask: true };
  }
}

function withMessage(rows: Rows, row: Row | undefined, params: Record<string, unknown>, me: number): Effect {
  const message = (params.message ?? {}) as Record<string, unknown>;
  const at = Date.parse(text(message.date));
  // A row that is not there yet, and what a file looks like, only the portal can tell.
  if (!row || Number.isNaN(at)) return { rows, ask: true };
  if (number(message.id) < row.messageId) return { rows, ask: false };
  const author = number(message.senderId);
  const written = text(message.text);
  const users = (params.users ?? {}) as Record<string, Row['user']>;
  const writer = row.kind === 'person' ? row.user : (users[String(author)] ?? row.user);
  const change: Partial<Row> = {
    text: previewOf(written) || row.text,
    hasFile: false,
    authorId: author,
    messageId: number(message.id),
    date: at,
    seen: false,
    counter: number(params.counter),
    marked: author === me ? false : row.marked,
    user: writer,
  };
  return { rows: withRow(rows, row.id, change), ask: !written };
}
