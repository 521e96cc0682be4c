// Mentions while one writes: what stands after `@`, and what becomes of chosen names when the message is sent.

export interface Wanted {
  /** Where the `@` stands. */
  at: number;
  /** What was written after it so far. */
  text: string;
}

/** The mention that is being written where the caret stands, if any. */
export function wantedAt(text: string, caret: number): Wanted | null {
  const at = text.lastIndexOf('@', caret - 1);
  if (at < 0 || (at > 0 && !/[\s([{]/.test(text[at - 1] ?? ''))) return null;
  const written = text.slice(at + 1, caret);
  return /^[\p{L}\p{N}._-]*( [\p{L}\p{N}._-]*)?$/u.test(written) && written.length <= 40 ? { at, text: written } : null;
}

/** The text once a name was chosen, and where the caret then stands. */
export function withName(text: string, wanted: Wanted, caret: number, name: string): { text: string; caret: number } {
  const put = `@${name} `;
  return { text: text.slice(0, wanted.at) + put + text.slice(caret), caret: wanted.at + put.length };
}

/** The text with the tags that chosen names stand for. Longer names go first, since one may begin another. */
export function tagged(text: string, names: ReadonlyMap<string, number>): string {
  const known = [...names.keys()].sort((a, b) => b.length - a.length);
  let out = '';
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', Math.max(at + 1, from))) {
    const name = known.find((one) => text.startsWith(one, at + 1));
    if (name === undefined) continue;
    out += `${text.slice(from, at)}[USER=${names.get(name)}]${name}[/USER]`;
    from = at + 1 + name.length;
  }
  return out + text.slice(from);
}

/** A text without the tags that the portal puts around bare addresses. */
export function unwrapped(text: string): string {
  return text.replace(/\[URL\]([^[\]]*)\[\/URL\]/gi, '$1');
}

/** A text as somebody edits it: names in place of the tags that stand for people, and whom they mean. */
export function untagged(text: string): { text: string; names: Map<string, number> } {
  const names = new Map<string, number>();
  const out = unwrapped(text).replace(/\[USER=(\d{1,15})(?: REPLACE)?\]([^[\]]+)\[\/USER\]/gi, (whole, id: string, name: string) => {
    if ((names.get(name) ?? Number(id)) !== Number(id)) return whole;
    names.set(name, Number(id));
    return `@${name}`;
  });
  return { text: out, names };
}
