// The page at `/`: somebody's recent list through `im.recent.get`, kept fresh by asking for what changed.
//
// Must hold: what comes from the portal is shown as text, never as markup; a webhook's secret leaves this tab only in
// calls to this portal. Reads rows of revision 29 (ids and counters are texts) and of 33 alike.

const POLL = 4000;
const PATIENCE = 20000; // the longest wait before the next attempt
const SYNC_REACH = 6 * 24 * 3600 * 1000; // the portal looks back seven days
const ONLINE = 1440 * 1000;
const KEPT = 'lately.webhook';

const TABS = [
  { key: 'all', name: 'All', params: {}, takes: () => true },
  { key: 'people', name: 'People', params: { SKIP_CHAT: 'Y', SKIP_OPENLINES: 'Y' }, takes: (row) => row.person },
  { key: 'chats', name: 'Chats', params: { SKIP_DIALOG: 'Y', SKIP_OPENLINES: 'Y' }, takes: (row) => !row.person },
  { key: 'lines', name: 'Open lines', params: { ONLY_OPENLINES: 'Y' }, takes: () => true },
];

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

const element = (id) => document.getElementById(id);

const state = {
  me: 0,
  base: '', // path of the webhook, "/rest/1/secret/"
  demo: false,
  tab: TABS[0],
  search: '',
  rows: new Map(), // by dialog id
  shown: new Map(), // dialog id -> list item
  chosen: '',
  synced: null, // the portal's date of the last answer
  syncedAt: 0,
  ahead: 0, // portal's clock less this one's, in ms
  round: 0, // answers to earlier views are dropped
  asked: 0, // so are answers that were overtaken
  taken: 0,
  timer: 0,
  failures: 0,
};

// --- calls

class Refused extends Error {
  constructor(status, code, text) {
    super(text || code || `The portal answered ${status}.`);
    this.status = status;
    this.code = code;
  }
}

async function call(method, params = {}) {
  const begun = performance.now();
  const response = await fetch(state.base + method, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(params),
    cache: 'no-store',
  });
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Refused(response.status, '', `The portal answered ${response.status} without JSON.`);
  }
  if (!response.ok || answer.error) throw new Refused(response.status, answer.error, answer.error_description);
  return { answer, bytes: new TextEncoder().encode(text).length, took: performance.now() - begun };
}

// --- reading rows

function read(raw) {
  const person = raw.type === 'user';
  const chat = person ? null : raw.chat || {};
  const user = person ? raw.user || {} : null;
  const message = raw.message || {};
  const id = String(raw.id);
  const date = new Date(raw.date || message.date || raw.date_last_activity || raw.date_update || 0);
  return {
    raw,
    id,
    person,
    user,
    chat,
    title: raw.title || '',
    text: message.text || '',
    file: Boolean(message.file),
    own: Number(message.author_id) === state.me,
    date,
    order: Number(message.id) || 0,
    counter: Number(raw.counter) || 0,
    pinned: raw.pinned === true,
    mark: raw.unread === true,
    muted: mutedBy(raw.chat, state.me),
    self: person && Number(id) === state.me,
    picture: (raw.avatar && raw.avatar.url) || '',
    color: (raw.avatar && raw.avatar.color) || '',
  };
}

/** The list of people who silenced the chat comes as a list or as an object keyed by person. */
function mutedBy(chat, me) {
  const list = chat && chat.mute_list;
  if (Array.isArray(list)) return list.map(Number).includes(me);
  return Boolean(list && list[me]);
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

function isOnline(row) {
  const seen = row.person && !row.user.idle && row.user.last_activity_date;
  return Boolean(seen) && now() - new Date(seen) < ONLINE;
}

const now = () => Date.now() + state.ahead;

// --- dates

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

function shortDate(date) {
  const midnight = new Date(now()).setHours(0, 0, 0, 0);
  if (date >= midnight) return clock.format(date);
  const days = (midnight - date) / 86400000;
  if (days < 1) return 'Yesterday';
  return days < 6 ? weekday.format(date) : day.format(date);
}

// --- drawing

function make(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== ''));
  return made;
}

function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

const hush = (text) => make('span', 'hush', text);

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

function face(row) {
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
  else if (isOnline(row)) made.append(make('span', 'online'));
  return made;
}

