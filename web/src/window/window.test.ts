import { expect, it } from 'vitest';
import { scrollTo, windowOf } from './window';

it('draws what is in sight and a little more, of ten thousand rows', () => {
  expect(windowOf(0, 640, 64, 10_000, 4)).toEqual({ first: 0, last: 14, offset: 0, height: 640_000 });
  expect(windowOf(6400, 640, 64, 10_000, 4)).toEqual({ first: 96, last: 114, offset: 6144, height: 640_000 });
  expect(windowOf(1e9, 640, 64, 10_000, 4)).toEqual({ first: 9986, last: 10_000, offset: 639_104, height: 640_000 });
});

it('draws all of a short list, however it was scrolled', () => {
  expect(windowOf(500, 640, 64, 3, 4)).toEqual({ first: 0, last: 3, offset: 0, height: 192 });
  expect(windowOf(-20, 640, 64, 0, 4)).toEqual({ first: 0, last: 0, offset: 0, height: 0 });
});

it('scrolls no further than needed', () => {
  expect(scrollTo(5, 0, 640, 64)).toBe(0);
  expect(scrollTo(10, 0, 640, 64)).toBe(64);
  expect(scrollTo(2, 640, 640, 64)).toBe(128);
});
