// One dialog that is open: its messages as far as they are loaded, its people, who has read how far.

import { ref, shallowRef } from 'vue';
import type { People } from '../people/people';
import { asFailure } from '../portal/failure';
import { forget, keep, kept } from '../portal/keep';
import type { Rest } from '../portal/rest';
import { inTurn } from '../portal/turn';
import type { WireDialog, WireFile, WirePage, WireUser } from '../portal/wire';
import type { PushEvent } from '../recent/event';
import { EMPTY, grownBack, grownOn, newest, oldest, readMessage, withChanged, withEnd, withTold, type Message, type Run } from './messages';

const PAGE = 50;
/** How many dialogs are kept for reading while the portal is away, and how much of each. */
const KEPT = 12;
const KEPT_MESSAGES = 50;

interface Kept {
  about: WireDialog;
  messages: Message[];
  users: WireUser[];
}

/** How many around what is unread come first. */
const FIRST = 30;

export function createDialog(rest: Rest, people: People, id: string, me: number, onFailure: (thrown: unknown) => void) {
  const about = shallowRef<WireDialog | null>(null);
  const run = shallowRef<Run>(EMPTY);
  const files = shallowRef<ReadonlyMap<number, WireFile>>(new Map());
  /** Messages beyond those that are loaded, as far as others answer them. */
  const others = shallowRef(new Map<number, Message | null>());
  const loaded = ref(false);
  const failed = ref('');
  /** The first message that was unread when the dialog was opened. */
  const unreadFrom = ref(0);
  /** Up to where the reader has read, and up to where anybody else has. */
  const readUpto = ref(0);
  const seenUpto = ref(0);
  let closed = false;
  let busy: Promise<void> | null = null;

  async function page(params: Record<string, unknown>): Promise<Message[]> {
    const wire = await rest.call<WirePage>('im.dialog.messages.get', { DIALOG_ID: id, ...params });
    people.learn(wire.users);
    if (wire.files.length) files.value = new Map([...files.value, ...wire.files.map((file) => [Number(file.id), file] as const)]);
    return wire.messages.map(readMessage).sort((a, b) => a.id - b.id);
  }

  async function learnAbout() {
    const wire = await rest.call<WireDialog>('im.dialog.get', { DIALOG_ID: id });
    about.value = wire;
    seenUpto.value = Math.max(0, ...wire.readed_list.map((reader) => Number(reader.message_id) || 0));
    readUpto.value = Math.max(readUpto.value, wire.last_id);
    return wire;
  }

  /** Whether the portal showed it. */
  async function open(): Promise<boolean> {
    try {
      const [wire, messages] = await Promise.all([learnAbout(), page({ LIMIT: FIRST })]);
      if (closed) return false;
      unreadFrom.value = wire.counter > 0 ? (messages.find((message) => message.unread && message.authorId !== me)?.id ?? 0) : 0;
      const end = messages[messages.length - 1]?.id ?? 0;
      run.value = { messages, older: messages.length >= FIRST, newer: end < wire.last_message_id };
      loaded.value = true;
      keepWhatIsHere();
      return true;
    } catch (thrown) {
      if (asFailure(thrown).code === 'offline' && recall()) return false;
      failed.value = asFailure(thrown).code || 'failed';
      onFailure(thrown);
      return false;
    }
  }

  function keepWhatIsHere() {
    if (!about.value || run.value.newer) return;
    const messages = run.value.messages.slice(-KEPT_MESSAGES);
    const users = [...new Set(messages.map((message) => message.authorId))].flatMap((user) => people.known.get(user) ?? []);
    const value: Kept = { about: about.value, messages, users };
    const names = [id, ...(kept<string[]>(me, 'dialogs') ?? []).filter((name) => name !== id)];
    for (const name of names.splice(KEPT)) forget(me, `dialog.${name}`);
    keep(me, 'dialogs', names);
    keep(me, `dialog.${id}`, value);
  }

  /** Shows what was kept of the dialog; false if nothing was. */
  function recall(): boolean {
    const known = kept<Kept>(me, `dialog.${id}`);
    if (!known) return false;
    people.learn(known.users);
    about.value = known.about;
    run.value = { messages: known.messages, older: true, newer: false };
    readUpto.value = known.about.last_id;
    loaded.value = true;
    return true;
  }

  /** One page at a time; a second wish while one is read is none. */
  function once(work: () => Promise<void>): Promise<void> {
    busy ??= work()
      .catch(onFailure)
      .finally(() => {
        busy = null;
      });
    return busy;
  }

  const older = () =>
    once(async () => {
      if (!run.value.older) return;
      run.value = grownBack(run.value, await page({ LAST_ID: oldest(run.value), LIMIT: PAGE }), PAGE);
    });

  const newer = () =>
    once(async () => {
      if (!run.value.newer) return;
      run.value = grownOn(run.value, await page({ FIRST_ID: newest(run.value), LIMIT: PAGE }), PAGE);
    });

  /** What was heard of single messages while the end is read: the answer may be older. */
  let heard: PushEvent[] | null = null;

  /** Reads the end of the dialog again: what is new there, edited, or gone. */
  const refreshEnd = inTurn(async () => {
    if (closed) return;
    if (failed.value && !loaded.value) {
      failed.value = '';
      await open();
      return;
    }
    if (!loaded.value || run.value.newer) return;
    const late: PushEvent[] = [];
    heard = late;
    try {
      const [, messages] = await Promise.all([learnAbout(), page({ LAST_ID: Number.MAX_SAFE_INTEGER, LIMIT: PAGE })]);
      if (closed || run.value.newer) return;
      run.value = messages.length ? withEnd(run.value, messages) : { ...EMPTY };
    } finally {
      heard = null;
    }
    for (const event of late) patch(event);
    keepWhatIsHere();
  });

  /** Whether the message is loaded, after loading what is around it if it was not. */
  async function around(message: number): Promise<boolean> {
    const has = () => run.value.messages.some((one) => one.id === message);
    if (has()) return true;
    try {
      const [before, after] = await Promise.all([
        page({ LAST_ID: message + 1, LIMIT: PAGE }),
        page({ FIRST_ID: message, LIMIT: PAGE }),
      ]);
      if (!before.some((one) => one.id === message)) return false;
      const messages = [...before, ...after];
      run.value = { messages, older: before.length >= PAGE, newer: after.length >= PAGE };
      return true;
    } catch (thrown) {
      onFailure(thrown);
      return false;
    }
  }

  /** A message that is not loaded and that another one answers; looked up once. */
  function answered(message: number): Message | null {
    const known = others.value.get(message);
    if (known === undefined) {
      others.value.set(message, null);
      page({ LAST_ID: message + 1, LIMIT: 1 })
        .then(([found]) => {
          if (found?.id === message) others.value = new Map(others.value).set(message, found);
        })
        .catch(() => {});
    }
    return known ?? null;
  }

  /** Goes to the end of the dialog. */
  async function toEnd() {
    if (!run.value.newer) return;
    const messages = await page({ LAST_ID: Number.MAX_SAFE_INTEGER, LIMIT: PAGE });
    run.value = { messages, older: messages.length >= PAGE, newer: false };
  }

  async function read(upto: number) {
    if (upto <= readUpto.value) return;
    readUpto.value = upto;
    try {
      await rest.call('im.dialog.read', { DIALOG_ID: id, MESSAGE_ID: upto });
    } catch (thrown) {
      onFailure(thrown);
    }
  }

  async function like(message: Message) {
    const liked = message.likes.includes(me);
    const likes = liked ? message.likes.filter((one) => one !== me) : [...message.likes, me];
    run.value = withChanged(run.value, message.id, (one) => ({ ...one, likes }));
    try {
      await rest.call('im.message.like', { MESSAGE_ID: message.id, ACTION: liked ? 'minus' : 'plus' });
    } catch (thrown) {
      run.value = withChanged(run.value, message.id, (one) => ({ ...one, likes: message.likes }));
      onFailure(thrown);
    }
  }

  async function edit(message: Message, text: string) {
    run.value = withChanged(run.value, message.id, (one) => ({ ...one, text, edited: true }));
    try {
      await rest.call('im.message.update', { MESSAGE_ID: message.id, MESSAGE: text });
    } catch (thrown) {
      run.value = withChanged(run.value, message.id, () => message);
      onFailure(thrown);
    }
  }

  async function remove(message: Message) {
    try {
      await rest.call('im.message.delete', { MESSAGE_ID: message.id });
      await refreshEnd();
      run.value = withChanged(run.value, message.id, (one) => (one.deleted ? one : { ...one, deleted: true, text: '', files: [], likes: [] }));
    } catch (thrown) {
      onFailure(thrown);
    }
  }

  /** What an event changes that is wholly in itself; false if there is more to it. */
  function patch({ command, params }: PushEvent): boolean {
    const number = (value: unknown) => Number(value) || 0;
    switch (command) {
      case 'readMessageChatOpponent':
      case 'readMessageOpponent':
        seenUpto.value = Math.max(seenUpto.value, number(params.lastId));
        return true;
      case 'readMessageChat':
      case 'readMessage':
        readUpto.value = Math.max(readUpto.value, number(params.lastId));
        return true;
      case 'messageLike': {
        const users = Array.isArray(params.users) ? params.users.map(Number) : [];
        run.value = withChanged(run.value, number(params.id), (one) => ({ ...one, likes: users }));
        return true;
      }
      case 'messageUpdate':
      case 'messageParamsUpdate':
        run.value = withChanged(run.value, number(params.id), (one) => withTold(one, params, command === 'messageUpdate'));
        return true;
      case 'inputActionNotify':
      case 'startWriting':
      case 'chatPin':
      case 'chatUnread':
      case 'chatMuteNotify':
        return true;
      default:
        return false;
    }
  }

  /** Follows an event of this dialog. */
  function follow(event: PushEvent) {
    if (!patch(event)) refreshEnd().catch(() => {});
    else if (heard && heard.length < PAGE) heard.push(event);
  }

  return {
    id,
    about,
    run,
    files,
    loaded,
    failed,
    unreadFrom,
    readUpto,
    seenUpto,
    open,
    older,
    newer,
    around,
    answered,
    toEnd,
    refreshEnd,
    learnAbout,
    read,
    like,
    edit,
    remove,
    follow,
    close: () => {
      closed = true;
    },
  };
}

export type Dialog = ReturnType<typeof createDialog>;
