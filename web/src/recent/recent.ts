// The recent list as the page keeps it: read page by page, followed by events, repaired by asking what changed.

import { computed, ref, shallowRef, watch } from 'vue';
import { asFailure } from '../portal/failure';
import { keep, kept } from '../portal/keep';
import type { Rest } from '../portal/rest';
import type { WireRow, WireUser } from '../portal/wire';
import { applyEvent, type PushEvent } from './event';
import { type Filter, FILTERS, ordered, total, withDelta, withoutRow, withPage, withRow, type Rows } from './list';
import { readRow, type Row } from './row';

/** How many rows the first page has, which is painted at once, and any other. */
const FIRST = 60;
const PAGE = 200;

/** A change may be dated a moment before it can be seen. */
const MARGIN = 5000;

/** How long several reasons to ask are waited for. */
const GATHER = 250;

/** The portal looks back seven days. */
const REACH = 6 * 86_400_000;

/** How many rows are kept for reading while the portal is away, and how often. */
const KEPT = 200;
const KEEP_AFTER = 500;

interface Page {
  items: WireRow[];
  hasMorePages: boolean;
}

export function createRecent(rest: Rest, me: number, onFailure: (thrown: unknown) => void) {
  const rows = shallowRef<Rows>(new Map());
  const filter = ref<Filter>('all');
  const loaded = ref(false);
  const whole = ref(false);
  /** The portal's clock less this one's. */
  let ahead = 0;
  let since = 0;
  let askTimer = 0;
  let asking: Promise<void> | null = null;

  const shown = computed(() => ordered(rows.value, filter.value));
  const totals = computed(() => Object.fromEntries(FILTERS.map((one) => [one, total(rows.value, one)])) as Record<Filter, number>);

  function keepTime(date: string, now: number) {
    since = (Date.parse(date) || Date.now() + ahead) - MARGIN;
    if (now) ahead = now - Date.now();
  }

  const known = kept<Row[]>(me, 'recent');
  if (known) {
    rows.value = new Map(known.map((row) => [row.id, row]));
    loaded.value = true;
  }

  let keepTimer = 0;
  const keepRows = () => {
    clearTimeout(keepTimer);
    if (loaded.value) keep(me, 'recent', ordered(rows.value, 'all').slice(0, KEPT));
  };
  const stopKeeping = watch(rows, () => {
    clearTimeout(keepTimer);
    keepTimer = window.setTimeout(keepRows, KEEP_AFTER);
  });
  // Whoever closes the page does not wait.
  window.addEventListener('pagehide', keepRows);

  /** Reads the list from its beginning, page after page. */
  async function load() {
    let offset = 0;
    let fresh = true;
    for (;;) {
      const limit = fresh ? FIRST : PAGE;
      const answer = await rest.ask<Page>('im.recent.list', { LIMIT: limit, OFFSET: offset });
      // What changes while pages are read is asked for from the beginning of the first.
      if (fresh) keepTime(answer.date, answer.now);
      const page = answer.result.items.map((raw) => readRow(raw, me));
      // What was kept from another day is no longer true.
      rows.value = withPage(fresh ? new Map() : rows.value, page);
      loaded.value = true;
      fresh = false;
      offset += page.length;
      if (!answer.result.hasMorePages || page.length === 0) break;
    }
    whole.value = true;
  }

  /** Asks what changed, now. */
  function repair(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  }

  async function ask() {
    if (Date.now() + ahead - since > REACH) {
      return load();
    }
    const params = { LAST_SYNC_DATE: new Date(since).toISOString() };
    const answer = await rest.ask<WireRow[]>('im.recent.get', params);
    keepTime(answer.date, answer.now);
    rows.value = withDelta(rows.value, answer.result.map((raw) => readRow(raw, me)), answer.removed);
  }

  /** Asks soon, once for several reasons. */
  function askSoon() {
    clearTimeout(askTimer);
    askTimer = window.setTimeout(() => {
      repair().catch(() => {});
    }, GATHER);
  }

  /** Follows an event. */
  function follow(event: PushEvent) {
    const effect = applyEvent(rows.value, event, me);
    rows.value = effect.rows;
    if (effect.ask) askSoon();
  }

  /** Changes a row at once, and back if the portal refuses. */
  async function change(row: Row, next: Rows, method: string, params: Record<string, unknown>): Promise<boolean> {
    const before = rows.value.get(row.id);
    rows.value = next;
    try {
      const done = await rest.call<unknown>(method, params);
      if (done === false) throw asFailure(new Error(method));
      return true;
    } catch (thrown) {
      if (before) rows.value = new Map(rows.value).set(row.id, before);
      onFailure(thrown);
      return false;
    } finally {
      askSoon();
    }
  }

  return {
    rows,
    filter,
    loaded,
    whole,
    shown,
    totals,
    load,
    repair,
    askSoon,
    follow,
    /** Takes what changed about the people behind private talks. */
    amend: (changes: Record<string, Partial<WireUser>>) => {
      for (const [id, change] of Object.entries(changes)) {
        const row = rows.value.get(id);
        if (row?.user && row.kind === 'person') rows.value = withRow(rows.value, id, { user: { ...row.user, ...change } });
      }
    },
    /** The portal's time. */
    now: () => Date.now() + ahead,
    row: (id: string) => rows.value.get(id),
    set: (id: string, some: Partial<Row>) => {
      rows.value = withRow(rows.value, id, some);
    },
    pin: (row: Row) =>
      change(row, withRow(rows.value, row.id, { pinned: !row.pinned }), 'im.recent.pin', { DIALOG_ID: row.id, PIN: row.pinned ? 'N' : 'Y' }),
    mark: (row: Row) => {
      const unread = row.marked || row.counter > 0;
      return unread
        ? change(row, withRow(rows.value, row.id, { marked: false, counter: 0 }), 'im.dialog.read', { DIALOG_ID: row.id })
        : change(row, withRow(rows.value, row.id, { marked: true }), 'im.recent.unread', { DIALOG_ID: row.id, ACTION: 'Y' });
    },
    mute: (row: Row) =>
      change(row, withRow(rows.value, row.id, { muted: !row.muted }), 'im.chat.mute', { CHAT_ID: row.chatId, MUTE: row.muted ? 'N' : 'Y' }),
    hide: (row: Row) => change(row, withoutRow(rows.value, row.id), 'im.recent.hide', { DIALOG_ID: row.id }),
    leave: (row: Row) => change(row, withoutRow(rows.value, row.id), 'im.chat.leave', { CHAT_ID: row.chatId }),
    stop: () => {
      stopKeeping();
      window.removeEventListener('pagehide', keepRows);
      clearTimeout(keepTimer);
      clearTimeout(askTimer);
    },
    readAll: async () => {
      await rest.call('im.dialog.read.all');
      await repair();
    },
  };
}

export type Recent = ReturnType<typeof createRecent>;
