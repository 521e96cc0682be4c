// b24jssdk and the recent list: im.recent.get with each of its parameters, im.recent.list to its end.

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { ALICE, BOB, HOST, TODAY, client, person, result, webhook } from './portal.mjs'

const LONG_AGO = '2019-07-11T10:45:31+02:00'
const DAY = 24 * 60 * 60 * 1000

// By the flag's name: whether a row stays, by its letter (the seed page, and recent.md).
const KEPT = {
  SKIP_OPENLINES: (letter) => letter !== 'L',
  SKIP_CHAT: (letter) => letter !== 'C' && letter !== 'O',
  SKIP_DIALOG: (letter) => letter !== 'P'
}

const alice = person(ALICE)
let everything

const get = (params) => result(alice, 'im.recent.get', params)
const ids = (rows) => rows.map((row) => `${row.id}`)
const letter = (row) => (row.type === 'user' ? 'P' : row.chat.message_type)
const changed = (row) => Date.parse(row.date_update)
const changedSince = (moment) => ids(everything.filter((row) => changed(row) >= moment))
const atom = (moment) => new Date(moment).toISOString().replace('.000Z', '+00:00')

function middle() {
  const moments = everything.map(changed).sort((one, other) => one - other)
  const recent = moments.filter((moment) => moment > moments.at(-1) - 6 * DAY)
  return recent[Math.floor(recent.length / 2)]
}

before(async () => {
  everything = await get({})
})

test('rows have the types of the seed page', () => {
  for (const row of everything) {
    const texts = [row.id, row.counter, row.message.id, row.message.author_id]
    assert.ok(texts.every((text) => typeof text === 'string'), row.id)
    assert.equal(row.type === 'user', 'user' in row)
    assert.equal(row.type === 'chat', 'chat' in row)
  }
})

test('a webhook with revision 33 gets numbers', async () => {
  const rows = await result(client(TODAY), 'im.recent.get')
  assert.deepEqual(ids(rows), ids(everything))
  assert.ok(rows.every((row) => Number.isInteger(row.counter) && Number.isInteger(row.message.id)))
})

for (const [flag, stays] of Object.entries(KEPT)) {
  test(`${flag} leaves out its kind when it is Y`, async () => {
    const kept = ids(everything.filter((row) => stays(letter(row))))
    assert.ok(kept.length > 0 && kept.length < everything.length)
    assert.deepEqual(ids(await get({ [flag]: 'Y' })), kept)
    assert.deepEqual(ids(await get({ [flag]: 'N' })), ids(everything))
  })
}

test('the skip flags add up', async () => {
  const stays = (row) => Object.values(KEPT).every((keeps) => keeps(letter(row)))
  const rows = await get({ SKIP_OPENLINES: 'Y', SKIP_CHAT: 'Y', SKIP_DIALOG: 'Y' })
  assert.deepEqual(ids(rows), ids(everything.filter(stays)))
})

test('ONLY_OPENLINES keeps open lines, whatever the skip flags say', async () => {
  const lines = await get({ ONLY_OPENLINES: 'Y' })
  assert.deepEqual(new Set(lines.map(letter)), new Set(['L']))
  assert.ok(lines.every((row) => Number.isInteger(row.lines.id)))
  const found = new Set(ids(lines))
  assert.ok(everything.filter((row) => letter(row) === 'L').every((row) => found.has(row.id)))
  assert.deepEqual(ids(await get({ ONLY_OPENLINES: 'Y', SKIP_OPENLINES: 'Y' })), ids(lines))
})

for (const name of ['LAST_UPDATE', 'LAST_SYNC_DATE']) {
  test(`${name} shrinks the answer to what changed since, seven days back at most`, async () => {
    const expected = changedSince(middle())
    assert.ok(expected.length > 0 && expected.length < everything.length)
    const rows = ids(await get({ [name]: atom(middle()) }))
    assert.deepEqual(new Set(rows), new Set(expected))

    const reached = new Set(ids(await get({ [name]: LONG_AGO })))
    const floor = Date.now() - 7 * DAY
    assert.ok(changedSince(floor + 60_000).every((id) => reached.has(id)))
    assert.ok([...reached].every((id) => changedSince(floor - 60_000).includes(id)))
    assert.ok(reached.size < everything.length)
  })
}

test('LAST_UPDATE is stronger than LAST_SYNC_DATE, and an unreadable date is none', async () => {
  const rows = await get({ LAST_UPDATE: atom(middle()), LAST_SYNC_DATE: atom(middle() + 30 * DAY) })
  assert.deepEqual(new Set(ids(rows)), new Set(changedSince(middle())))
  assert.deepEqual(ids(await get({ LAST_UPDATE: 'yesterday' })), ids(everything))
})

test('pages of im.recent.list reach every chat once', async () => {
  const walked = []
  for (let page = { hasMore: true }; page.hasMore; ) {
    page = await result(alice, 'im.recent.list', { OFFSET: walked.length, LIMIT: 15 })
    walked.push(...ids(page.items))
  }
  assertWhole(walked)
})

test('callListMethod walks im.recent.list by the next of its answers', async () => {
  const response = await alice.callListMethod('im.recent.list', { LIMIT: 15 }, null, 'items')
  assertWhole(ids(response.getData()))
})

function assertWhole(walked) {
  assert.ok(walked.length > 3 * 15)
  assert.equal(new Set(walked).size, walked.length)
  const missing = everything.filter((row) => !walked.includes(row.id))
  assert.deepEqual(new Set(missing.map(letter)), new Set(['X']), 'only chats of other modules are missing')
}

test('unread rows of im.recent.list', async () => {
  const bob = person(BOB)
  const { items } = await result(bob, 'im.recent.list', { LIMIT: 200 })
  const unread = await result(bob, 'im.recent.list', { LIMIT: 200, UNREAD_ONLY: 'Y' })
  assert.deepEqual(ids(unread.items), ids(items.filter((row) => row.counter > 0 || row.unread)))
})

test('the portal answers by its name as well, without a port', async () => {
  const url = new URL(webhook(ALICE))
  const named = client(`https://${HOST}${url.pathname}`)
  assert.deepEqual(ids(await result(named, 'im.recent.get')), ids(everything))
})
