// Notifications: what waits to be read or answered.

import { ref, shallowRef } from 'vue';
import type { People } from '../people/people';
import type { Rest } from '../portal/rest';
import { asMap, type MessageParams, type WireCounters, type WireNotification, type WireUser } from '../portal/wire';

export interface Button {
  title: string;
  value: string;
}

export interface Notification {
  id: number;
  authorId: number;
  date: number;
  title: string;
  text: string;
  unread: boolean;
  type: number;
  buttons: Button[];
  /** What hangs on it, as the portal tells it. */
  attach: unknown;
}

/** How many are read at a time. */
const PAGE = 50;

/** Kinds in the places of pages: what wants an answer, and all else. */
const CONFIRM = 1;
const OTHER = 3;

interface WireList {
  notifications: WireNotification[];
  users: WireUser[];
  total_unread_count: number;
}

function buttonsOf(written: string | undefined): Button[] {
  try {
    const buttons: unknown = JSON.parse(written ?? '[]');
    if (!Array.isArray(buttons)) return [];
    return (buttons as { TITLE?: unknown; VALUE?: unknown }[]).map((one) => ({ title: String(one.TITLE ?? ''), value: String(one.VALUE ?? '') }));
  } catch {
    return [];
  }
}

export function createNotifications(rest: Rest, people: People, onFailure: (thrown: unknown) => void) {
  const list = shallowRef<Notification[] | null>(null);
  const unread = ref(0);
  const more = ref(false);

  async function count() {
    const counters = await rest.call<WireCounters>('im.counters.get');
    unread.value = Number(counters.TYPE.NOTIFY) || 0;
  }

  function read(wire: WireList): Notification[] {
    people.learn(wire.users ?? []);
    return wire.notifications.map((raw) => ({
      id: Number(raw.id),
      type: Number(raw.notify_type) || 0,
      authorId: Number(raw.author_id) || 0,
      date: Date.parse(raw.date) || 0,
      title: raw.notify_title ?? '',
      text: raw.text ?? '',
      unread: raw.notify_read === 'N',
      buttons: buttonsOf(raw.notify_buttons),
      attach: asMap<MessageParams>(raw.params ?? []).ATTACH,
    }));
  }

  /** Reads from the beginning, as much as was shown. */
  async function load() {
    const wire = await rest.call<WireList>('im.notify.get', { LIMIT: PAGE });
    unread.value = Number(wire.total_unread_count) || 0;
    const page = read(wire);
    const shown = list.value?.length ?? 0;
    list.value = page;
    more.value = page.length >= PAGE;
    while (more.value && (list.value?.length ?? 0) < shown) await loadMore();
  }

  /** Reads the next page. What wants an answer comes before all else, so the place is a number and a kind. */
  async function loadMore() {
    const last = list.value?.at(-1);
    if (!last || !more.value) return;
    const page = read(await rest.call<WireList>('im.notify.get', { LIMIT: PAGE, LAST_ID: last.id, LAST_TYPE: last.type === CONFIRM ? CONFIRM : OTHER }));
    const known = new Set(list.value?.map((one) => one.id));
    const fresh = page.filter((one) => !known.has(one.id));
    list.value = [...(list.value ?? []), ...fresh];
    more.value = page.length >= PAGE && fresh.length > 0;
  }

  async function act(method: string, params: Record<string, unknown>) {
    try {
      await rest.call(method, params);
      await load();
    } catch (thrown) {
      onFailure(thrown);
    }
  }

  return {
    list,
    unread,
    count,
    more,
    load,
    loadMore: () => loadMore().catch(onFailure),
    refresh: async () => {
      if (list.value) await load();
    },
    readAll: () => act('im.notify.read.all', {}),
    read: (one: Notification) => act('im.notify.read.list', { IDS: [one.id], ACTION: one.unread ? 'Y' : 'N' }),
    remove: (one: Notification) => act('im.notify.delete', { ID: one.id }),
    choose: (one: Notification, button: Button) => act('im.notify.confirm', { NOTIFY_ID: one.id, NOTIFY_VALUE: button.value }),
    close: () => {
      list.value = null;
    },
  };
}