function titleLine(row) {
  const name = make('b', '', row.title || '(no title)');
  name.dir = 'auto';
  const line = make('span', 'title', name);
  const sort = kind(row);
  if (sort) line.append(hush(`, ${sort[1]}`));
  else if (isOnline(row)) line.append(hush(', online'));
  if (row.muted) line.append(icon('mute'), hush(', muted'));
  if (row.person && row.user.absent) {
    const until = day.format(new Date(row.user.absent));
    const tag = make('span', 'tag', 'Away');
    tag.title = `Away until ${until}`;
    line.append(icon('away'), tag, hush(` until ${until}`));
  }
  if (row.person && row.user.active === false) line.append(make('span', 'tag', 'Dismissed'));
  if (row.person && row.user.network) line.append(make('span', 'tag', 'Network'));
  if (row.chat && row.chat.extranet) line.append(make('span', 'tag', 'Guests'));
  if (row.raw.lines && Number(row.raw.lines.status) < 10) line.append(make('span', 'tag', 'Waiting'));
  return line;
}

function marks(row) {
  const made = make('span', 'marks');
  if (row.pinned) made.append(icon('pin'), hush('pinned'));
  if (row.counter > 0) made.append(make('span', 'count', String(row.counter)), hush('unread'));
  else if (row.mark) made.append(make('span', 'dot'), hush('marked as unread'));
  return made;
}

function act(name, label, pressed, run) {
  const button = make('button', '', icon(name));
  button.type = 'button';
  button.title = label;
  button.setAttribute('aria-label', label);
  if (pressed !== null) button.setAttribute('aria-pressed', String(pressed));
  button.addEventListener('click', run);
  return button;
}

function acts(row) {
  const unread = row.counter > 0 || row.mark;
  const title = row.title;
  const made = make(
    'div',
    'acts',
    row.chat && row.chat.message_type === 'L'
      ? null
      : act('pin', row.pinned ? `Unpin ${title}` : `Pin ${title}`, row.pinned, () => pin(row)),
    unread
      ? act('read', `Mark ${title} as read`, null, () => mark(row, false))
      : act('unread', `Mark ${title} as unread`, null, () => mark(row, true)),
    act('hide', `Hide ${title}`, null, () => hide(row)),
  );
  return made;
}

function drawRow(row, item) {
  const open = make('button', 'open');
  open.type = 'button';
  const time = make('time', 'time', shortDate(row.date));
  time.dateTime = row.date.toISOString();
  time.title = full.format(row.date);
  const text = make('span', 'text', row.file ? icon('file') : null, row.own && !row.self ? 'You: ' : null, row.text);
  text.dir = 'auto';
  open.append(face(row), titleLine(row), time, text, marks(row));
  open.addEventListener('click', () => choose(row.id));
  open.addEventListener('focus', () => rove(row.id));
  item.className = `row${row.pinned ? ' pinned' : ''}${row.muted ? ' muted' : ''}`;
  item.replaceChildren(open, acts(row));
}

function visible() {
  const wanted = state.search.trim().toLocaleLowerCase();
  const found = (row) => `${row.title}\n${row.text}`.toLocaleLowerCase().includes(wanted);
  const rows = [...state.rows.values()].filter((row) => state.tab.takes(row) && (!wanted || found(row)));
  return rows.sort((a, b) => b.pinned - a.pinned || b.date - a.date || b.order - a.order);
}

