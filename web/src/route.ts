// Where in the page somebody is, kept in the part of the address behind `#`, so that the browser's back works.

import { shallowRef } from 'vue';

export type Route =
  | { name: 'home' | 'notifications' | 'profile' | 'admin' }
  | { name: 'dialog'; id: string; message: number }
  | { name: 'first' | 'invitation'; code: string };

export function readRoute(hash: string): Route {
  const [name, part, third] = hash.replace(/^#\/?/, '').split('/');
  const rest = decoded(part ?? '');
  switch (name) {
    case 'dialog':
      return /^(chat)?\d{1,15}$/.test(rest) ? { name, id: rest, message: /^\d{1,15}$/.test(third ?? '') ? Number(third) : 0 } : { name: 'home' };
    case 'first':
    case 'invitation':
      return { name, code: rest };
    case 'notifications':
    case 'profile':
    case 'admin':
      return { name };
    default:
      return { name: 'home' };
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

export const route = shallowRef<Route>(readRoute(location.hash));

window.addEventListener('hashchange', () => {
  route.value = readRoute(location.hash);
});

/** The address of a dialog within the page, or of a message in it. */
export const dialogHref = (id: string, message = 0) => (message ? `#/dialog/${id}/${message}` : `#/dialog/${id}`);

export function go(hash: string) {
  if (location.hash !== hash) location.hash = hash;
}

/** Goes somewhere in place of where one is: what was there cannot be gone back to. */
export function replace(hash: string) {
  history.replaceState(null, '', hash || '#/');
  route.value = readRoute(hash);
}
