// What the page knows of the list: deltas, removals, order, both revisions, tabs, search, totals.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentList, TABS, isOnline } from './list.js';

const ALICE = 1;
const BOB = 2;
const CAROL = 3;
const NOW = Date.parse('2026-03-02T10:00:00Z');
const DAY = 24 * 3600 * 1000;

const tab = (key) => TABS.find((found) => found.key === key);
const ids = (list) => list.visible().map((row) => row.id);

/** A chat as revision 29 tells it, from carol at a minute past ten. */
function chat(number, minute, more = {}) {
  return {
    id: `chat${number}`,
    type: 'chat',
    title: `Chat ${number}`,
    date: `2026-03-02T10:0${minute}:00+00:00`,
    message: { id: String(100 + number), text: 'Good morning', author_id: String(CAROL) },
    counter: '0',
    pinned: false,
    unread: false,
    chat: { message_type: 'C', mute_list: [] },
    ...more,
  };
}

function person(number, minute, more = {}) {
  const { chat: none, ...row } = chat(number, minute, { id: String(number), type: 'user', title: `User ${number}` });
  return { ...row, user: { idle: false, last_activity_date: false }, ...more };
}

function answer(result, removed) {
  const time = { finish: NOW / 1000, date_start: '2026-03-02T10:00:00+00:00' };
  return { result, time, ...(removed ? { removed } : {}) };
}

/** Alice's list with these rows. */
function listOf(...rows) {
  const list = new RecentList();
  list.clear(ALICE);
  list.take(answer(rows), true, NOW);
  return list;
}

test('the first question asks for the whole list, the next for what changed since the answer', () => {
  const list = new RecentList();
  list.clear(ALICE);
  assert.deepEqual(list.question(NOW), { whole: true, params: {} });
  assert.equal(list.loaded, false);
  list.take(answer([]), true, NOW);
  assert.deepEqual(list.question(NOW), { whole: false, params: { LAST_SYNC_DATE: '2026-03-02T09:59:55.000Z' } });
  assert.equal(list.loaded, true);
});

test('a page that slept for longer than the portal looks back asks for the whole list', () => {
  const list = listOf();
  assert.equal(list.question(NOW + 6 * DAY).whole, false);
  assert.equal(list.question(NOW + 6 * DAY + 1).whole, true);
});

test('a cleared list asks for the whole list of the tab', () => {
  const list = listOf(chat(5, 1));
  list.tab = tab('lines');
  list.clear(BOB);
  assert.deepEqual(list.question(NOW), { whole: true, params: { ONLY_OPENLINES: 'Y' } });
  assert.deepEqual(ids(list), []);
});

test('a delta changes the rows that it brings, adds new ones and leaves the others', () => {
  const list = listOf(chat(5, 1), chat(6, 2), chat(7, 3));
  const changed = chat(5, 4, { counter: '1', message: { id: '200', text: 'Lunch?', author_id: String(CAROL) } });
  list.take(answer([changed, chat(8, 5)]), false, NOW);
  assert.deepEqual(ids(list), ['chat8', 'chat5', 'chat7', 'chat6']);
  assert.equal(list.rows.get('chat5').text, 'Lunch?');
  assert.equal(list.rows.get('chat5').counter, 1);
});

test('an empty delta changes nothing', () => {
  const list = listOf(chat(5, 1), chat(6, 2));
  list.take(answer([], []), false, NOW);
  assert.deepEqual(ids(list), ['chat6', 'chat5']);
});

test('a whole answer leaves nothing of what was there', () => {
  const list = listOf(chat(5, 1), chat(6, 2));
  list.take(answer([chat(7, 1)]), true, NOW);
  assert.deepEqual(ids(list), ['chat7']);
});

test('what a delta removes is gone, whether its id is a text or a number', () => {
  const list = listOf(chat(5, 1), person(BOB, 2), person(CAROL, 3), chat(6, 4));
  const removed = [{ id: 'chat5', reason: 'left' }, { id: BOB, reason: 'hidden' }, { id: '3', reason: 'hidden' }];
  list.take(answer([], removed), false, NOW);
  assert.deepEqual(ids(list), ['chat6']);
});

test('what a delta removes and brings again is there', () => {
  const list = listOf(chat(5, 1));
  list.take(answer([chat(5, 2)], [{ id: 'chat5', reason: 'hidden' }]), false, NOW);
  assert.deepEqual(ids(list), ['chat5']);
});

test('an answer without its time is taken, and the next question asks from where the last one did', () => {
  const list = listOf(chat(5, 1));
  const before = list.question(NOW);
  list.take({ result: [chat(6, 2)] }, false, NOW);
  assert.deepEqual(ids(list), ['chat6', 'chat5']);
  assert.deepEqual(list.question(NOW), before);
});

test('pinned rows come first, then the latest, then the latest message by number', () => {
  const list = listOf(
    chat(5, 1, { pinned: true }),
    chat(6, 9),
    chat(7, 2, { pinned: true }),
    chat(9, 4, { message: { id: '99', text: '', author_id: '3' } }),
    chat(8, 4, { message: { id: '100', text: '', author_id: '3' } }),
  );
  assert.deepEqual(ids(list), ['chat7', 'chat5', 'chat6', 'chat8', 'chat9']);
});