/** Brings the list to the rows: items are made, changed and moved only where they must be, the focus stays. */
function draw() {
  const list = element('list');
  const held = document.activeElement;
  const within = held && held.closest('.row');
  const place = within && [...within.querySelectorAll('button')].indexOf(held);
  const rows = visible();
  const kept = new Set(rows.map((row) => row.id));
  for (const [id, item] of state.shown) {
    if (!kept.has(id)) {
      item.remove();
      state.shown.delete(id);
    }
  }
  rows.forEach((row, at) => {
    let item = state.shown.get(row.id);
    const look = JSON.stringify([row.raw, shortDate(row.date), isOnline(row), row.own]);
    if (!item) {
      item = make('li');
      item.dataset.id = row.id;
      state.shown.set(row.id, item);
    }
    if (item.look !== look) {
      drawRow(row, item);
      item.look = look;
    }
    if (list.children[at] !== item) list.insertBefore(item, list.children[at] || null);
  });
  if (within && !document.contains(held)) {
    const item = state.shown.get(within.dataset.id);
    const again = item && item.querySelectorAll('button')[place];
    (again || list.querySelector('.open') || list).focus({ preventScroll: true });
  } else if (within && document.activeElement !== held) {
    held.focus({ preventScroll: true });
  }
  if (!state.shown.has(state.chosen)) state.chosen = rows.length ? rows[0].id : '';
  for (const [id, item] of state.shown) item.classList.toggle('chosen', id === state.chosen);
  rove(focusedId() || state.chosen);
  drawEmpty(rows.length);
  drawWire();
  drawTotal();
}

function drawEmpty(count) {
  const empty = element('empty');
  empty.hidden = count > 0;
  if (state.synced === null) empty.textContent = 'Loading…';
  else if (state.search.trim()) empty.textContent = `Nothing here contains “${state.search.trim()}”.`;
  else empty.textContent = 'No conversations here yet.';
}

function drawTotal() {
  let total = 0;
  for (const row of state.rows.values()) {
    if (!row.muted && state.tab.takes(row)) total += Math.max(row.counter, row.mark ? 1 : 0);
  }
  document.title = total ? `(${total}) Lately` : 'Lately';
}

function drawWire() {
  const row = state.rows.get(state.chosen);
  const text = row ? JSON.stringify(row.raw, null, 2) : '';
  if (element('wire').textContent !== text) element('wire').textContent = text;
}

function command(secret) {
  const base = secret ? state.base : state.base.replace(/[^/]+\/$/, '••••••/');
  const params = Object.entries(state.tab.params).map(([name, value]) => `-d ${name}=${value} `);
  return `curl ${params.join('')}'${location.origin}${base}im.recent.get'`;
}

function drawCommand() {
  element('curl').textContent = command(state.demo);
}

// --- keyboard: one row of the list is in the order of tabs, arrows go from row to row

function focusedId() {
  const row = document.activeElement && document.activeElement.closest('.row');
  return row ? row.dataset.id : '';
}

function rove(to) {
  for (const [id, item] of state.shown) {
    for (const button of item.querySelectorAll('button')) button.tabIndex = id === to ? 0 : -1;
  }
}

function step(event, items, at) {
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || !items[to]) return null;
  event.preventDefault();
  return items[to];
}

