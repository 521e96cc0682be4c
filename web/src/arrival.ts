// What a link from elsewhere brings: `/?IM_DIALOG=7&BOT_CONTEXT={...}` opens a dialog, and its bot is told the context.
//
// Must hold: a context is handed out once, for the dialog that the link names, and is gone from the address by then. It
// stays in the address for as long as it waits, so that it outlives a reload while somebody signs in.

import { dialogHref, replace } from './route';

export type Context = Record<string, unknown>;

/** What a link says: a dialog, empty for none; and what is for its bot, if that is an object. */
export function readLink(search: string): { dialog: string; context: Context | null } {
  const query = new URLSearchParams(search);
  const dialog = query.get('IM_DIALOG') ?? '';
  if (!/^(chat)?[1-9]\d{0,14}$/.test(dialog)) return { dialog: '', context: null };
  return { dialog, context: asContext(query.get('BOT_CONTEXT') ?? '') };
}

function asContext(written: string): Context | null {
  try {
    const found = JSON.parse(written) as unknown;
    return found !== null && typeof found === 'object' && !Array.isArray(found) ? (found as Context) : null;
  } catch {
    return null;
  }
}

/** The same address without what was brought. The page is at `/`, whichever way one came. */
export function without(path: string, search: string): string {
  const query = new URLSearchParams(search);
  query.delete('IM_DIALOG');
  query.delete('BOT_CONTEXT');
  const left = query.toString();
  return `${/^\/online\/?$/.test(path) ? '/' : path}${left ? `?${left}` : ''}`;
}

let waiting: { dialog: string; context: Context } | null = null;

/** Goes where the address says, before anybody is signed in. */
export function arrive() {
  const { dialog, context } = readLink(location.search);
  if (dialog) replace(dialogHref(dialog));
  if (context) waiting = { dialog, context };
  else tidy();
}

/** What waits for this dialog, to be told once. */
export function takeContext(dialog: string): Context | null {
  if (waiting?.dialog !== dialog) return null;
  const { context } = waiting;
  waiting = null;
  tidy();
  return context;
}

/** Somebody is in this dialog, or in none: what waits for another is told to nobody. */
export function keepOnlyFor(dialog: string | null) {
  if (waiting && waiting.dialog !== dialog) {
    waiting = null;
    tidy();
  }
}

function tidy() {
  const clean = without(location.pathname, location.search);
  if (clean !== location.pathname + location.search) history.replaceState(null, '', clean + location.hash);
}
