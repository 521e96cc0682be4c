import { expect, it } from 'vitest';
import { commandAt, meant, withCommand, type Command } from './commands';

const at = (text: string, names: string[] = []) => commandAt(text, text.length, names);

it('knows a command at the begin of a line', () => {
  expect(at('/')).toEqual({ at: 0, text: '' });
  expect(at('  /He')).toEqual({ at: 2, text: 'He' });
  expect(at('Look:\n/помощь')).toEqual({ at: 6, text: 'помощь' });
  expect(commandAt('/help me', 3)).toEqual({ at: 0, text: 'he' });
  for (const none of ['', 'and/or', '/help me', '//help', '/a/b', 'say /help', '/help\n', '@Marta /help']) expect(at(none), none).toBeNull();
  expect(commandAt('/help', 0)).toBeNull();
});

it('knows one behind the name of somebody who is mentioned', () => {
  const names = ['Marta', 'Marta Bot'];
  expect(at('@Marta Bot, /he', names)).toEqual({ at: 12, text: 'he' });
  expect(at('@Marta /', names)).toEqual({ at: 7, text: '' });
  for (const none of ['@Marta help /', '@Olga /help', '@Marta']) expect(at(none, names), none).toBeNull();
});

it('puts a chosen command in place of what was written of it', () => {
  expect(withCommand('/he', { at: 0, text: 'he' }, 3, 'help')).toEqual({ text: '/help ', caret: 6 });
  expect(withCommand('one\n/he\ntwo', { at: 4, text: 'he' }, 7, 'help')).toEqual({ text: 'one\n/help \ntwo', caret: 10 });
  expect(withCommand('/help me', { at: 0, text: 'he' }, 3, 'echo')).toEqual({ text: '/echo me', caret: 6 });
});

it('offers what begins so before what has it within', () => {
  const one = (command: string, title = ''): Command => ({ botId: 7, bot: 'Marta', command, title, params: '' });
  const all = [one('echo', 'Says it again'), one('help'), one('again'), one('shell')];
  const names = (written: string) => meant(all, written).map((command) => command.command);
  expect(names('')).toEqual(['echo', 'help', 'again', 'shell']);
  expect(names('AGAIN')).toEqual(['again', 'echo']);
  expect(names('he')).toEqual(['help', 'shell']);
  expect(names('nothing')).toEqual([]);
  expect(meant(Array.from({ length: 200 }, () => one('x')), '')).toHaveLength(50);
});
