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
