// Notifications: what waits to be read or answered.

import { ref, shallowRef } from 'vue';
import type { People } from '../people/people';
import type { Rest } from '../portal/rest';
import type { WireCounters, WireNotification, WireUser } from '../portal/wire';

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
  buttons: Button[];
}

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

  async function count() {
    const counters = await rest.call<WireCounters>('im.counters.get');
    unread.value = Number(counters.TYPE.NOTIFY) || 0;
  }

  async function load() {
    const wire = await rest.call<WireList>('im.notify.get', { LIMIT: 50 });
    people.learn(wire.users ?? []);
    unread.value = wire.total_unread_count;
    list.value = wire.notifications.map((raw) => ({
      id: Number(raw.id),
      authorId: Number(raw.author_id) || 0,
      date: Date.parse(raw.date) || 0,
      title: raw.notify_title ?? '',
      text: raw.text ?? '',
      unread: raw.notify_read === 'N',
      buttons: buttonsOf(raw.notify_buttons),
    }));
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
    load,
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
