// The recent list as the page keeps it: read page by page, followed by events, repaired by asking what changed.
//
// Must hold: whatever is cut, repeated or delayed on the way, once it is quiet the list is the one that the portal tells.
// So an answer never undoes what was heard while it was on its way, and a question that comes up meanwhile is asked again.

import { computed, ref, shallowRef, watch } from 'vue';
import { asFailure } from '../portal/failure';
import { keep, kept } from '../portal/keep';
import type { Rest } from '../portal/rest';
import { inTurn } from '../portal/turn';
import type { WireRow, WireUser } from '../portal/wire';
import { applyEvent, type PushEvent } from './event';
import { type Filter, FILTERS, ordered, total, withDelta, withoutRow, withPage, withRow, type Rows } from './list';
import { createRepeats } from './repeats';
import { readRow, type Row } from './row';

/** How many rows the first page has, which is painted at once, and any other. */
const FIRST = 60;
const PAGE = 200;

/** A change may be dated a moment before it can be seen. */
const MARGIN = 5000;

/** How long several reasons to ask are waited for. */
const GATHER = 250;

/** How many events are kept that come while the portal is asked; beyond them it is asked again. */
const HEARD = 1000;

/** The portal looks back seven days. */
const REACH = 6 * 86_400_000;

/** How many rows are kept for reading while the portal is away, and how often. */
const KEPT = 200;
const KEEP_AFTER = 500;

interface Page {
  items: WireRow[];
  hasMorePages: boolean;
}

/** What the reader did to a row: changed it, or took it away. */
interface Wish {
  id: string;
  some: Partial<Row> | null;
}

export function createRecent(rest: Rest, me: number, onFailure: (thrown: unknown) => void) {
  /** As the portal told it. */
  const told = shallowRef<Rows>(new Map());
  const wishes = shallowRef<Wish[]>([]);
  /** With what the reader did and the portal did not tell yet. */
  const rows = computed(() =>
    wishes.value.reduce((list, { id, some }) => (some ? withRow(list, id, some) : withoutRow(list, id)), told.value),
  );
  const filter = ref<Filter>('all');
  const loaded = ref(false);
  const whole = ref(false);
  /** The portal's clock less this one's. */
  let ahead = 0;
  let since = 0;
  let askTimer = 0;
  /** What was heard while the portal is asked: its answer may be older. */
  let heard: PushEvent[] | null = null;
  const repeats = createRepeats();

  const shown = computed(() => ordered(rows.value, filter.value));
  const totals = computed(() => Object.fromEntries(FILTERS.map((one) => [one, total(rows.value, one)])) as Record<Filter, number>);

  function keepTime(date: string, now: number) {
    const began = Date.parse(date) || Date.now() + ahead;
    since = began - MARGIN;
    repeats.knownAt(began);
    if (now) ahead = now - Date.now();
  }

  const known = kept<Row[]>(me, 'recent');
  if (known) {
    told.value = new Map(known.map((row) => [row.id, row]));
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

  /** Reads the list from its beginning, page after page, and then what changed meanwhile. */
  async function readAll() {
    let offset = 0;
    let fresh = true;
    for (;;) {
      const limit = fresh ? FIRST : PAGE;
      const answer = await rest.ask<Page>('im.recent.list', { LIMIT: limit, OFFSET: offset });
      // What changes while pages are read is asked for from the beginning of the first.
      if (fresh) keepTime(answer.date, answer.now);
      const page = answer.result.items.map((raw) => readRow(raw, me));
      // What was kept from another day is no longer true.
      told.value = withPage(fresh ? new Map() : told.value, page);
      loaded.value = true;
      fresh = false;
      offset += page.length;
      if (!answer.result.hasMorePages || page.length === 0) break;
    }
    whole.value = true;
    await askChanges();
  }

  async function askChanges() {
    const late: PushEvent[] = [];
    heard = late;
    try {
      const params = { LAST_SYNC_DATE: new Date(since).toISOString() };
      const answer = await rest.ask<WireRow[]>('im.recent.get', params);
      keepTime(answer.date, answer.now);
      told.value = withDelta(told.value, answer.result.map((raw) => readRow(raw, me)), answer.removed);
    } finally {
      heard = null;
    }
    if (late.length > HEARD) askSoon();
    else for (const event of late) if (!repeats.isBefore(event)) apply(event);
  }

  /** Asks what changed; reads everything if that is not known from somewhere on. */
  const repair = inTurn(() => {
    const old = Date.now() + ahead - since > REACH;
    return whole.value && !old ? askChanges() : readAll();
  });

  /** Asks soon, once for several reasons. */
  function askSoon() {
    clearTimeout(askTimer);
    askTimer = window.setTimeout(() => {
      repair().catch(() => {});
    }, GATHER);
  }

  function apply(event: PushEvent) {
    const effect = applyEvent(told.value, event, me);
    told.value = effect.rows;
    if (effect.ask) askSoon();
  }

  /** Follows an event. */
  function follow(event: PushEvent) {
    if (repeats.isOld(event)) {
      askSoon();
      return;
    }
    if (heard && heard.length <= HEARD) heard.push(event);
    apply(event);
  }

  /** Changes a row at once, or takes it away, until the portal tells how it is; false if the portal refuses. */
  async function change(row: Row, some: Partial<Row> | null, method: string, params: Record<string, unknown>): Promise<boolean> {
    const wish: Wish = { id: row.id, some };
    wishes.value = [...wishes.value, wish];
    const grant = () => {
      wishes.value = wishes.value.filter((one) => one !== wish);
    };
    try {
      const done = await rest.call<unknown>(method, params);
      if (done === false) throw asFailure(new Error(method));
    } catch (thrown) {
      grant();
      askSoon();
      onFailure(thrown);
      return false;
    }
    repair().catch(() => {}).finally(grant);
    return true;
  }

  return {
    rows,
    filter,
    loaded,
    whole,
    shown,
    totals,
    load: repair,
    repair,
    askSoon,
    follow,
    /** Takes what changed about the people behind private talks. */
    amend: (changes: Record<string, Partial<WireUser>>) => {
      for (const [id, change] of Object.entries(changes)) {
        const row = told.value.get(id);
        if (row?.user && row.kind === 'person') told.value = withRow(told.value, id, { user: { ...row.user, ...change } });
      }
    },
    /** The portal's time. */
    now: () => Date.now() + ahead,
    row: (id: string) => rows.value.get(id),
    pin: (row: Row) =>
      change(row, { pinned: !row.pinned }, 'im.recent.pin', { DIALOG_ID: row.id, PIN: row.pinned ? 'N' : 'Y' }),
    mark: (row: Row) => {
      const unread = row.marked || row.counter > 0;
      return unread
        ? change(row, { marked: false, counter: 0 }, 'im.dialog.read', { DIALOG_ID: row.id })
        : change(row, { marked: true }, 'im.recent.unread', { DIALOG_ID: row.id, ACTION: 'Y' });
    },
    mute: (row: Row) =>
      change(row, { muted: !row.muted }, 'im.chat.mute', { CHAT_ID: row.chatId, MUTE: row.muted ? 'N' : 'Y' }),
    hide: (row: Row) => change(row, null, 'im.recent.hide', { DIALOG_ID: row.id }),
    leave: (row: Row) => change(row, null, 'im.chat.leave', { CHAT_ID: row.chatId }),
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
