// What stands in for a picture: letters on a colour.

/** Up to two letters of a name. */
export function initials(title: string): string {
  const words = title.split(/[\s\-–—/@.]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const firsts = words.slice(0, 2).map((word) => [...word][0] ?? '');
  return firsts.join('').toLocaleUpperCase() || '#';
}

/** The colour, darkened until white letters are easy to read on it; empty if it is none. */
export function ground(color: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return '';
  const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  let parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
  const light = () => 0.2126 * linear(parts[0] ?? 0) + 0.7152 * linear(parts[1] ?? 0) + 0.0722 * linear(parts[2] ?? 0);
  while (light() > 0.18) parts = parts.map((part) => part * 0.96);
  return `rgb(${parts.map((part) => Math.round(part * 255)).join(' ')})`;
}
