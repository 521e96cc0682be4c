// What the page knows of the portal while somebody is signed in: list, dialog, people, notifications, and the way to them.

import { computed, inject, ref, shallowRef, watch, type InjectionKey } from 'vue';
import { keepOnlyFor, takeContext } from './arrival';
import { createDialog, type Dialog } from './dialog/dialog';
import { createOutbox } from './dialog/outbox';
import { createUploads } from './dialog/uploads';
import { createNotifications } from './notify/notifications';
import { createPeople } from './people/people';
import { asFailure, type Failure, SESSION_OVER } from './portal/failure';
import { settle } from './portal/home';
import { portalName } from './portal/name';
import { createPull } from './portal/pull';
import { Rest } from './portal/rest';
import { mayInvite, type Session } from './portal/session';
import type { WireUser } from './portal/wire';
import { createDrafts } from './recent/drafts';
import { createRecent } from './recent/recent';
import { previewOf, type PushEvent } from './recent/event';
import { readable, t } from './words';

/** How long "is writing" is believed. */
const WRITING = 6000;

export interface Notice {
  id: number;
  text: string;
  bad: boolean;
}

export function createMessenger(session: Session, onOver: () => void) {
  const me = session.user_id;
  settle(session.base_url);
  const rest = new Rest(session, onOver);
  const people = createPeople(rest);
  const notices = ref<Notice[]>([]);
  const self = shallowRef<WireUser | null>(null);
  const admin = ref(false);
  /** Whether one may invite people who are not here yet. */
  const invites = ref(false);
  const dialog = shallowRef<Dialog | null>(null);
  /** Who is writing in which dialog. */
  const writing = ref<Record<string, { name: string; until: number }>>({});
  let lastNotice = 0;

  /** Says something that goes away by itself. */
  function say(text: string, bad = false) {
    lastNotice += 1;
    const id = lastNotice;
    notices.value = [...notices.value.slice(-3), { id, text, bad }];
    window.setTimeout(() => hush(id), bad ? 8000 : 4000);
  }

  function hush(id: number) {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  }

  function failed(thrown: unknown) {
    const failure: Failure = asFailure(thrown);
    if (failure.code !== SESSION_OVER) say(readable(failure), true);
  }

  const recent = createRecent(rest, me, failed);
  const drafts = createDrafts(me);
  const notifications = createNotifications(rest, people, failed);
  /** Something of one's own is in a dialog now. */
  function arrived(id: string) {
    if (dialog.value?.id === id) dialog.value.refreshEnd().catch(() => {});
    recent.askSoon();
  }

  const outbox = createOutbox(rest, me, (sent) => arrived(sent.dialog), failed);
  const uploads = createUploads(rest, arrived);

  /** Who one is; asked until it is known. */
  async function learnSelf() {
    if (self.value) return;
    const [user, is, may] = await Promise.all([people.ask(me), rest.call<boolean>('user.admin'), mayInvite(session.sessid)]);
    self.value = user;
    admin.value = is;
    invites.value = may;
  }

  async function repair() {
    await recent.repair();
    await learnSelf();
    await Promise.all([dialog.value?.refreshEnd(), notifications.count()]);
    if (dialog.value?.loaded.value) await bring(dialog.value);
    void outbox.send();
    uploads.resume();
  }

  function follow(event: PushEvent) {
    const id = String(event.params.dialogId ?? '');
    if (event.command === 'inputActionNotify' || event.command === 'startWriting') {
      if (Number(event.params.userId) !== me) noteWriting(id, String(event.params.userName ?? ''));
      return;
    }
    if (event.command === 'userStatus' || event.command === 'online') {
      const users = (event.params.users ?? {}) as Record<string, Partial<WireUser>>;
      people.amend(users);
      recent.amend(users);
      return;
    }
    if (event.command.startsWith('notify')) {
      notifications.count().catch(() => {});
      notifications.refresh().catch(() => {});
      return;
    }
    if (event.command === 'message' || event.command === 'messageChat') {
      const { [id]: _, ...others } = writing.value;
      writing.value = others;
    }
    recent.follow(event);
    const chat = dialog.value?.about.value;
    const same = dialog.value && (dialog.value.id === id || (!id && Number(event.params.chatId) === chat?.id));
    if (same) dialog.value?.follow(event);
    announce(event, id);
  }

  function noteWriting(id: string, name: string) {
    const until = Date.now() + WRITING;
    writing.value = { ...writing.value, [id]: { name, until } };
    window.setTimeout(() => {
      const kept = Object.entries(writing.value).filter(([, one]) => one.until > Date.now());
      writing.value = Object.fromEntries(kept);
    }, WRITING + 50);
  }

  /** Tells the browser of a message that nobody looks at. */
  function announce(event: PushEvent, id: string) {
    if (event.command !== 'message' && event.command !== 'messageChat') return;
    const message = (event.params.message ?? {}) as { senderId?: unknown; text?: unknown };
    const row = recent.row(id);
    if (!document.hidden || Number(message.senderId) === me || row?.muted || event.params.notify === false) return;
    if (!('Notification' in window) || Notification.permission !== 'granted') return;
    const users = (event.params.users ?? {}) as Record<string, { name?: unknown } | undefined>;
    const author = String(users[String(message.senderId)]?.name ?? '');
    const words = previewOf(String(message.text ?? '')) || t('recent.file');
    const inGroup = id.startsWith('chat') && author;
    const shown = new Notification(row?.title || author || 'Lately', { body: inGroup ? `${author}: ${words}` : words, tag: id });
    shown.onclick = () => {
      window.focus();
      location.hash = `#/dialog/${id}`;
    };
  }

  const pull = createPull(rest, me, { onEvent: follow, onBreak: repair });

  /** Opens a dialog, or none. */
  function open(id: string | null) {
    if (dialog.value?.id === id) return;
    dialog.value?.close();
    keepOnlyFor(id);
    const next = id ? createDialog(rest, people, id, me, failed) : null;
    dialog.value = next;
    void next?.open().then((answered) => (answered ? bring(next) : undefined));
  }

  /** Tells the bot of a dialog what the link brought along that led there. Whether it arrived is not asked twice. */
  async function bring(into: Dialog) {
    const context = dialog.value === into ? takeContext(into.id) : null;
    if (!context) return;
    await rest.call('im.v2.Chat.Bot.sendContext', { dialogId: into.id, context }).catch(failed);
  }

  async function start() {
    await Promise.all([recent.load(), learnSelf(), notifications.count()]);
  }

  const unread = computed(() => recent.totals.value.all + notifications.unread.value);
  const stopTitle = watch([unread, portalName] as const, ([count]) => {
    document.title = count > 0 ? `(${count}) ${portalName.value}` : portalName.value;
  }, { immediate: true });

  const onOnline = () => {
    repair().catch(() => {});
  };
  window.addEventListener('online', onOnline);

  return {
    session,
    me,
    rest,
    people,
    recent,
    notifications,
    outbox,
    uploads,
    drafts,
    pull,
    dialog,
    writing,
    self,
    admin,
    invites,
    notices,
    say,
    hush,
    failed,
    open,
    repair,
    start,
    stop: () => {
      window.removeEventListener('online', onOnline);
      stopTitle();
      recent.stop();
      document.title = portalName.value;
      outbox.stop();
      uploads.stop();
      pull.stop();
      dialog.value?.close();
    },
  };
}

export type Messenger = ReturnType<typeof createMessenger>;

export const MESSENGER: InjectionKey<Messenger> = Symbol('messenger');

/** The messenger of whoever is signed in. */
export function useMessenger(): Messenger {
  const found = inject(MESSENGER);
  if (!found) throw new Error('nobody is signed in');
  return found;
}
