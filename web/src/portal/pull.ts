// What happens at the portal, as the push server tells it; without one, a beat at which the page asks.
//
// Must hold: after each break `onBreak` is called once the way is free again, so that whoever follows events asks for
// what they missed.

import { B24PullClientManager, PullStatus, SubscriptionType } from '@bitrix24/b24jssdk';
import { ref } from 'vue';
import type { PushEvent } from '../recent/event';
import type { Rest } from './rest';

export type Line = 'connecting' | 'online' | 'polling' | 'offline';

/** How often a page without push asks, and how often it tries to have push again. */
const BEAT = 4000;
const TRY_AGAIN = 60_000;

interface Listener {
  onEvent: (event: PushEvent) => void;
  /** Asks for what was missed; rejects while the portal is away. */
  onBreak: () => Promise<void>;
}

export function createPull(rest: Rest, me: number, { onEvent, onBreak }: Listener) {
  const line = ref<Line>('connecting');
  let client: B24PullClientManager | null = null;
  let beat = 0;
  let again = 0;
  let stopped = false;
  let wasOnline = false;

  async function start() {
    const fresh = new B24PullClientManager({ b24: rest.b24, userId: me, siteId: 'lately' });
    client = fresh;
    const heard = (data: unknown) => {
      const { command, params, extra } = data as { command: string; params: unknown; extra?: PushEvent['extra'] };
      if (params && typeof params === 'object') onEvent({ command, params: params as Record<string, unknown>, extra });
    };
    fresh.subscribe({ moduleId: 'im', callback: heard });
    fresh.subscribe({ type: SubscriptionType.Online, callback: heard });
    fresh.subscribe({ type: SubscriptionType.Status, callback: (data: unknown) => hear((data as { status?: PullStatus }).status) });
    try {
      await fresh.start();
      if (!stopped) online();
    } catch {
      fresh.destroy();
      client = null;
      if (!stopped) poll();
    }
  }

  function hear(status: PullStatus | undefined) {
    if (stopped || !client) return;
    if (status === PullStatus.Online) online();
    else if (status === PullStatus.Offline || status === PullStatus.Connecting) {
      line.value = wasOnline ? 'offline' : 'connecting';
    }
  }

  function online() {
    clearTimeout(beat);
    if (line.value !== 'online') {
      line.value = 'online';
      // Also the first time: something may have happened between reading the list and being told.
      onBreak().catch(() => {});
    }
    wasOnline = true;
  }

  /** Asks again and again, until there is push. */
  function poll() {
    let tries = 0;
    const tick = async () => {
      if (stopped || client) return;
      try {
        if (!document.hidden || tries % 5 === 0) await onBreak();
        line.value = 'polling';
      } catch {
        line.value = 'offline';
      }
      tries += 1;
      if (!stopped) beat = window.setTimeout(tick, BEAT);
    };
    void tick();
    again = window.setTimeout(() => {
      clearTimeout(beat);
      if (!stopped) void start();
    }, TRY_AGAIN);
  }

  const onVisible = () => {
    if (!document.hidden && line.value !== 'online') onBreak().catch(() => {});
  };
  document.addEventListener('visibilitychange', onVisible);

  return {
    line,
    start,
    stop: () => {
      stopped = true;
      clearTimeout(beat);
      clearTimeout(again);
      document.removeEventListener('visibilitychange', onVisible);
      client?.destroy();
    },
  };
}
