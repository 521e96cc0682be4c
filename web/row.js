// One row of the list, drawn: face, title with what there is to know about it, date, last message, counter, buttons.
//
// Must hold: what comes from the portal is shown as text, never as markup; what a picture shows is said in words too.

import { isOnline } from './list.js';
import { hush, icon, make, makeButton } from './page.js';

const ENTITY_ICONS = {
  GENERAL: ['home', 'Whole company'],
  CRM: ['crm', 'CRM'],
  CALENDAR: ['calendar', 'Calendar'],
  CALL: ['call', 'Call'],
  VIDEOCONF: ['call', 'Video conference'],
  SONET_GROUP: ['collab', 'Workgroup'],
  TASKS_TASK: ['task', 'Task'],
};
const KIND_ICONS = {
  C: ['group', 'Group'],
  O: ['open', 'Open group'],
  L: ['line', 'Open line'],
  N: ['channel', 'Channel'],
  J: ['channel', 'Open channel'],
  A: ['copilot', 'Assistant'],
  B: ['collab', 'Collab'],
  X: ['task', 'Task'],
};

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

/**
 * Draws the row into its list item unless it looks so already, by the portal's time `now`. `on` is told what people do
 * with it: `choose`, `focus`, and the changes `pin`, `mark` (with what to) and `hide`.
 */
export function drawRow(row, item, now, on) {
  const look = JSON.stringify([row.raw, shortDate(row.date, now), isOnline(row, now), row.own]);
  if (item.look === look) return;
  item.look = look;
  item.className = `row${row.pinned ? ' pinned' : ''}${row.muted ? ' muted' : ''}`;
  item.replaceChildren(opening(row, now, on), changes(row, on));
}

function opening(row, now, on) {
  const online = isOnline(row, now);
  const time = make('time', 'time', shortDate(row.date, now));
  time.dateTime = row.date.toISOString();
  time.title = full.format(row.date);
  const text = make('span', 'text', row.file ? icon('file') : null, row.own && !row.self ? 'You: ' : null, row.text);
  text.dir = 'auto';
  const open = makeButton('open', face(row, online), titleLine(row, online), time, text, marks(row));
  open.addEventListener('click', () => on.choose(row));
  open.addEventListener('focus', () => on.focus(row));
  return open;
}

function shortDate(date, now) {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (date >= midnight) return clock.format(date);
  const days = (midnight - date) / 86400000;
  if (days < 1) return 'Yesterday';
  return days < 6 ? weekday.format(date) : day.format(date);
}

function kind(row) {
  if (row.self) return ['notes', 'Notes'];
  if (row.person) {
    if (row.user.bot) return ['bot', 'Bot'];
    if (row.user.extranet) return ['guest', 'Guest'];
    return null;
  }
  return ENTITY_ICONS[row.chat.entity_type] || KIND_ICONS[row.chat.message_type] || KIND_ICONS.C;
}

function face(row, online) {
  const made = make('span', row.person ? 'face' : 'face square', initials(row.title));
  made.setAttribute('aria-hidden', 'true');
  made.style.backgroundColor = ground(row.color);
  if (row.picture) {
    const image = new Image();
    image.alt = '';
    image.loading = 'lazy';
    image.referrerPolicy = 'no-referrer';
    image.addEventListener('error', () => image.remove());
    image.src = row.picture;
    made.append(image);
  }
  const sort = kind(row);
  if (sort) made.append(make('span', 'badge', icon(sort[0])));
  else if (online) made.append(make('span', 'online'));
  return made;
}

function initials(title) {
  const words = title.split(/[\s\-–—/@.]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const firsts = words.slice(0, 2).map((word) => [...word][0]);
  return firsts.join('').toUpperCase() || '#';
}

/** The colour, darkened until white letters are easy to read on it; empty if it is none. */
function ground(color) {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return '';
  const light = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  let parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
  while (0.2126 * light(parts[0]) + 0.7152 * light(parts[1]) + 0.0722 * light(parts[2]) > 0.18) {
    parts = parts.map((part) => part * 0.96);
  }
  return `rgb(${parts.map((part) => Math.round(part * 255)).join(' ')})`;
}

function titleLine(row, online) {
  const name = make('b', '', row.title || '(no title)');
  name.dir = 'auto';
  const line = make('span', 'title', name);
  const sort = kind(row);
  if (sort) line.append(hush(`, ${sort[1]}`));
  else if (online) line.append(hush(', online'));
  if (row.muted) line.append(icon('mute'), hush(', muted'));
  if (row.person && row.user.absent) line.append(...away(new Date(row.user.absent)));
  for (const tag of tags(row)) line.append(make('span', 'tag', tag));
  return line;
}

function away(until) {
  const tag = make('span', 'tag', 'Away');
  tag.title = `Away until ${day.format(until)}`;
  return [icon('away'), tag, hush(` until ${day.format(until)}`)];
}

function tags(row) {
  const found = [];
  if (row.person && row.user.active === false) found.push('Dismissed');
  if (row.person && row.user.network) found.push('Network');
  if (row.chat && row.chat.extranet) found.push('Guests');
  if (row.raw.lines && Number(row.raw.lines.status) < 10) found.push('Waiting');
  return found;
}

function marks(row) {
  const made = make('span', 'marks');
  if (row.pinned) made.append(icon('pin'), hush('pinned'));
  if (row.counter > 0) made.append(make('span', 'count', String(row.counter)), hush('unread'));
  else if (row.mark) made.append(make('span', 'dot'), hush('marked as unread'));
  return made;
}

function changes(row, on) {
  const { title } = row;
  const pin = change('pin', row.pinned ? `Unpin ${title}` : `Pin ${title}`, () => on.pin(row));
  pin.setAttribute('aria-pressed', String(row.pinned));
  const unread = row.counter > 0 || row.mark;
  return make(
    'div',
    'acts',
    row.chat && row.chat.message_type === 'L' ? null : pin,
    unread
      ? change('read', `Mark ${title} as read`, () => on.mark(row, false))
      : change('unread', `Mark ${title} as unread`, () => on.mark(row, true)),
    change('hide', `Hide ${title}`, () => on.hide(row)),
  );
}

function change(name, label, run) {
  const button = makeButton('', icon(name));
  button.title = label;
  button.setAttribute('aria-label', label);
  button.addEventListener('click', run);
  return button;
}
