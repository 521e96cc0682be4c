// Whatever is cut, repeated or delayed, the list ends as the one that the portal tells.

import fc from 'fast-check';
import { beforeEach, expect, it, vi } from 'vitest';
import { Failure } from '../portal/failure';
import type { Answer, Gone, Rest } from '../portal/rest';
import type { WireRow } from '../portal/wire';
import type { PushEvent } from './event';
import { ordered } from './list';
import { createRecent } from './recent';
import { readRow, type Row } from './row';

const ME = 1;
const DIALOGS = ['2', '3', 'chat4', 'chat5'];

/** Timers go off when the test says so. */
let timers = new Map<number, () => void>();
let lastTimer = 0;

beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
  vi.stubGlobal('window', {
    addEventListener: () => {},
    removeEventListener: () => {},
    setTimeout: (run: () => void) => {
      lastTimer += 1;
      timers.set(lastTimer, run);
      return lastTimer;
    },
  });
  vi.stubGlobal('clearTimeout', (timer: number) => timers.delete(timer));
});

interface Talk {
  id: string;
  counter: number;
  pinned: boolean;
  marked: boolean;
  muted: boolean;
  title: string;
  shown: boolean;
  messages: { id: number; author: number; date: number }[];
  seen: boolean;
  /** The portal's second of the last change. */
  changed: number;
}

const iso = (moment: number) => new Date(Math.floor(moment / 1000) * 1000).toISOString();

/** A portal as far as one person's list goes: its rows, what it tells of each change, and its clock. */
class FakePortal {
  now = Date.now();
  talks: Talk[] = DIALOGS.map((id, place) => ({
    id, counter: 0, pinned: false, marked: false, muted: false, title: `Talk ${id}`, shown: true, messages: [{ id: place + 1, author: 2, date: this.now - 60_000 }], seen: false,
    changed: Math.floor(this.now / 1000) - 60,
  }));
  told: PushEvent[] = [];
  /** What is left of the list for whoever turns its pages. */
  #walk: Talk[] = [];
  #last = DIALOGS.length;

  row(talk: Talk): WireRow {
    const last = talk.messages[talk.messages.length - 1];
    const chat = talk.id.startsWith('chat');
    return {
      id: talk.id, chat_id: Number(talk.id.replace('chat', '')), type: chat ? 'chat' : 'user', title: talk.title, avatar: { url: '', color: '#64a513' },
      message: { id: last?.id ?? 0, text: last ? `Words ${last.id}` : '', file: false, author_id: last?.author ?? 0, date: iso(last?.date ?? 0), status: talk.seen ? 'delivered' : 'received' },
      counter: talk.counter, last_id: 0, pinned: talk.pinned, unread: talk.marked, date_update: iso(talk.changed * 1000),
      chat: { message_type: chat ? 'C' : 'P', owner: 2, mute_list: talk.muted ? [ME] : [] } as unknown as WireRow['chat'],
    };
  }

  get fresh(): Row[] {
    return ordered(new Map(this.talks.filter((talk) => talk.shown).map((talk) => [talk.id, readRow(this.row(talk), ME)])), 'all');
  }

