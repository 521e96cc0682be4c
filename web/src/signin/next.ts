// Where somebody wanted to go who had to sign in first: to let an application act for them.

/** The address to go on to, if there is one and it is the portal's own page for that. */
export function nextOf(search: string): string | null {
  const next = new URLSearchParams(search).get('next');
  return next?.startsWith('/oauth/authorize/') && !next.includes('\\') ? next : null;
}
