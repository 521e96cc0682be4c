// Calls of the API with the official SDK, in the name of whoever is signed in.
//
// Must hold: the browser sends the cookie, this sends the token beside it; no secret is ever in a script.

import { AbstractB24, ApiVersion, HttpV2, type AuthActions, type AuthData } from '@bitrix24/b24jssdk';
import { asFailure, Failure, SESSION_OVER } from './failure';
import type { Session } from './session';

/** A row that went away, and why. */
export interface Gone {
  id: string;
  reason: string;
}

/** A result, and what stood beside it. */
export interface Answer<T> {
  result: T;
  removed: Gone[];
  /** The portal's date when the call began. */
  date: string;
  /** The portal's time when it ended, in ms. */
  now: number;
}

/** Tells the SDK where the portal is; the cookie does the rest. */
class Cookie implements AuthActions {
  constructor(private readonly host: string) {}

  getAuthData(): AuthData {
    // Of a credential that is not sent as a parameter the SDK thinks as of a webhook.
    return { access_token: '', refresh_token: 'hook', expires: 0, expires_in: 0, domain: this.host, member_id: this.host };
  }

  async refreshAuth(): Promise<AuthData> {
    throw new Failure(SESSION_OVER, 'The session is over', 401);
  }

  getUniq(prefix: string): string {
    return `${prefix}_${this.host}`;
  }

  getTargetOrigin(): string {
    return location.origin;
  }

  getTargetOriginWithPath(): Map<ApiVersion, string> {
    return new Map([[ApiVersion.v2, `${location.origin}/rest`]]);
  }

  get isAdmin(): boolean {
    return false;
  }
}

/** The SDK's client over a session. */
class SessionB24 extends AbstractB24 {
  readonly #cookie = new Cookie(location.host);

  constructor(sessid: string) {
    super();
    // The portal is ours: it says itself when it has had enough.
    const restrictionParams = { rateLimit: { burstLimit: 500, drainRate: 100, adaptiveEnabled: false } };
    this._httpV2 = new HttpV2(this.#cookie, { headers: { 'X-Bitrix-Csrf-Token': sessid } }, restrictionParams);
    this._isInit = true;
  }

  get auth(): AuthActions {
    return this.#cookie;
  }

  override getTargetOrigin(): string {
    return this.#cookie.getTargetOrigin();
  }

  override getTargetOriginWithPath(): Map<ApiVersion, string> {
    return this.#cookie.getTargetOriginWithPath();
  }
}

/** The API for one session. */
export class Rest {
  readonly b24: AbstractB24;
  readonly #removed = new WeakMap<object, Gone[]>();

  constructor(
    session: Session,
    /** Told when the session is over. */
    private readonly onOver: () => void,
  ) {
    this.b24 = new SessionB24(session.sessid);
    // The SDK hands on `result` and `time` only.
    this.b24.getHttpClient(ApiVersion.v2).ajaxClient.interceptors.response.use((response) => {
      const { result, removed } = response.data as { result?: object; removed?: Gone[] };
      if (result && removed) this.#removed.set(result, removed);
      return response;
    });
  }

  /** Calls a method; throws a `Failure`. */
  async call<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    return (await this.ask<T>(method, params)).result;
  }

  /** The same with what stands beside the result. */
  async ask<T>(method: string, params: Record<string, unknown> = {}): Promise<Answer<T>> {
    try {
      const response = await this.b24.actions.v2.call.make<T>({ method, params });
      const data = response.getData();
      if (!response.isSuccess || !data) throw [...response.getErrors()][0] ?? new Failure('', 'No answer');
      const result = data.result as T;
      const removed = result && typeof result === 'object' ? (this.#removed.get(result) ?? []) : [];
      return { result, removed, date: data.time?.date_start ?? '', now: (data.time?.finish ?? 0) * 1000 };
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === SESSION_OVER) this.onOver();
      throw failure;
    }
  }
}