  /** Something happens, and is told. */
  act(what: number, place: number) {
    const talk = this.talks[place % this.talks.length];
    if (!talk) return;
    talk.changed = Math.floor(this.now / 1000);
    const tell = (command: string, params: object) =>
      this.told.push({ command, params: { dialogId: talk.id, counter: talk.counter, unread: talk.marked, muted: talk.muted, ...params }, extra: { server_time_unix: talk.changed } });
    const last = talk.messages[talk.messages.length - 1];
    switch (what) {
      case 0:
      case 1: {
        const author = what ? ME : 2;
        this.#last += 1;
        talk.messages.push({ id: this.#last, author, date: this.now });
        Object.assign(talk, { shown: true, seen: false, counter: author === ME ? 0 : talk.counter + 1, marked: author === ME ? false : talk.marked });
        tell(talk.id.startsWith('chat') ? 'messageChat' : 'message', { message: { id: this.#last, senderId: author, date: iso(this.now), text: `Words ${this.#last}` } });
        return;
      }
      case 2:
        Object.assign(talk, { counter: 0, marked: false });
        return tell('readMessageChat', { lastId: last?.id ?? 0 });
      case 3:
        talk.marked = !talk.marked;
        return tell('chatUnread', { active: talk.marked });
      case 4:
        talk.pinned = !talk.pinned && talk.shown;
        return tell('chatPin', { active: talk.pinned });
      case 5:
        talk.muted = !talk.muted;
        return tell('chatMuteNotify', {});
      case 6:
        Object.assign(talk, { shown: false, pinned: false });
        return tell('chatHide', {});
      case 7:
        talk.title = `Title ${this.now}`;
        return tell('chatRename', { name: talk.title });
      case 8:
        if (talk.messages.length > 1) talk.messages.pop();
        Object.assign(talk, { counter: Math.min(talk.counter, 1), seen: false });
        return tell('messageDeleteV2', {});
      default:
        talk.seen = last?.author === ME;
        return tell('readMessageChatOpponent', { lastId: last?.id ?? 0, userId: 2 });
    }
  }

  answer(method: string, params: Record<string, unknown>): Answer<unknown> {
    const beside = { removed: [] as Gone[], date: iso(this.now), now: this.now };
    if (method === 'im.recent.list') {
      if (!Number(params.OFFSET)) this.#walk = [...this.talks];
      const items: WireRow[] = [];
      // Short pages, so that the list has several.
      while (this.#walk.length && items.length < 2) {
        const talk = this.#walk.shift();
        if (talk?.shown) items.push(this.row(talk));
      }
      return { ...beside, result: { items, hasMorePages: this.#walk.length > 0 } };
    }
    const since = Math.floor(Date.parse(String(params.LAST_SYNC_DATE)) / 1000);
    const changed = this.talks.filter((talk) => talk.changed >= since);
    beside.removed = changed.filter((talk) => !talk.shown).map((talk) => ({ id: talk.id, reason: 'hidden' }));
    return { ...beside, result: changed.filter((talk) => talk.shown).map((talk) => this.row(talk)) };
  }
}

type Step =
  | { do: 'act'; what: number; place: number }
  | { do: 'own'; what: 'pin' | 'mute' | 'hide'; place: number; refused: boolean }
  | { do: 'hear'; count: number }
  | { do: 'repeat'; count: number }
  | { do: 'cut' }
  | { do: 'answer' | 'timers' }
  | { do: 'wait'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('act' as const), what: fc.integer({ min: 0, max: 9 }), place: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('own' as const), what: fc.constantFrom('pin' as const, 'mute' as const, 'hide' as const), place: fc.nat(3), refused: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('hear' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('answer' as const, 'timers' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 300, 1000, 9000) }) },
);

const settle = () => new Promise<void>((done) => setImmediate(done));

it('ends as the portal tells it, whatever is cut, repeated or delayed', async () => {
  const held: (() => void)[] = [];
  const run = async (steps: Step[]) => {
    timers = new Map();
    held.length = 0;
    const portal = new FakePortal();
    let refuse = false;
    const ask = (method: string, params: Record<string, unknown>) => {
      // What the portal knows when it is asked; it is heard when the test says so.
      const answer = portal.answer(method, params);
      return new Promise((done) => held.push(() => done(answer)));
    };
    const acts: Record<string, number> = { 'im.recent.pin': 4, 'im.chat.mute': 5, 'im.recent.hide': 6 };
    const call = (method: string, params: Record<string, unknown>) => {
      if (refuse) return new Promise((_, fail) => held.push(() => fail(new Failure('ACCESS_ERROR', 'no', 403))));
      const place = portal.talks.findIndex((talk) => talk.id === params.DIALOG_ID || String(params.CHAT_ID) === talk.id.replace('chat', ''));
      portal.act(acts[method] ?? 0, place);
      return new Promise((done) => held.push(() => done(true)));
    };
    const recent = createRecent({ ask, call } as unknown as Rest, ME, () => {});
    void recent.load();
    const heard: PushEvent[] = [];
    const hear = (event: PushEvent | undefined) => {
      if (!event) return;
      recent.follow(structuredClone(event));
    };
    const fire = () => {
      const due = [...timers.values()];
      timers.clear();
      for (const timer of due) timer();
    };
    for (const one of steps) {
      switch (one.do) {
        case 'act':
          portal.act(one.what, one.place);
          break;
        case 'own': {
          const row = recent.row(DIALOGS[one.place] ?? '');
          refuse = one.refused;
          if (row) void recent[one.what](row);
          refuse = false;
          break;
        }
        case 'hear':
          for (const event of portal.told.splice(0, one.count)) {
            heard.push(event);
            hear(event);
          }
          break;
        case 'repeat':
          heard.slice(-one.count).forEach(hear);
          break;
        case 'cut':
          // What was told meanwhile is lost; once the way is free the list is repaired.
          portal.told = [];
          void recent.repair();
          break;
        case 'answer':
          held.shift()?.();
          break;
        case 'timers':
          fire();
          break;
        case 'wait':
          portal.now += one.ms;
      }
      await settle();
    }
    portal.told.splice(0).forEach(hear);
    // It becomes quiet.
    for (let round = 0; (held.length || timers.size) && round < 200; round += 1) {
      held.shift()?.();
      if (!held.length) fire();
      await settle();
    }
    expect(recent.shown.value).toEqual(portal.fresh);
    recent.stop();
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), run), { numRuns: 500 });
}, 60_000);
