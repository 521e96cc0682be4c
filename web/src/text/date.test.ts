import { expect, it } from 'vitest';
import { dayName, sameDay, shortDate } from './date';

const at = (day: number, hour: number, month = 2, year = 2026) => new Date(year, month, day, hour).getTime();
const NOW = at(20, 12);

it('is short in a list', () => {
  expect(shortDate(at(20, 9), NOW, 'en-GB')).toBe('09:00');
  expect(shortDate(at(19, 23), NOW, 'en-GB')).toBe('Thu');
  expect(shortDate(at(2, 9), NOW, 'en-GB')).toBe('2 Mar');
  expect(shortDate(at(2, 9, 11, 2024), NOW, 'en-GB')).toBe('2 Dec 2024');
  expect(shortDate(NOW + 60_000, NOW, 'en-GB')).toBe('12:01');
});

it('names the day between messages', () => {
  expect(dayName(at(20, 1), NOW, 'en')).toBe('Today');
  expect(dayName(at(19, 23), NOW, 'ru')).toBe('Вчера');
  expect(dayName(at(2, 1), NOW, 'en-GB')).toBe('Monday 2 March');
  expect(sameDay(at(20, 0), at(20, 23)) && !sameDay(at(20, 0), at(19, 23))).toBe(true);
});
