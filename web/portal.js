// The portal this page came from: calls with a webhook, and which webhook that is.
//
// Must hold: a webhook's secret leaves this tab only in calls to this portal. Never touches the page.

const KEPT = 'lately.webhook';

/** The portal does not do what was asked: the status of its answer, its code, and why in words. */
export class Refused extends Error {
  constructor(status, code, text) {
    super(text || code || `The portal answered ${status}.`);
    this.status = status;
    this.code = code;
  }
}

/** The words for a call that failed. */
export function reason(error) {
  return error instanceof Refused ? error.message : 'The portal cannot be reached.';
}

/** Calls in somebody's name. */
export class Portal {
  /** The webhook's path, "/rest/1/secret/"; empty while nobody is signed in. */
  base = '';
  /** Whether this is a demo, whose secrets are none. */
  demo = false;

  /** The number of the user who calls. */
  get me() {
    return userOf(this.base);
  }

  /** Calls a method; answers what came, its bytes and the ms it took. Throws `Refused`, or `TypeError` unanswered. */
  async call(method, params = {}) {
    const begun = performance.now();
    const response = await fetch(this.base + method, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(params),
      cache: 'no-store',
    });
    const text = await response.text();
    let answer;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new Refused(response.status, '', `The portal answered ${response.status} without JSON.`);
    }
    if (!response.ok || answer.error) throw new Refused(response.status, answer.error, answer.error_description);
    return { answer, bytes: new TextEncoder().encode(text).length, took: performance.now() - begun };
  }
}

/** The number of the user whom a webhook's path belongs to; 0 for an empty one. */
export function userOf(base) {
  return Number(base.split('/')[2]) || 0;
}

/** The path of a webhook of the portal at `here`, or an error that says what is wrong. */
export function webhookPath(text, here) {
  let address;
  try {
    address = new URL(text.trim(), here.origin);
  } catch {
    throw new Error('That is not an address.');
  }
  const found = address.pathname.match(/^\/rest\/(\d+)\/([A-Za-z0-9]+)(\/|$)/);
  if (!found) throw new Error('A webhook looks like https://this-portal/rest/1/secret/');
  if (address.host !== here.host) throw new Error(`This page talks to its own portal only: ${here.host}`);
  return `/rest/${found[1]}/${found[2]}/`;
}

/** Keeps the webhook for as long as the tab is open; an empty one is forgotten. */
export function keep(base) {
  if (base) sessionStorage.setItem(KEPT, base);
  else sessionStorage.removeItem(KEPT);
}

/** The webhook that this tab keeps; null if none. */
export function kept() {
  return sessionStorage.getItem(KEPT);
}

/** People whom a demo lets anybody act as, each with a `path`; none elsewhere. */
export async function demoPeople() {
  try {
    const response = await fetch('demo.json', { cache: 'no-store' });
    const users = response.ok ? (await response.json()).users : [];
    return users.map((user) => ({ ...user, path: demoPath(user) })).filter((user) => user.path);
  } catch {
    return [];
  }
}

function demoPath(user) {
  const hook = user.webhook;
  if (!hook) return '';
  const address = typeof hook === 'string' ? hook : hook.http || hook.https || `/rest/${user.id}/${hook.secret}/`;
  return new URL(address, location.origin).pathname;
}
