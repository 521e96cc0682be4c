import { expect, it } from 'vitest';
import { piecesOf } from './snippet';

const told = (text: string, wanted: string) => piecesOf(text, wanted).map((one) => (one.hit ? `<${one.text}>` : one.text)).join('');

it('marks where words begin, in any case and language', () => {
  expect(told('The van and the Vanguard, not the caravan', 'van')).toBe('The <van> and the <Van>guard, not the caravan');
  expect(told('Ёлка и ёлки', 'ёл')).toBe('<Ёл>ка и <ёл>ки');
  expect(told('shifts for next week', 'week shift')).toBe('<shift>s for next <week>');
});

it('is shortened around the first of them', () => {
  const long = `${'before '.repeat(30)}needle ${'after '.repeat(60)}`;
  const shown = told(long, 'needle');
  expect(shown).toMatch(/^…before .*<needle> after .*…$/);
  expect(shown.length).toBeLessThan(170);
});

it('takes signs as they are', () => {
  expect(told('costs (50%) [a] a.b*c', '(50%) a.b*')).toBe('costs <(50%)> [a] <a.b*>c');
  expect(told('plain', '')).toBe('plain');
  expect(piecesOf('', 'x')).toEqual([]);
});
