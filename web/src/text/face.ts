// What stands in for a picture: letters on a colour.

/** Up to two letters of a name. */
export function initials(title: string): string {
  const words = title.split(/[\s\-–—/@.]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const firsts = words.slice(0, 2).map((word) => [...word][0] ?? '');
  return firsts.join('').toLocaleUpperCase() || '#';
}

const COLOR = /^#[0-9a-f]{6}$/i;

const partsOf = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);

/** How light a colour is to the eye, from 0 to 1. */
function light(parts: number[]): number {
  const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(parts[0] ?? 0) + 0.7152 * linear(parts[1] ?? 0) + 0.0722 * linear(parts[2] ?? 0);
}

/** The colour, darkened until white letters are easy to read on it; empty if it is none. */
export function ground(color: string): string {
  if (!COLOR.test(color)) return '';
  let parts = partsOf(color);
  while (light(parts) > 0.18) parts = parts.map((part) => part * 0.96);
  return `rgb(${parts.map((part) => Math.round(part * 255)).join(' ')})`;
}

/** How well two colours are told apart: 1 to 21; zero if one of them is none. */
export function contrast(one: string, other: string): number {
  if (!COLOR.test(one) || !COLOR.test(other)) return 0;
  const [dark = 0, bright = 0] = [light(partsOf(one)), light(partsOf(other))].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

/** Whether letters on a colour are better dark or white. */
export function inkOn(color: string): 'dark' | 'white' {
  return contrast(color, '#1b2330') >= 4.5 ? 'dark' : 'white';
}
