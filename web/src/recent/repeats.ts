// Which events tell nothing new: those that were heard before, and those from before the portal's last answer.
//
// Must hold: of such an event it is never said that it is new; the other way round costs one question to the portal.

import type { PushEvent } from './event';

/** How many events are remembered. */
const MOST = 300;

export function createRepeats() {
  const seen = new Set<string>();
  /** The portal's second from which on events may be news. */
  let known = 0;

  const toldAt = (event: PushEvent) => Number(event.extra?.server_time_unix) || 0;

  /** Whether an event is from before the portal's last answer, which has what it tells. */
  function isBefore(event: PushEvent): boolean {
    const told = toldAt(event);
    return told > 0 && told < known;
  }

  return {
    isBefore,
    /** The portal answered what it knew at this moment, in ms. */
    knownAt: (moment: number) => {
      known = Math.max(known, Math.floor(moment / 1000));
    },
    /** Whether an event is from before the last answer, or a repetition. */
    isOld: (event: PushEvent): boolean => {
      if (isBefore(event)) return true;
      const words = JSON.stringify([event.command, event.params, toldAt(event)]);
      if (seen.has(words)) return true;
      seen.add(words);
      for (const oldest of seen) {
        if (seen.size <= MOST) break;
        seen.delete(oldest);
      }
      return false;
    },
  };
}
