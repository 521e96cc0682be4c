// Asking again while an answer is on its way.
//
// Must hold: whoever asks gets an answer that was begun after they asked, and there is never more than one on its way.

/** The same work, done once at a time; all who want it meanwhile share the next time. */
export function inTurn(work: () => Promise<void>): () => Promise<void> {
  let now: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  return function again(): Promise<void> {
    if (now) {
      next ??= now
        .catch(() => {})
        .then(() => {
          next = null;
          return again();
        });
      return next;
    }
    now = work().finally(() => {
      now = null;
    });
    return now;
  };
}
