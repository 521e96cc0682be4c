// Figures as people read them.

import type { Key } from '../words';

/** The largest units of time that a span fills, two of them: what to say, and how many. */
export function span(seconds: number): [Key, number][] {
  const units: [Key, number][] = [
    ['health.days', Math.floor(seconds / 86_400)],
    ['health.hours', Math.floor(seconds / 3600) % 24],
    ['health.minutes', Math.floor(seconds / 60) % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  return first < 0 ? [['health.minutes', 0]] : units.slice(first, first + 2).filter(([, count]) => count > 0);
}

/** Bytes in the unit that gives one to three digits before the point. */
export function bytes(count: number, locale: string): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const place = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10));
  const figure = new Intl.NumberFormat(locale, { maximumFractionDigits: place ? 1 : 0 }).format(count / 1024 ** place);
  return `${figure} ${units[place]}`;
}

/** A number with few digits behind the point. */
export function short(count: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: count < 10 ? 2 : 0 }).format(count);
}
