// The messages of a dialog that are loaded: one run without a gap, grown at both ends.
//
// Must hold: messages are in the order of their numbers, each once; what is newer replaces what was known.

import { asMap, type MessageParams, type WireMessage } from '../portal/wire';

export interface Message {
  readonly id: number;
  readonly authorId: number;
  /** In ms. */
  readonly date: number;
  readonly text: string;
  readonly unread: boolean;
  readonly likes: readonly number[];
  readonly files: readonly number[];
  readonly replyTo: number;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly params: Partial<MessageParams>;
}

const numbers = (list: (number | string)[] | undefined) => (Array.isArray(list) ? list.map(Number).filter((one) => one > 0) : []);

/** What a message's parameters say, in words of the page. */
function fromParams(params: Partial<MessageParams>) {
  return {
    likes: numbers(params.LIKE),
    files: numbers(params.FILE_ID),
    replyTo: Number(params.REPLY_ID) || 0,
    edited: params.IS_EDITED === 'Y',
    deleted: params.IS_DELETED === 'Y',
    params,
  };
}

export function readMessage(raw: WireMessage): Message {
  return {
    id: Number(raw.id),
    authorId: Number(raw.author_id) || 0,
    date: Date.parse(raw.date) || 0,
    text: raw.text ?? '',
    unread: raw.unread === true,
    ...fromParams(asMap<MessageParams>(raw.params)),
  };
}

/** A message as an event tells it after a change: its text, if that changed, and its parameters, all of them or some. */
export function withTold(message: Message, told: Record<string, unknown>, all: boolean): Message {
  const text = typeof told.text === 'string' ? told.text : message.text;
  const params = told.params && typeof told.params === 'object' ? asMap<MessageParams>(told.params) : null;
  return params ? { ...message, text, ...fromParams(all ? params : { ...message.params, ...params }) } : { ...message, text };
}

/** A run of messages, and whether there are others before and after it. */
export interface Run {
  readonly messages: readonly Message[];
  readonly older: boolean;
  readonly newer: boolean;
}

export const EMPTY: Run = { messages: [], older: false, newer: false };

/** Two sets of messages as one, in order. */
export function joined(one: readonly Message[], other: readonly Message[]): Message[] {
  const all = new Map(one.map((message) => [message.id, message]));
  for (const message of other) all.set(message.id, message);
  return [...all.values()].sort((a, b) => a.id - b.id);
}

/** The run with older messages before it. A short page says that there are no more. */
export function grownBack(run: Run, page: readonly Message[], limit: number): Run {
  return { ...run, messages: joined(run.messages, page), older: page.length >= limit };
}

/** The run with newer messages after it. */
export function grownOn(run: Run, page: readonly Message[], limit: number): Run {
  return { ...run, messages: joined(run.messages, page), newer: page.length >= limit };
}

/** The run once its end was read again: what is missing there has gone. */
export function withEnd(run: Run, page: readonly Message[]): Run {
  const first = page[0];
  if (!first) return run;
  const known = run.messages.filter((message) => message.id < first.id);
  return { ...run, messages: joined(known, page), newer: false };
}

/** The run with one message changed. */
export function withChanged(run: Run, id: number, change: (message: Message) => Message | null): Run {
  const messages = run.messages.flatMap((message) => {
    if (message.id !== id) return [message];
    const next = change(message);
    return next ? [next] : [];
  });
  return { ...run, messages };
}

export const newest = (run: Run): number => run.messages[run.messages.length - 1]?.id ?? 0;
export const oldest = (run: Run): number => run.messages[0]?.id ?? 0;

/** Whether a message continues the one before: the same person, within five minutes. */
export function continues(message: Message, before: Message | undefined): boolean {
  return Boolean(before) && message.authorId > 0 && before?.authorId === message.authorId && message.date - (before?.date ?? 0) < 300_000;
}
