// Addresses of the portal itself: its links begin with its public address, and the page may have come from another one.

let known = '';

/** Notes the portal's public address, as the session tells it. */
export function settle(address: string) {
  known = address.replace(/\/+$/, '');
}

/** An address at the portal as the page reaches it; any other stays as it is. */
export function atHome(address: string): string {
  return known && address.startsWith(`${known}/`) ? `${location.origin}${address.slice(known.length)}` : address;
}

/** Where in this page an address leads, if it is one of the portal's dialogs or messages; empty for any other. */
export function inside(address: string): string {
  const [place, hash] = atHome(address).split('#', 2);
  return place === `${location.origin}/` && /^\/dialog\/(chat)?\d{1,15}(\/\d{1,15})?$/.test(hash ?? '') ? `#${hash}` : '';
}
