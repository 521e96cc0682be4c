// Where in the page somebody is, kept in the part of the address behind `#`, so that the browser's back works.

import { shallowRef } from 'vue';

export type Route =
  | { name: 'home' | 'notifications' | 'profile' | 'invite' }
  | { name: 'admin'; part: string }
  | { name: 'dialog'; id: string }
  | { name: 'first' | 'invitation'; code: string };

export function readRoute(hash: string): Route {
  const [name, part] = hash.replace(/^#\/?/, '').split('/');
  const rest = decodeURIComponent(part ?? '');
  switch (name) {
    case 'dialog':
      return /^(chat)?\d+$/.test(rest) ? { name, id: rest } : { name: 'home' };
    case 'first':
    case 'invitation':
      return { name, code: rest };
    case 'admin':
      return { name, part: rest };
    case 'notifications':
    case 'profile':
    case 'invite':
      return { name };
    default:
      return { name: 'home' };
  }
}

export const route = shallowRef<Route>(readRoute(location.hash));

window.addEventListener('hashchange', () => {
  route.value = readRoute(location.hash);
});

/** The address of a dialog within the page. */
export const dialogHref = (id: string) => `#/dialog/${id}`;

export function go(hash: string) {
  if (location.hash !== hash) location.hash = hash;
}

/** Goes somewhere in place of where one is: what was there cannot be gone back to. */
export function replace(hash: string) {
  history.replaceState(null, '', hash || '#/');
  route.value = readRoute(hash);
}
