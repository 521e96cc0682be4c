import { describe, expect, it } from 'vitest';
import { bytes, short, span } from './figures';

describe('figures', () => {
  it('tells a span of time in its two largest units', () => {
    expect(span(5)).toEqual([['health.minutes', 0]]);
    expect(span(150)).toEqual([['health.minutes', 2]]);
    expect(span(3600 * 25 + 60 * 7)).toEqual([['health.days', 1], ['health.hours', 1]]);
    expect(span(86_400 * 3)).toEqual([['health.days', 3]]);
  });

  it('tells bytes in the unit that suits them', () => {
    expect(['0 B', '1,023 B', '1 KiB', '1.5 MiB', '2,000 TiB']).toEqual(
      [0, 1023, 1024, 1.5 * 1024 ** 2, 2000 * 1024 ** 4].map((count) => bytes(count, 'en')),
    );
  });

  it('keeps small numbers exact and large ones short', () => {
    expect([0, 0.125, 12.34].map((count) => short(count, 'en'))).toEqual(['0', '0.13', '12']);
  });
});
