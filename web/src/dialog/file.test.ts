import { expect, test } from 'vitest';
import { shownSize, sizeOf } from './file';

test('a size is told in the largest unit that leaves a number above one', () => {
  expect([sizeOf(0, 'en'), sizeOf(999, 'en'), sizeOf(1500, 'en'), sizeOf(100_000_000, 'en')]).toEqual(['0 byte', '999 byte', '1.5 kB', '100 MB']);
});

test('a picture keeps its proportions and is never drawn larger than it is', () => {
  expect(shownSize({ width: 3200, height: 1600 })).toEqual({ width: 320, height: 160 });
  expect(shownSize({ width: 500, height: 2600 })).toEqual({ width: 50, height: 260 });
  expect(shownSize({ width: 20, height: 10 })).toEqual({ width: 20, height: 10 });
  expect(shownSize(false)).toEqual({ width: 320, height: 260 });
});
