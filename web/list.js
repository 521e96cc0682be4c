// The recent list as the page knows it: rows by dialog, changed by whole answers and by deltas of `im.recent.get`;
// which of them are seen and in which order, and how much of them is unread.
//
// Must hold: the order is the portal's, pinned first, then the latest; rows of revision 29 (ids and counters are texts)
// and of 33 are read alike. Never touches the page, the network or the clock: moments are handed in, in ms.

const SYNC_REACH = 6 * 24 * 3600 * 1000; // the portal looks back seven days
const SYNC_MARGIN = 5000; // a change may be dated a moment before it can be seen
const ONLINE = 1440 * 1000;

/** The tabs: what each asks of the portal, and which rows it shows. */
export const TABS = [
  { key: 'all', name: 'All', params: {}, takes: () => true },
  { key: 'people', name: 'People', params: { SKIP_CHAT: 'Y', SKIP_OPENLINES: 'Y' }, takes: (row) => row.person },
  { key: 'chats', name: 'Chats', params: { SKIP_DIALOG: 'Y', SKIP_OPENLINES: 'Y' }, takes: (row) => !row.person },
  { key: 'lines', name: 'Open lines', params: { ONLY_OPENLINES: 'Y' }, takes: () => true },
];

/** One person's list, as far as a tab shows it. */
export class RecentList {
  /** By dialog id, in no order. */
  rows = new Map();
  tab = TABS[0];
  /** What a row's title or text must contain. */
  search = '';
  #me = 0;
  #synced = null; // the portal's date of the last answer
  #syncedAt = 0;
  #ahead = 0; // the portal's clock less this one's

  /** Forgets everything; what comes next is the list of the user `me`. */
  clear(me) {
    this.rows.clear();
    this.#me = me;
    this.#synced = null;
  }

  /** Whether an answer was taken since the list was cleared. */
  get loaded() {
    return this.#synced !== null;
  }

  /** What to ask `im.recent.get` at the moment `at`, and whether the answer will be the whole list or what changed. */
  question(at) {
    const whole = !this.loaded || at - this.#syncedAt > SYNC_REACH;
    const since = whole ? {} : { LAST_SYNC_DATE: this.#synced };
    return { whole, params: { ...this.tab.params, ...since } };
  }

  /** Takes the answer that came at the moment `at`: as the whole list, or as what changed and what is gone. */
  take(answer, whole, at) {
    if (whole) this.rows.clear();
    for (const gone of answer.removed || []) this.rows.delete(String(gone.id));
    for (const raw of answer.result) {
      const row = read(raw, this.#me);
      this.rows.set(row.id, row);
    }
    if (!answer.time || !answer.time.date_start) return;
    this.#synced = new Date(Date.parse(answer.time.date_start) - SYNC_MARGIN).toISOString();
    this.#syncedAt = at;
    this.#ahead = Number(answer.time.finish) * 1000 - at || 0;
  }

  /** The portal's time at the moment `at`. */
  portalTime(at) {
    return at + this.#ahead;
  }

  /** The rows to show, in order. */
  visible() {
    const wanted = this.search.trim().toLocaleLowerCase();
    const found = (row) => `${row.title}\n${row.text}`.toLocaleLowerCase().includes(wanted);
    const rows = [...this.rows.values()].filter((row) => this.tab.takes(row) && (!wanted || found(row)));
    return rows.sort((a, b) => b.pinned - a.pinned || b.date - a.date || b.order - a.order);
  }

  /** Unread messages on the tab; a marked row without any counts as one, silenced rows don't count. */
  total() {
    let total = 0;
    for (const row of this.rows.values()) {
      if (!row.muted && this.tab.takes(row)) total += Math.max(row.counter, row.mark ? 1 : 0);
    }
    return total;
  }
}

/** Whether the person of the row was there lately, by the portal's time `now`. */
export function isOnline(row, now) {
  const seen = row.person && !row.user.idle && row.user.last_activity_date;
  return Boolean(seen) && now - new Date(seen) < ONLINE;
}

function read(raw, me) {
  const person = raw.type === 'user';
  const message = raw.message || {};
  const id = String(raw.id);
  return {
    raw,
    id,
    person,
    user: person ? raw.user || {} : null,
    chat: person ? null : raw.chat || {},
    title: raw.title || '',
    text: message.text || '',
    file: Boolean(message.file),
    own: Number(message.author_id) === me,
    date: new Date(raw.date || message.date || raw.date_last_activity || raw.date_update || 0),
    order: Number(message.id) || 0,
    counter: Number(raw.counter) || 0,
    pinned: raw.pinned === true,
    mark: raw.unread === true,
    muted: mutedBy(raw.chat, me),
    self: person && Number(id) === me,
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
