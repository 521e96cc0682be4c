// One row of the recent list, as the page knows it, whatever the revision of the API that told it.

import { asMap, type WireRow, type WireUser } from '../portal/wire';

export type RowKind = 'person' | 'chat' | 'line';

/** What a person did to a row, or somebody else to its dialog, replaces the row: rows are never changed in place. */
export interface Row {
  readonly id: string;
  readonly chatId: number;
  readonly kind: RowKind;
  readonly title: string;
  readonly picture: string;
  readonly color: string;
  readonly text: string;
  readonly hasFile: boolean;
  readonly authorId: number;
  readonly messageId: number;
  /** Of the newest message, in ms. */
  readonly date: number;
  /** Whether somebody else has seen the newest message. */
  readonly seen: boolean;
  readonly counter: number;
  readonly pinned: boolean;
  readonly marked: boolean;
  readonly muted: boolean;
  /** The person behind a private talk, else whoever wrote last. */
  readonly user: WireUser | null;
  /** The letter of the chat's kind; empty for a private talk. */
  readonly letter: string;
  readonly owner: number;
}

/** Reads a row. `me` is the reader. */
export function readRow(raw: WireRow, me: number): Row {
  const person = raw.type === 'user';
  const message = raw.message ?? {};
  const letter = person ? '' : (raw.chat?.message_type ?? '');
  return {
    id: String(raw.id),
    chatId: Number(raw.chat_id) || 0,
    kind: person ? 'person' : letter === 'L' ? 'line' : 'chat',
    title: raw.title ?? '',
    picture: raw.avatar?.url ?? '',
    color: raw.avatar?.color ?? '',
    text: message.text ?? '',
    hasFile: Boolean(message.file),
    authorId: Number(message.author_id) || 0,
    messageId: Number(message.id) || 0,
    date: Date.parse(message.date || raw.date_last_activity || raw.date_update) || 0,
    seen: message.status === 'delivered',
    counter: Number(raw.counter) || 0,
    pinned: raw.pinned === true,
    marked: raw.unread === true,
    muted: mutedBy(raw.chat?.mute_list, me),
    user: raw.user ?? null,
    letter,
    owner: Number(raw.chat?.owner) || 0,
  };
}

/** The people who silenced a chat come as a list or as a map. */
function mutedBy(list: number[] | Record<string, boolean> | undefined, me: number): boolean {
  if (Array.isArray(list)) return list.map(Number).includes(me);
  return Boolean(asMap<Record<string, boolean>>(list)[String(me)]);
}

const ONLINE = 1440 * 1000;

/** Whether a person was there lately, by the portal's time `now`. */
export function isOnline(user: WireUser | null, now: number): boolean {
  if (!user || user.bot || user.idle || !user.active) return false;
  return Boolean(user.last_activity_date) && now - Date.parse(String(user.last_activity_date)) < ONLINE;
}
