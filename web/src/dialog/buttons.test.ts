import { expect, it } from 'vitest';
import { ATTACKS } from '../text/attacks';
import { readKeyboard, readMenu, type Button } from './buttons';

const BOT = 9;
const only = (raw: object): Button | undefined => readKeyboard([raw], BOT)[0]?.[0];

it('reads buttons in lines, in either way in which keyboards are written', () => {
  const list = [{ TEXT: 'A', COMMAND: 'a' }, { TEXT: 'B', COMMAND: 'b' }, { TYPE: 'NEWLINE' }, { TEXT: 'C', COMMAND: 'c', DISPLAY: 'BLOCK' }, { TEXT: 'D', COMMAND: 'd' }];
  const names = (raw: unknown) => readKeyboard(raw, BOT).map((line) => line.map((button) => button.text).join());
  expect(names(list)).toEqual(['A,B', 'C', 'D']);
  expect(names({ BOT_ID: 5, BUTTONS: list })).toEqual(['A,B', 'C', 'D']);
  for (const none of ['N', '', null, undefined, 7, [], {}, [null, 'x', 3], [{ TEXT: '' }], [{ TEXT: 'nothing to do' }]]) expect(names(none)).toEqual([]);
});

it('knows what each button does', () => {
  const deeds = [
    { LINK: 'https://a.example/x' },
    { COMMAND: '/echo', COMMAND_PARAMS: 'one two', BOT_ID: 5 },
    { COMMAND: 'echo' },
    { ACTION: 'PUT', ACTION_VALUE: '/help' },
    { ACTION: 'SEND', ACTION_VALUE: 'yes' },
    { ACTION: 'COPY', ACTION_VALUE: '42' },
    { ACTION: 'CALL', ACTION_VALUE: '+7 (900) 123-45-67' },
    { ACTION: 'DIALOG', ACTION_VALUE: 'chat12' },
  ].map((raw) => only({ TEXT: 'x', ...raw })?.deed);
  expect(deeds).toEqual([
    { kind: 'link', href: 'https://a.example/x' },
    { kind: 'command', bot: 5, command: 'echo', params: 'one two' },
    { kind: 'command', bot: BOT, command: 'echo', params: '' },
    { kind: 'say', text: '/help', put: true },
    { kind: 'say', text: 'yes', put: false },
    { kind: 'copy', text: '42' },
    { kind: 'link', href: 'tel:+79001234567' },
    { kind: 'dialog', id: 'chat12' },
  ]);
});

it('shows colours only in which the words can be read', () => {
  const colours = (raw: object) => {
    const button = only({ TEXT: 'x', COMMAND: 'x', ...raw });
    return [button?.look, button?.ground, button?.ink];
  };
  expect(colours({ BG_COLOR_TOKEN: 'primary', BG_COLOR: '#ff0000' })).toEqual(['main', '', '']);
  expect(colours({ BG_COLOR_TOKEN: 'alert' })).toEqual(['alert', '', '']);
  expect(colours({ BG_COLOR: '#000000', TEXT_COLOR: '#ffffff' })).toEqual(['plain', '#000000', '#ffffff']);
  expect(colours({ BG_COLOR: '#ffff00', TEXT_COLOR: '#ffffff' })).toEqual(['plain', '#ffff00', '#1b2330']);
  expect(colours({ BG_COLOR: '#7070ff' })).toEqual(['plain', expect.stringMatching(/^rgb/), '#ffffff']);
  expect(colours({ BG_COLOR: 'red;background:url(x)' })).toEqual(['plain', '', '']);
});

it('blocks, disables and widens as it is told, within bounds', () => {
  expect(only({ TEXT: 'x', COMMAND: 'x', BLOCK: 'Y', DISABLED: 'Y', WIDTH: 99999 })).toMatchObject({ blocks: true, disabled: true, width: 400 });
  expect(only({ TEXT: 'x', COMMAND: 'x', CONTEXT: 'MOBILE' })).toBeUndefined();
  expect(readKeyboard(Array.from({ length: 500 }, () => ({ TEXT: 'x', COMMAND: 'x' })), BOT)[0]).toHaveLength(60);
});

it('reads menus', () => {
  expect(readMenu({ ITEMS: [{ TEXT: 'Open', LINK: 'https://a.example/' }, { TEXT: 'Say', ACTION: 'SEND', ACTION_VALUE: 'hi' }] }, BOT).map((one) => one.text)).toEqual(['Open', 'Say']);
});

it.each(ATTACKS)('follows no address that runs: %j', (attack) => {
  for (const raw of [{ LINK: attack }, { ACTION: 'CALL', ACTION_VALUE: attack }, { ACTION: 'DIALOG', ACTION_VALUE: attack }, { ACTION: attack, LINK: attack }]) {
    const deed = only({ TEXT: attack, BG_COLOR: attack, ...raw })?.deed;
    if (deed?.kind === 'link') expect(deed.href).toMatch(/^(https?|mailto|tel):/);
    else expect(deed).toBeUndefined();
  }
});
