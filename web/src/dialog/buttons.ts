// Buttons that programs put under their messages and into their menus: what each shows, and what it does.
//
// Must hold: a button that leads somewhere leads to an address that a browser may follow; of what is not understood
// nothing is shown.

import { contrast, ground, inkOn } from '../text/face';
import { safeHref } from '../text/markup';

/** What a button does. */
export type Deed =
  | { kind: 'link'; href: string }
  | { kind: 'command'; bot: number; command: string; params: string }
  | { kind: 'say'; text: string; put: boolean }
  | { kind: 'copy'; text: string }
  | { kind: 'dialog'; id: string };

export interface Button {
  text: string;
  deed: Deed;
  disabled: boolean;
  /** Whether the others cannot be pressed after this one. */
  blocks: boolean;
  /** Whether it has a line of its own. */
  wide: boolean;
  look: 'main' | 'plain' | 'alert';
  /** A colour of its own, and that of its text; both empty without. */
  ground: string;
  ink: string;
  /** In px; zero without. */
  width: number;
}

/** The most buttons of one message. */
const MOST = 60;

type Raw = Record<string, unknown>;

const words = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const yes = (value: unknown) => value === true || /^(y|yes|1)$/i.test(words(value));

/** The entries of a keyboard or a menu, in whichever way it was written, and the bot that it names. */
function entries(raw: unknown, key: 'BUTTONS' | 'ITEMS'): { list: Raw[]; bot: number } {
  const whole = raw && typeof raw === 'object' && !Array.isArray(raw) ? (raw as Raw) : null;
  const list = whole ? (whole[key] ?? whole.BUTTONS ?? whole.ITEMS) : raw;
  const found = Array.isArray(list) ? list : list && typeof list === 'object' ? Object.values(list) : [];
  return {
    list: found.filter((one): one is Raw => Boolean(one) && typeof one === 'object').slice(0, MOST),
    bot: Number(whole?.BOT_ID) || 0,
  };
}

function deedOf(raw: Raw, bot: number): Deed | null {
  const value = words(raw.ACTION_VALUE);
  switch (words(raw.ACTION).toUpperCase()) {
    case 'PUT':
    case 'SEND':
      return value ? { kind: 'say', text: value, put: words(raw.ACTION).toUpperCase() === 'PUT' } : null;
    case 'COPY':
      return value ? { kind: 'copy', text: value } : null;
    case 'CALL': {
      const number = value.replace(/[^\d+*#]/g, '');
      return number ? { kind: 'link', href: `tel:${number.replaceAll('#', '%23')}` } : null;
    }
    case 'DIALOG':
      return /^(chat)?[1-9]\d*$/.test(value) ? { kind: 'dialog', id: value } : null;
  }
  if (raw.LINK !== undefined && raw.LINK !== null && raw.LINK !== '') {
    const href = safeHref(words(raw.LINK));
    return href ? { kind: 'link', href } : null;
  }
  const command = words(raw.COMMAND).replace(/^\//, '');
  return command ? { kind: 'command', bot: Number(raw.BOT_ID) || bot, command, params: words(raw.COMMAND_PARAMS) } : null;
}

function lookOf(raw: Raw): Pick<Button, 'look' | 'ground' | 'ink'> {
  const token = words(raw.BG_COLOR_TOKEN).toLowerCase();
  const look = token === 'primary' ? 'main' : token === 'alert' ? 'alert' : 'plain';
  const back = words(raw.BG_COLOR);
  if (token || !/^#[0-9a-f]{6}$/i.test(back)) return { look, ground: '', ink: '' };
  const ink = words(raw.TEXT_COLOR);
  // What could not be read is shown in colours that can.
  if (/^#[0-9a-f]{6}$/i.test(ink) && contrast(back, ink) >= 4.5) return { look, ground: back, ink };
  return inkOn(back) === 'dark' ? { look, ground: back, ink: '#1b2330' } : { look, ground: ground(back), ink: '#ffffff' };
}

function buttonOf(raw: Raw, bot: number): Button | null {
  const text = words(raw.TEXT).trim();
  const deed = deedOf(raw, bot);
  // What is meant for telephones' own applications only is not for browsers.
  if (!text || !deed || words(raw.CONTEXT).toUpperCase() === 'MOBILE') return null;
  const width = Number(raw.WIDTH) || 0;
  return {
    text,
    deed,
    disabled: yes(raw.DISABLED),
    blocks: yes(raw.BLOCK),
    wide: words(raw.DISPLAY).toUpperCase() === 'BLOCK',
    width: width > 0 ? Math.min(Math.max(width, 40), 400) : 0,
    ...lookOf(raw),
  };
}

/** A keyboard as lines of buttons. `author` is the bot of buttons that name none. */
export function readKeyboard(raw: unknown, author: number): Button[][] {
  const { list, bot } = entries(raw, 'BUTTONS');
  const lines: Button[][] = [[]];
  for (const one of list) {
    if (words(one.TYPE).toUpperCase() === 'NEWLINE') {
      lines.push([]);
      continue;
    }
    const button = buttonOf(one, bot || author);
    if (!button) continue;
    if (button.wide) lines.push([button], []);
    else lines[lines.length - 1]?.push(button);
  }
  return lines.filter((line) => line.length);
}

/** A menu as a list of buttons. */
export function readMenu(raw: unknown, author: number): Button[] {
  const { list, bot } = entries(raw, 'ITEMS');
  return list.flatMap((one) => buttonOf(one, bot || author) ?? []);
}
