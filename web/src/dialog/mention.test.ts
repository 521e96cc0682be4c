import { expect, it } from 'vitest';
import { tagged, untagged, unwrapped, wantedAt, withName } from './mention';

it('knows what stands after the sign where the caret is', () => {
  expect(wantedAt('hello @bo', 9)).toEqual({ at: 6, text: 'bo' });
  expect(wantedAt('@Ольга К', 8)).toEqual({ at: 0, text: 'Ольга К' });
  expect(wantedAt('@', 1)).toEqual({ at: 0, text: '' });
  for (const none of ['a@b.example', 'hello', '@bob, and', '@one two three']) expect(wantedAt(none, none.length), none).toBeNull();
});

it('puts a chosen name in its place', () => {
  expect(withName('hi @bo there', { at: 3, text: 'bo' }, 6, 'Bob Hartley')).toEqual({ text: 'hi @Bob Hartley  there', caret: 16 });
});

it('tags the names that were chosen, and no others', () => {
  const names = new Map([['Bob', 2], ['Bob Hartley', 3]]);
  expect(tagged('@Bob Hartley and @Bob, not @Carol', names)).toBe('[USER=3]Bob Hartley[/USER] and [USER=2]Bob[/USER], not @Carol');
  expect(tagged('a@b', new Map())).toBe('a@b');
});

it('shows names to whoever edits, and tags them again', () => {
  const kept = 'Ask [USER=3]Bob Hartley[/USER] or [USER=2]Bob[/USER] at https://a.example/x';
  const { text, names } = untagged(kept.replace('https://a.example/x', '[URL]https://a.example/x[/URL]'));
  expect(text).toBe('Ask @Bob Hartley or @Bob at https://a.example/x');
  expect(tagged(text, names)).toBe(kept);
  expect(untagged('[USER=1]Jo[/USER] and [USER=2]Jo[/USER]').text).toBe('@Jo and [USER=2]Jo[/USER]');
  expect(unwrapped('[URL=https://a.example/]here[/URL] [url]b.example[/url]')).toBe('[URL=https://a.example/]here[/URL] b.example');
});
