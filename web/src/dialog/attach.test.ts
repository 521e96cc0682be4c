import { expect, it } from 'vitest';
import { ATTACKS } from '../text/attacks';
import { readAttach, type Block } from './attach';

const block = (raw: object): Block | undefined => readAttach([{ BLOCKS: [raw] }])[0]?.blocks[0];

it('reads every kind of block, one entry or several', () => {
  expect(block({ MESSAGE: 'words' })).toEqual({ kind: 'text', text: 'words' });
  expect(block({ DELIMITER: { SIZE: 200, COLOR: '#c6c6c6' } })).toEqual({ kind: 'rule', color: '#c6c6c6', width: 200 });
  expect(block({ USER: { NAME: 'Bob', AVATAR: 'https://a.example/b.png', USER_ID: 2 } })).toEqual({
    kind: 'people', people: [{ name: 'Bob', picture: 'https://a.example/b.png', dialog: '2', href: '', square: false }],
  });
  expect(block({ LINK: { NAME: 'Sheet', DESC: 'of today', LINK: 'https://a.example/' } })).toMatchObject({ kind: 'links', links: [{ name: 'Sheet', about: 'of today', href: 'https://a.example/' }] });
  expect(block({ LINK: [{ NAME: 'Room', CHAT_ID: 12 }] })).toMatchObject({ kind: 'links', links: [{ name: 'Room', dialog: 'chat12', href: '' }] });
  expect(block({ RICH_LINK: [{ NAME: 'Page', DESC: 'About it', LINK: 'https://a.example/p', PREVIEW: 'https://a.example/p.png' }] })).toMatchObject({
    kind: 'preview', links: [{ name: 'Page', picture: 'https://a.example/p.png' }],
  });
  expect(block({ GRID: [{ NAME: 'Order', VALUE: '7', DISPLAY: 'LINE', WIDTH: 120 }, { NAME: 'Who', VALUE: 'Bob', DISPLAY: 'COLUMN', USER_ID: 2 }, { VALUE: 'x', COLOR_TOKEN: 'alert' }] })).toMatchObject({
    kind: 'cells', cells: [{ display: 'line', width: 120 }, { display: 'row', dialog: '2' }, { display: 'block', color: 'var(--bad)' }],
  });
  expect(block({ IMAGE: { NAME: 'Bike', LINK: 'https://a.example/b.png', PREVIEW: 'https://a.example/s.png', WIDTH: 100, HEIGHT: 50 } })).toEqual({
    kind: 'pictures', pictures: [{ name: 'Bike', href: 'https://a.example/b.png', src: 'https://a.example/s.png', width: 100, height: 50 }],
  });
  expect(block({ FILE: [{ NAME: 'plan.pdf', LINK: 'https://a.example/plan.pdf', SIZE: 1500 }] })).toEqual({ kind: 'files', files: [{ name: 'plan.pdf', href: 'https://a.example/plan.pdf', size: 1500 }] });
});

it('leaves out what it does not understand', () => {
  for (const none of ['N', '', null, 7, [], {}, [{}], [{ BLOCKS: 'x' }], [{ BLOCKS: [null, 3, {}, { HTML: '<b>x</b>' }, { MESSAGE: {} }] }]]) expect(readAttach(none)).toEqual([]);
  expect(readAttach({ COLOR: 'red', BLOCKS: [{ MESSAGE: 'x' }] })).toEqual([{ color: '', blocks: [{ kind: 'text', text: 'x' }] }]);
  expect(readAttach([{ BLOCKS: Array.from({ length: 5000 }, () => ({ MESSAGE: 'x' })) }])[0]?.blocks).toHaveLength(200);
});

it.each(ATTACKS)('has no address that runs: %j', (attack) => {
  const link = { NAME: attack, LINK: attack, PREVIEW: attack, AVATAR: attack, DESC: attack, COLOR: attack, USER_ID: attack, CHAT_ID: attack };
  const whole = JSON.stringify(readAttach([{ COLOR: attack, BLOCKS: [{ USER: link }, { LINK: link }, { RICH_LINK: link }, { GRID: [{ ...link, VALUE: attack }] }, { IMAGE: link }, { FILE: link }] }]));
  for (const [, key, value] of whole.matchAll(/"(href|src|picture|color|dialog)":"((?:[^"\\]|\\.)*)"/g)) {
    if (value) expect(`${key} ${value}`).toMatch(/^(href (https?|mailto|tel):|(src|picture) https?:|dialog (chat)?\d+$)/);
  }
});
