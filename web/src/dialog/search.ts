// Messages by their words: of one dialog, or of many at once.

import type { People } from '../people/people';
import type { Rest } from '../portal/rest';
import type { WireUser } from '../portal/wire';
import { previewOf } from '../recent/event';
import type { Row } from '../recent/row';

/** The portal takes words from here on. */
export const SHORTEST = 3;

const PAGE = 30;

/** How many dialogs are searched at once, and how many messages of each are shown. */
export const AT_ONCE = 40;
const OF_EACH = 3;

/** A message that was found. */
export interface Hit {
  dialog: string;
  id: number;
  authorId: number;
  /** In ms. */
  date: number;
  /** In one line. */
  text: string;
}

interface WireFound {
  messages: { id: number; author_id: number; date: string; text: string }[];
  users: { id: number; name: string }[];
}

function hitsOf(found: WireFound, dialog: string): Hit[] {
  return found.messages.map((raw) => ({ dialog, id: Number(raw.id), authorId: Number(raw.author_id) || 0, date: Date.parse(raw.date) || 0, text: previewOf(raw.text) }));
}

/** What is told here of people is less than elsewhere; whoever is known already stays. */
function learn(people: People, found: WireFound) {
  people.learn(found.users.filter((user) => !people.known.has(Number(user.id))) as unknown as WireUser[]);
}

export interface Wish {
  text: string;
  /** A day as `2026-03-02`, or nothing. */
  day: string;
}

/** Whether there is something to look for. */
export const isWish = ({ text, day }: Wish) => text.trim().length >= SHORTEST || (Boolean(day) && !text.trim());

/** Messages of one chat, the newest first, after the one that was found last. */
export async function findIn(rest: Rest, people: People, place: { dialog: string; chat: number }, wish: Wish, last = 0): Promise<{ hits: Hit[]; more: boolean }> {
  const params: Record<string, unknown> = { CHAT_ID: place.chat, LIMIT: PAGE };
  if (wish.text.trim()) params.SEARCH_MESSAGE = wish.text.trim();
  // A day is one of the reader's own.
  if (wish.day) params.DATE = new Date(`${wish.day}T00:00:00`).toISOString();
  if (last) params.LAST_ID = last;
  const found = await rest.call<WireFound>('im.dialog.messages.search', params);
  learn(people, found);
  const hits = hitsOf(found, place.dialog);
  return { hits, more: hits.length >= PAGE };
}

/** The newest messages of each of several dialogs, the newest of all first. */
export async function findInAll(rest: Rest, people: People, rows: readonly Row[], text: string): Promise<Hit[]> {
  const asked = rows.filter((row) => row.chatId > 0).slice(0, AT_ONCE);
  if (!asked.length) return [];
  const query = (row: Row) => new URLSearchParams({ CHAT_ID: String(row.chatId), SEARCH_MESSAGE: text.trim(), LIMIT: String(OF_EACH) });
  const cmd = Object.fromEntries(asked.map((row) => [row.id, `im.dialog.messages.search?${query(row)}`]));
  const answer = await rest.call<{ result: Record<string, WireFound> | [] }>('batch', { halt: 0, cmd });
  const hits = Object.entries(answer.result).flatMap(([dialog, found]) => {
    learn(people, found);
    return hitsOf(found, dialog);
  });
  return hits.sort((a, b) => b.date - a.date || b.id - a.id);
}