test('dates of different zones are compared as moments', () => {
  const list = listOf(
    chat(5, 0, { date: '2026-03-02T12:00:00+03:00' }),
    chat(6, 0, { date: '2026-03-02T09:30:00+00:00' }),
  );
  assert.deepEqual(ids(list), ['chat6', 'chat5']);
});

test('revision 29 with its texts and revision 33 with its numbers read the same', () => {
  const texts = person(BOB, 1, { counter: '3', message: { id: '42', text: 'Hi', author_id: '1' } });
  const { date, ...rest } = texts;
  const numbers = {
    ...rest,
    id: BOB,
    counter: 3,
    message: { id: 42, text: 'Hi', author_id: ALICE, date },
    chat: { text_field_enabled: true, mute_list: [] },
  };
  const [{ raw: one, ...old }] = listOf(texts).visible();
  const [{ raw: two, ...today }] = listOf(numbers).visible();
  assert.deepEqual(old, today);
  assert.deepEqual([old.id, old.counter, old.order, old.own], ['2', 3, 42, true]);
});

test('a delta of the other revision changes the same row', () => {
  const list = listOf(person(BOB, 1));
  list.take(answer([person(BOB, 2, { id: BOB, counter: 4 })]), false, NOW);
  assert.deepEqual(ids(list), ['2']);
  assert.equal(list.total(), 4);
});

test('a row that lacks nearly everything is read', () => {
  const [row] = listOf({ id: 'chat5', type: 'chat' }).visible();
  assert.deepEqual([row.title, row.text, row.counter, row.muted, row.picture], ['', '', 0, false, '']);
});

test('the total is what is unread; a mark without messages counts as one', () => {
  assert.equal(listOf(chat(5, 1), chat(6, 2, { counter: '120' }), person(BOB, 3, { counter: '2' })).total(), 122);
  assert.equal(listOf(chat(5, 1, { unread: true })).total(), 1);
  assert.equal(listOf(chat(5, 1, { unread: true, counter: '7' })).total(), 7);
});

test('what its person silenced does not count, marked or not; what others silenced does', () => {
  const muted = (list, more) => chat(5, 1, { counter: '7', chat: { message_type: 'C', mute_list: list }, ...more });
  for (const mine of [[ALICE], [String(ALICE)], { [ALICE]: true }]) {
    assert.equal(listOf(muted(mine)).total(), 0);
    assert.equal(listOf(muted(mine, { unread: true })).total(), 0);
    assert.equal(listOf(muted(mine)).visible()[0].muted, true);
  }
  for (const others of [[], [BOB], { [BOB]: true }, undefined]) assert.equal(listOf(muted(others)).total(), 7);
});

test('a tab shows and counts its own kind only', () => {
  const list = listOf(chat(5, 1, { counter: '1' }), person(BOB, 2, { counter: '2' }));
  const seen = (key) => {
    list.tab = tab(key);
    return [ids(list), list.total()];
  };
  assert.deepEqual(seen('all'), [['2', 'chat5'], 3]);
  assert.deepEqual(seen('people'), [['2'], 2]);
  assert.deepEqual(seen('chats'), [['chat5'], 1]);
});

test('search looks in titles and messages and does not change the total', () => {
  const list = listOf(chat(5, 1, { title: 'Élan', counter: '1' }), chat(6, 2), person(BOB, 3, { title: 'Carol' }));
  const found = (search) => {
    list.search = search;
    return ids(list);
  };
  assert.deepEqual(found(' éLAN '), ['chat5']);
  assert.deepEqual(found('morning'), ['2', 'chat6', 'chat5']);
  assert.deepEqual(found('evening'), []);
  assert.deepEqual(found('  '), ['2', 'chat6', 'chat5']);
  assert.equal(list.total(), 1);
});

test('own messages and own notes are known by whose list it is', () => {
  const list = listOf(person(ALICE, 1, { message: { id: '1', text: 'Milk', author_id: '1' } }), person(BOB, 2));
  const row = (id) => list.rows.get(id);
  assert.deepEqual([row('1').self, row('1').own, row('2').self, row('2').own], [true, true, false, false]);
});

test('online is who was there within the portal\'s last 24 minutes and is not idle, by the portal\'s clock', () => {
  const ago = (minutes) => ({ last_activity_date: new Date(NOW - minutes * 60000).toISOString() });
  const online = (user, now = NOW) => isOnline(listOf(person(BOB, 1, { user })).rows.get('2'), now);
  assert.equal(online(ago(23)), true);
  assert.equal(online(ago(24)), false);
  assert.equal(online({ ...ago(1), idle: '2026-03-02T09:59:00+00:00' }), false);
  assert.equal(online({ last_activity_date: false }), false);
  assert.equal(isOnline(listOf(chat(5, 1)).rows.get('chat5'), NOW), false);

  const fast = new RecentList();
  fast.take(answer([]), true, NOW + DAY);
  assert.equal(fast.portalTime(NOW + DAY + 1), NOW + 1);
});
