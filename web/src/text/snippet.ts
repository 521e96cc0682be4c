// A text shortened around what was looked for in it, and where that stands.

export interface Piece {
  text: string;
  hit: boolean;
}

/** How much is shown before the first hit, and in all. */
const BEFORE = 40;
const LENGTH = 160;

/** The text in pieces. A word is found where another one of the text begins with it, in any case. */
export function piecesOf(text: string, wanted: string): Piece[] {
  const words = wanted.trim().split(/\s+/).filter(Boolean).map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  if (!words.length) return text ? [{ text: text.slice(0, LENGTH), hit: false }] : [];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.sort((a, b) => b.length - a.length).join('|')})`, 'giu');
  const first = text.search(pattern);
  const from = first > BEFORE ? text.lastIndexOf(' ', first - BEFORE / 2) + 1 : 0;
  const shown = `${from > 0 ? '…' : ''}${text.slice(from, from + LENGTH)}${text.length > from + LENGTH ? '…' : ''}`;
  const out: Piece[] = [];
  let at = 0;
  for (const found of shown.matchAll(pattern)) {
    if (found.index > at) out.push({ text: shown.slice(at, found.index), hit: false });
    out.push({ text: found[0], hit: true });
    at = found.index + found[0].length;
  }
  if (at < shown.length) out.push({ text: shown.slice(at), hit: false });
  return out;
}
