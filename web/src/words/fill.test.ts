import { expect, it } from 'vitest';
import { en } from './en';
import { fill } from './fill';
import { ru } from './ru';

it('fills in values and the form that goes with a number', () => {
  expect(fill('Hello, {name}', { name: '{x}' }, 'en')).toBe('Hello, {x}');
  const count = (value: number) => fill(en['recent.count'], { count: value }, 'en');
  expect([count(1), count(2), count(1234)]).toEqual(['1 unread message', '2 unread messages', '1,234 unread messages']);
  const russian = [1, 2, 5, 21, 104].map((value) => fill(ru['dialog.members'], { count: value }, 'ru'));
  expect(russian).toEqual(['1 участник', '2 участника', '5 участников', '21 участник', '104 участника']);
});

it('has the same gaps in both languages', () => {
  const gaps = (words: string) => [...words.matchAll(/\{(\w+)/g)].map((found) => found[1]).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) expect(gaps(ru[key]), key).toEqual(gaps(en[key]));
});
