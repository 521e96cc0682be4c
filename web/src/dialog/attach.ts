// What a program attached to its message, as blocks of known kinds.
//
// Must hold: every address in a block is one that a browser may follow; of what is not understood nothing is left.

import { safeHref, safeImage } from '../text/markup';

export interface Person {
  name: string;
  picture: string;
  /** Where the name leads: a dialog, else an address; both empty for nowhere. */
  dialog: string;
  href: string;
  square: boolean;
}

export interface Link {
  name: string;
  about: string;
  href: string;
  dialog: string;
  picture: string;
  width: number;
  height: number;
}

export interface Cell {
  name: string;
  value: string;
  display: 'block' | 'line' | 'row';
  color: string;
  href: string;
  dialog: string;
  /** In px; zero without. */
  width: number;
}

export interface Picture {
  name: string;
  href: string;
  src: string;
  width: number;
  height: number;
}

export interface Download {
  name: string;
  href: string;
  size: number;
}

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'rule'; color: string; width: number }
  | { kind: 'people'; people: Person[] }
  | { kind: 'links'; links: Link[] }
  | { kind: 'preview'; links: Link[] }
  | { kind: 'cells'; cells: Cell[] }
  | { kind: 'pictures'; pictures: Picture[] }
  | { kind: 'files'; files: Download[] };

export interface Attach {
  color: string;
  blocks: Block[];
}

/** The most that is shown of one attachment. */
const MOST = 200;

type Raw = Record<string, unknown>;

const words = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const size = (value: unknown) => Math.max(0, Math.min(4000, Math.round(Number(value)) || 0));
const colorOf = (value: unknown) => (/^#[0-9a-f]{6}$/i.test(words(value)) ? words(value) : '');
/** Colours by name. */
const TOKENS: Record<string, string> = { primary: 'var(--accent)', secondary: 'var(--ink-2)', alert: 'var(--bad)', base: 'var(--line)' };
const tokenOf = (value: unknown) => TOKENS[words(value).toLowerCase()] ?? '';

/** One thing or several, as programs write it. */
function several(value: unknown): Raw[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((one): one is Raw => Boolean(one) && typeof one === 'object' && !Array.isArray(one)).slice(0, MOST);
}

/** The dialog that an entry names by a person, a bot or a chat. */
function dialogOf(raw: Raw): string {
  const person = Number(raw.USER_ID) || Number(raw.BOT_ID);
  const chat = Number(words(raw.CHAT_ID).replace(/^chat/, ''));
  if (Number.isSafeInteger(person) && person > 0) return String(person);
  return Number.isSafeInteger(chat) && chat > 0 ? `chat${chat}` : '';
}

const hrefOf = (raw: Raw) => safeHref(words(raw.LINK)) ?? '';

function linkOf(raw: Raw): Link {
  return {
    name: words(raw.NAME) || words(raw.LINK),
    about: words(raw.DESC),
    href: hrefOf(raw),
    dialog: dialogOf(raw),
    picture: safeImage(words(raw.PREVIEW)) ?? '',
    width: size(raw.WIDTH),
    height: size(raw.HEIGHT),
  };
}

function cellOf(raw: Raw): Cell {
  const display = words(raw.DISPLAY).toUpperCase();
  return {
    name: words(raw.NAME),
    value: words(raw.VALUE),
    display: display === 'LINE' ? 'line' : display === 'ROW' || display === 'COLUMN' ? 'row' : 'block',
    color: tokenOf(raw.COLOR_TOKEN) || colorOf(raw.COLOR),
    href: hrefOf(raw),
    dialog: dialogOf(raw),
    width: Math.min(size(raw.WIDTH), 400),
  };
}

function pictureOf(raw: Raw): Picture[] {
  const href = safeImage(words(raw.LINK));
  const src = safeImage(words(raw.PREVIEW)) ?? href;
  return src ? [{ name: words(raw.NAME), href: href ?? '', src, width: size(raw.WIDTH), height: size(raw.HEIGHT) }] : [];
}

function blockOf(raw: Raw): Block[] {
  if ('MESSAGE' in raw) return words(raw.MESSAGE) ? [{ kind: 'text', text: words(raw.MESSAGE) }] : [];
  if ('DELIMITER' in raw) {
    const rule = several(raw.DELIMITER)[0] ?? {};
    return [{ kind: 'rule', color: colorOf(rule.COLOR), width: Math.min(size(rule.SIZE), 500) }];
  }
  if ('USER' in raw) {
    const people = several(raw.USER).map((one) => ({
      name: words(one.NAME), picture: safeImage(words(one.AVATAR)) ?? '', dialog: dialogOf(one), href: hrefOf(one), square: /^chat$/i.test(words(one.AVATAR_TYPE)),
    }));
    return [{ kind: 'people', people: people.filter((one) => one.name) }];
  }
  if ('RICH_LINK' in raw) return [{ kind: 'preview', links: several(raw.RICH_LINK).map(linkOf).filter((link) => link.href && link.name) }];
  if ('LINK' in raw) return [{ kind: 'links', links: several(raw.LINK).map(linkOf).filter((link) => link.name) }];
  if ('GRID' in raw) return [{ kind: 'cells', cells: several(raw.GRID).map(cellOf).filter((cell) => cell.name || cell.value) }];
  if ('IMAGE' in raw) return [{ kind: 'pictures', pictures: several(raw.IMAGE).flatMap(pictureOf) }];
  if ('FILE' in raw) {
    const files = several(raw.FILE).map((one) => ({ name: words(one.NAME) || words(one.LINK), href: hrefOf(one), size: Math.max(0, Number(one.SIZE) || 0) }));
    return [{ kind: 'files', files: files.filter((file) => file.href) }];
  }
  return [];
}

/** Reads what hangs on a message. */
export function readAttach(raw: unknown): Attach[] {
  return several(raw).flatMap((one) => {
    const blocks = several(one.BLOCKS).flatMap(blockOf);
    return blocks.length ? [{ color: tokenOf(one.COLOR_TOKEN) || colorOf(one.COLOR), blocks }] : [];
  });
}
