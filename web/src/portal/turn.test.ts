import { expect, it, vi } from 'vitest';
import { inTurn } from './turn';

it('does the work once at a time, and once more for all who asked meanwhile', async () => {
  const ends: ((fail?: Error) => void)[] = [];
  const ask = inTurn(() => new Promise((done, fail) => ends.push((error) => (error ? fail(error) : done()))));
  const told: string[] = [];
  const note = (name: string) => ask().then(() => told.push(name), () => told.push(`${name} failed`));
  const all = [note('one'), note('two'), note('three')];
  expect(ends).toHaveLength(1);
  ends[0]?.(new Error('away'));
  await all[0];
  await vi.waitFor(() => expect([told, ends.length]).toEqual([['one failed'], 2]));
  const late = note('four');
  ends[1]?.();
  await Promise.all(all);
  expect(told).toEqual(['one failed', 'two', 'three']);
  await vi.waitFor(() => expect(ends).toHaveLength(3));
  ends[2]?.();
  await late;
  expect([told.at(-1), ends.length]).toEqual(['four', 3]);
});
