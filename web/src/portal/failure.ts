// What went wrong, in one shape, whoever said it: the portal, or the way to it.

/** The portal's code for a session that is over. */
export const SESSION_OVER = 'session_failed';

/** A call that did not end well. */
export class Failure extends Error {
  constructor(
    /** The portal's code; `offline` when the portal was not reached. */
    readonly code: string,
    /** What the portal said, in English. */
    text: string,
    readonly status = 0,
  ) {
    super(text);
  }

  /** Whether the same may succeed later without anybody doing anything. */
  get passes(): boolean {
    return this.code === 'offline' || this.status >= 500 || this.status === 429;
  }
}

/** Anything thrown, as a failure. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const found = thrown as { code?: unknown; status?: unknown; message?: unknown } | null;
  const status = typeof found?.status === 'number' ? found.status : 0;
  const code = typeof found?.code === 'string' ? found.code : '';
  const text = typeof found?.message === 'string' ? found.message : String(thrown);
  const unreached = status === 0 || code === 'NETWORK_ERROR' || code === 'ERR_NETWORK' || code === 'ECONNABORTED';
  return unreached ? new Failure('offline', text) : new Failure(code, text, status);
}