function onListKey(event) {
  if (['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  const items = [...element('list').querySelectorAll('.open')];
  const row = document.activeElement.closest('.row');
  const next = step(event, items, row ? items.indexOf(row.querySelector('.open')) : -1);
  if (next) next.focus();
}

function choose(id) {
  state.chosen = id;
  for (const [other, item] of state.shown) item.classList.toggle('chosen', other === id);
  drawWire();
}

// --- keeping up

function again(after) {
  clearTimeout(state.timer);
  if (!document.hidden) state.timer = setTimeout(refresh, after);
}

async function refresh() {
  clearTimeout(state.timer);
  if (!state.base) return;
  const round = state.round;
  const asked = (state.asked += 1);
  const whole = state.synced === null || Date.now() - state.syncedAt > SYNC_REACH;
  const params = { ...state.tab.params, ...(whole ? {} : { LAST_SYNC_DATE: state.synced }) };
  try {
    const { answer, bytes, took } = await call('im.recent.get', params);
    if (round !== state.round || asked < state.taken) return;
    state.taken = asked;
    take(answer, whole);
    if (whole) {
      const size = bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(0)} KB`;
      element('figures').textContent = `${answer.result.length} rows, ${size}, in ${took.toFixed(0)} ms. Since then only what changed is asked for, with LAST_SYNC_DATE.`;
    }
    state.failures = 0;
    if (!element('alert').dataset.act) closeAlert();
    live(true, `Updated ${new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(new Date())}`);
    again(POLL);
  } catch (error) {
    if (round === state.round) failed(error);
  }
}

function take(answer, whole) {
  if (whole) state.rows.clear();
  for (const gone of answer.removed || []) state.rows.delete(String(gone.id));
  for (const raw of answer.result) {
    const row = read(raw);
    state.rows.set(row.id, row);
  }
  const began = answer.time && answer.time.date_start;
  if (began) {
    state.synced = began;
    state.syncedAt = Date.now();
    state.ahead = Number(answer.time.finish) * 1000 - Date.now() || 0;
  }
  draw();
}

function failed(error) {
  state.failures += 1;
  live(false, 'Not up to date');
  if (error instanceof Refused && error.status === 401) {
    signOut(`The portal does not accept this webhook (${error.code || 401}).`);
    return;
  }
  const why = error instanceof Refused ? error.message : 'The portal cannot be reached.';
  showAlert(`${why.replace(/[.!]*$/, '.')} Trying again…`);
  again(Math.min(POLL * 2 ** (state.failures - 1), PATIENCE));
}

/** Another person or another tab: everything is asked for anew. */
function restart() {
  state.round += 1;
  state.rows.clear();
  state.synced = null;
  state.failures = 0;
  element('panel').scrollTop = 0;
  closeAlert();
  drawCommand();
  draw();
  refresh();
}

// --- what can be done to a row

async function doing(row, method, params, said) {
  try {
    const { answer } = await call(method, { DIALOG_ID: row.id, ...params });
    if (answer.result === false) throw new Refused(200, '', said.refused);
    element('said').textContent = said.done;
    closeAlert();
  } catch (error) {
    const why = error instanceof Refused ? error.message : 'The portal cannot be reached.';
    showAlert(`${row.title}: ${why}`, true);
  }
  refresh();
}

function pin(row) {
  const to = !row.pinned;
  doing(row, 'im.recent.pin', { PIN: to ? 'Y' : 'N' }, {
    done: `${row.title} is ${to ? 'pinned' : 'no longer pinned'}`,
    refused: 'No more conversations can be pinned.',
  });
}

function mark(row, to) {
  doing(row, 'im.recent.unread', { ACTION: to ? 'Y' : 'N' }, {
    done: `${row.title} is marked as ${to ? 'unread' : 'read'}`,
    refused: 'There is no such conversation.',
  });
}

function hide(row) {
  const items = [...state.shown.keys()];
  const next = items[items.indexOf(row.id) + 1];
  state.rows.delete(row.id);
  draw();
  const item = state.shown.get(next);
  if (item) item.querySelector('.open').focus();
  doing(row, 'im.recent.hide', {}, { done: `${row.title} is hidden until the next message`, refused: '' });
}

// --- words for people

function live(good, text) {
  element('live').hidden = false;
  element('live').classList.toggle('stale', !good);
  element('live-text').textContent = text;
}

function showAlert(text, act = false) {
  element('alert').hidden = false;
  if (act) element('alert').dataset.act = 'yes';
  else delete element('alert').dataset.act;
  if (element('alert-text').textContent !== text) element('alert-text').textContent = text;
}

function closeAlert() {
  element('alert').hidden = true;
  delete element('alert').dataset.act;
  element('alert-text').textContent = '';
}

// --- who is looking

/** The path of a webhook of this portal, or an error that says what is wrong. */
function webhookPath(text) {
  let address;
  try {
    address = new URL(text.trim(), location.origin);
  } catch {
    throw new Error('That is not an address.');
  }
  const found = address.pathname.match(/^\/rest\/(\d+)\/([A-Za-z0-9]+)(\/|$)/);
  if (!found) throw new Error('A webhook looks like https://this-portal/rest/1/secret/');
  if (address.host !== location.host) throw new Error(`This page talks to its own portal only: ${location.host}`);
  return `/rest/${found[1]}/${found[2]}/`;
}

function actAs(base) {
  state.base = base;
  state.me = Number(base.split('/')[2]);
  element('sign-in').hidden = true;
  for (const id of ['recent', 'try', 'who']) element(id).hidden = false;
  restart();
}

function signOut(why = '') {
  if (state.demo) {
    showAlert(`${why} Start the page again if the demo was made anew.`);
    return;
  }
  state.round += 1;
  state.base = '';
  clearTimeout(state.timer);
  sessionStorage.removeItem(KEPT);
  closeAlert();
  for (const id of ['recent', 'try', 'who', 'live']) element(id).hidden = true;
  element('sign-in').hidden = false;
  webhookError(why);
  element('webhook').focus();
  document.title = 'Lately';
}

function webhookError(text) {
  element('webhook-error').textContent = text;
  element('webhook-error').hidden = !text;
  element('webhook').setAttribute('aria-invalid', String(Boolean(text)));
}

function onSignIn(event) {
  event.preventDefault();
  try {
    const base = webhookPath(element('webhook').value);
    element('webhook').value = '';
    webhookError('');
    signedIn(base);
  } catch (error) {
    webhookError(error.message);
    element('webhook').focus();
  }
}

async function signedIn(base) {
  sessionStorage.setItem(KEPT, base);
  for (const id of ['person', 'sign-out']) element(id).hidden = id === 'person';
  document.querySelector('.who label').hidden = true;
  element('me').hidden = false;
  element('me').textContent = `User ${base.split('/')[2]}`;
  actAs(base);
  try {
    const { answer } = await call('im.user.get');
    element('me').textContent = answer.result.name;
  } catch {
    // The number says enough.
  }
}

function demoPath(user) {
  const hook = user.webhook;
  if (!hook) return '';
  const address = typeof hook === 'string' ? hook : hook.http || hook.https || `/rest/${user.id}/${hook.secret}/`;
  return new URL(address, location.origin).pathname;
}

function offerPeople(users) {
  const select = element('person');
  const kinds = { employee: 'Employees', extranet: 'Guests', bot: 'Bots', connector: 'Customers', network: 'Other portals' };
  for (const [word, name] of Object.entries(kinds)) {
    const able = users.filter((user) => user.kind === word && demoPath(user));
    if (!able.length) continue;
    const group = document.createElement('optgroup');
    group.label = name;
    for (const user of able) group.append(new Option(user.admin ? `${user.name} (administrator)` : user.name, demoPath(user)));
    select.append(group);
  }
  select.addEventListener('change', () => actAs(select.value));
  return select.value;
}

async function demoUsers() {
  try {
    const response = await fetch('demo.json', { cache: 'no-store' });
    return response.ok ? (await response.json()).users : null;
  } catch {
    return null;
  }
}

// --- start

function drawTabs() {
  for (const tab of TABS) {
    const button = make('button', '', tab.name);
    button.type = 'button';
    button.id = `tab-${tab.key}`;
    button.setAttribute('role', 'tab');
    button.setAttribute('aria-controls', 'panel');
    button.addEventListener('click', () => chooseTab(tab, true));
    element('tabs').append(button);
  }
  element('tabs').addEventListener('keydown', (event) => {
    const buttons = [...element('tabs').children];
    const next = step(event, buttons, buttons.indexOf(document.activeElement));
    if (next) {
      next.focus();
      next.click();
    }
  });
  chooseTab(TABS[0], false);
}

function chooseTab(tab, load) {
  state.tab = tab;
  for (const button of element('tabs').children) {
    const chosen = button.id === `tab-${tab.key}`;
    button.setAttribute('aria-selected', String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  }
  element('panel').setAttribute('aria-labelledby', `tab-${tab.key}`);
  if (load) restart();
}

async function copyCommand() {
  try {
    await navigator.clipboard.writeText(command(true));
    element('said').textContent = 'Copied';
    element('copy').textContent = 'Copied';
    setTimeout(() => { element('copy').textContent = 'Copy'; }, 1500);
  } catch {
    getSelection().selectAllChildren(element('curl'));
    showAlert('The browser does not let the page copy; the line is selected for you.', true);
  }
}

async function start() {
  drawTabs();
  element('search').addEventListener('input', () => { state.search = element('search').value; draw(); });
  element('list').addEventListener('keydown', onListKey);
  element('sign-in').addEventListener('submit', onSignIn);
  element('sign-out').addEventListener('click', () => signOut());
  element('alert-close').addEventListener('click', closeAlert);
  element('copy').addEventListener('click', copyCommand);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
  const users = await demoUsers();
  if (users && users.some(demoPath)) {
    state.demo = true;
    actAs(offerPeople(users));
    return;
  }
  const kept = sessionStorage.getItem(KEPT);
  if (kept) signedIn(kept);
  else element('sign-in').hidden = false;
}

start();
