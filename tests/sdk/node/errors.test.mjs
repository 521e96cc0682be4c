// b24jssdk and refusals: each surfaces as the SDK's AjaxError, with the code and the status of the contract.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AjaxError } from '@bitrix24/b24jssdk'
import { ALICE, BOB, NARROW, client, person, result, webhook } from './portal.mjs'

const alice = person(ALICE)

async function assertRefused(call, code, status) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof AjaxError, `${error}`)
    assert.deepEqual([error.code, error.status], [code, status])
    return true
  })
}

test('a wrong secret', async () => {
  const stranger = client(webhook(ALICE).replace('/rest/1/', `/rest/${BOB}/`))
  await assertRefused(result(stranger, 'im.recent.get'), 'INVALID_CREDENTIALS', 401)
})

test('an unknown method', async () => {
  await assertRefused(result(alice, 'im.recent.got'), 'ERROR_METHOD_NOT_FOUND', 404)
})

test('a scope that the webhook has not', async () => {
  const narrow = client(NARROW)
  assert.equal((await result(narrow, 'user.current')).ID, `${BOB}`)
  await assertRefused(result(narrow, 'im.recent.get'), 'insufficient_scope', 401)
  await assertRefused(result(alice, 'crm.lead.fields'), 'insufficient_scope', 401)
})

test('an empty dialog, a chat that is not, an empty message', async () => {
  await assertRefused(result(alice, 'im.dialog.get', { DIALOG_ID: '' }), 'DIALOG_ID_EMPTY', 400)
  await assertRefused(result(alice, 'im.dialog.get', { DIALOG_ID: 'chat1111' }), 'ACCESS_ERROR', 403)
  await assertRefused(result(alice, 'im.message.add', { DIALOG_ID: `${BOB}`, MESSAGE: '' }), 'MESSAGE_EMPTY', 400)
})

test('a refusal is final: the SDK does not try again', async () => {
  const fresh = person(ALICE)
  await assertRefused(result(fresh, 'im.dialog.get', { DIALOG_ID: '' }), 'DIALOG_ID_EMPTY', 400)
  const { failedRequests, retries } = fresh.getHttpClient('v2').getStats()
  assert.deepEqual([failedRequests, retries], [1, 0])
})

test('the health check and the ping', async () => {
  assert.equal(await alice.tools.healthCheck.make(), true)
  assert.ok((await alice.tools.ping.make()) >= 0)
})
