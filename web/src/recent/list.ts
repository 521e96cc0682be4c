// The recent list: rows by dialog, changed by pages and by deltas; which of them a filter shows, and in which order.
//
// Must hold: the order is the portal's, pinned first, then the latest. Nothing here touches the page or the network.

import type { Gone } from '../portal/rest';
import type { Row } from './row';

export const FILTERS = ['all', 'unread', 'people', 'chats', 'lines'] as const;
export type Filter = (typeof FILTERS)[number];

export type Rows = ReadonlyMap<string, Row>;

/** The rows once a whole list, or a page of it, was read. Rows that are known to be newer stay. */
export function withPage(rows: Rows, page: Row[]): Rows {
  const next = new Map(rows);
  for (const row of page) {
    const known = next.get(row.id);
    if (!known || known.messageId <= row.messageId) next.set(row.id, row);
  }
  return next;
}

/** The rows once the portal said what changed and what went away. */
export function withDelta(rows: Rows, changed: Row[], gone: Gone[]): Rows {
  const next = new Map(rows);
  for (const one of gone) next.delete(String(one.id));
  for (const row of changed) next.set(row.id, row);
  return next;
}

/** The rows with one of them changed; the same if it is not there. */
export function withRow(rows: Rows, id: string, change: Partial<Row>): Rows {
  const row = rows.get(id);
  return row ? new Map(rows).set(id, { ...row, ...change }) : rows;
}

/** The rows without one of them. */
export function withoutRow(rows: Rows, id: string): Rows {
  if (!rows.has(id)) return rows;
  const next = new Map(rows);
  next.delete(id);
  return next;
}

export function isUnread(row: Row): boolean {
  return row.counter > 0 || row.marked;
}

/** Whether a filter shows a row. */
export function takes(filter: Filter, row: Row): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'unread':
      return isUnread(row);
    case 'people':
      return row.kind === 'person';
    case 'chats':
      return row.kind === 'chat';
    case 'lines':
      return row.kind === 'line';
  }
}

/** The rows that a filter shows, in order. */
export function ordered(rows: Rows, filter: Filter): Row[] {
  const shown = [...rows.values()].filter((row) => takes(filter, row));
  return shown.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.date - a.date || b.messageId - a.messageId || b.chatId - a.chatId);
}

/** Unread messages within a filter. A marked row counts as one; silenced rows do not count. */
export function total(rows: Rows, filter: Filter): number {
  let sum = 0;
  for (const row of rows.values()) {
    if (!row.muted && takes(filter, row)) sum += Math.max(row.counter, row.marked ? 1 : 0);
  }
  return sum;
}
