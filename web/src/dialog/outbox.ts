// Messages on their way: kept until the portal has them, over a break and over a reload of the page.
//
// Must hold: each has a word of its own, by which the portal takes it once however often it is sent; of one dialog they
// are sent in the order in which they were written.

import { ref } from 'vue';
import { asFailure, type Failure } from '../portal/failure';
import type { Rest } from '../portal/rest';

export interface Outgoing {
  /** Its own word. */
  readonly uuid: string;
  readonly dialog: string;
  readonly text: string;
  readonly replyTo: number;
  readonly at: number;
  /** Why it was refused; null while it waits. */
  readonly refused: string | null;
}

/** The most that are kept. */
const MOST = 200;

const RETRY = 5000;

export function createOutbox(rest: Rest, me: number, onSent: (outgoing: Outgoing, id: number) => void, onRefused: (failure: Failure) => void) {
  const place = `lately.outbox.${me}`;
  const waiting = ref<Outgoing[]>(stored());
  let sending = false;
  let timer = 0;

  function stored(): Outgoing[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
      return Array.isArray(kept) ? (kept as Outgoing[]).slice(0, MOST) : [];
    } catch {
      return [];
    }
  }

  function keep(next: Outgoing[]) {
    waiting.value = next;
    try {
      localStorage.setItem(place, JSON.stringify(next));
    } catch {
      // Without room they are kept as long as the page is.
    }
  }

  function add(dialog: string, text: string, replyTo: number) {
    if (waiting.value.length >= MOST) return;
    keep([...waiting.value, { uuid: crypto.randomUUID(), dialog, text, replyTo, at: Date.now(), refused: null }]);
    void send();
  }

  /** Sends what waits, one after the other. */
  async function send() {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    try {
      for (;;) {
        const next = waiting.value.find((one) => one.refused === null);
        if (!next) return;
        try {
          const params: Record<string, unknown> = { DIALOG_ID: next.dialog, MESSAGE: next.text, TEMPLATE_ID: next.uuid };
          if (next.replyTo) params.REPLY_ID = next.replyTo;
          const id = await rest.call<number>('im.message.add', params);
          keep(waiting.value.filter((one) => one.uuid !== next.uuid));
          onSent(next, id);
        } catch (thrown) {
          const failure = asFailure(thrown);
          if (failure.passes || failure.status === 401) {
            timer = window.setTimeout(() => void send(), RETRY);
            return;
          }
          keep(waiting.value.map((one) => (one.uuid === next.uuid ? { ...one, refused: failure.code } : one)));
          onRefused(failure);
        }
      }
    } finally {
      sending = false;
    }
  }

  return {
    waiting,
    add,
    send,
    again: (uuid: string) => {
      keep(waiting.value.map((one) => (one.uuid === uuid ? { ...one, refused: null } : one)));
      void send();
    },
    drop: (uuid: string) => keep(waiting.value.filter((one) => one.uuid !== uuid)),
    stop: () => clearTimeout(timer),
  };
}

export type Outbox = ReturnType<typeof createOutbox>;
