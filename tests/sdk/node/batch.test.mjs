// b24jssdk and batch: named commands and lists of them, references between them, halting, more than one batch holds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AjaxError } from '@bitrix24/b24jssdk'
import { ALICE, BOB, person } from './portal.mjs'

const alice = person(ALICE)

const batch = (calls, options) => alice.actions.v2.batch.make({ calls, options })

test('a command uses what an earlier one answered', async () => {
  const response = await batch({
    me: { method: 'profile' },
    chat: { method: 'im.chat.add', params: { USERS: [BOB], TITLE: 'Out of a batch', TYPE: 'CHAT' } },
    said: ['im.message.add', { DIALOG_ID: 'chat$result[chat]', MESSAGE: 'I am $result[me][NAME]' }],
    read: ['im.dialog.messages.get', { DIALOG_ID: 'chat$result[chat]', LIMIT: 1 }],
    author: ['user.get', { filter: { ID: '$result[read][messages][0][author_id]' } }]
  })
  assert.ok(response.isSuccess, response.getErrorMessages().join('; '))
  const { me, said, read, author } = response.getData()
  assert.equal(read.messages[0].id, said)
  assert.equal(read.messages[0].text, `I am ${me.NAME}`)
  assert.equal(author[0].ID, `${ALICE}`)
})

test('a list of commands is answered in order', async () => {
  const response = await batch([['im.revision.get'], ['im.counters.get']])
  const [revision, counters] = response.getData()
  assert.equal(revision.rest, 29)
  assert.equal(typeof counters.TYPE.ALL, 'number')
})

test('a refused command is told apart and the others run', async () => {
  const calls = { bad: ['im.dialog.get', { DIALOG_ID: '' }], good: ['im.recent.get', { ONLY_OPENLINES: 'Y' }] }
  const response = await batch(calls, { isHaltOnError: false })
  assert.equal(response.isSuccess, false)
  const error = response.getErrorsByKey().bad
  assert.ok(error instanceof AjaxError)
  assert.equal(error.code, 'DIALOG_ID_EMPTY')
  assert.ok(response.getData().good.length > 0)
})

test('halting stops at the first refusal', async () => {
  const calls = [['im.counters.get'], ['im.dialog.get', { DIALOG_ID: '' }], ['im.counters.get']]
  const response = await batch(calls, { isHaltOnError: true, returnAjaxResult: true })
  assert.deepEqual(response.getData().map((answer) => answer.isSuccess), [true, false])
})

test('callBatch, the old name, does the same', async () => {
  const response = await alice.callBatch({ time: ['server.time', {}], list: ['im.recent.list', { LIMIT: 1 }] })
  assert.equal(response.getData().list.items.length, 1)
})

test('more than fifty commands go in several batches', async () => {
  const calls = Array.from({ length: 60 }, (_, place) => ['im.recent.list', { LIMIT: 1, OFFSET: place }])
  const response = await alice.actions.v2.batchByChunk.make({ calls, options: { isHaltOnError: true } })
  assert.ok(response.isSuccess)
  assert.equal(response.getData().length, 60)
})
