// b24jssdk as an application: tokens, their renewal, and its pull client on the application's own channels.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { B24OAuth } from '@bitrix24/b24jssdk'
import { ALICE, APP, BOB, EXPIRED, TOKENS, person, result } from './portal.mjs'
import { beBrowser, hear } from './ear.mjs'

beBrowser(true)

/** The SDK with these tokens of the application. */
function client(tokens, secret = APP.client_secret) {
  const options = {
    applicationToken: APP.application_token,
    userId: tokens.user_id,
    memberId: tokens.member_id,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expires: tokens.expires,
    expiresIn: tokens.expires_in,
    scope: tokens.scope,
    domain: tokens.domain,
    clientEndpoint: tokens.client_endpoint,
    serverEndpoint: tokens.server_endpoint,
    status: tokens.status,
  }
  const b24 = new B24OAuth(options, { clientId: APP.client_id, clientSecret: secret })
  b24.offClientSideWarning()
  return b24
}

test('a token acts as its user', async () => {
  const alice = client(TOKENS)
  assert.equal((await result(alice, 'profile')).ID, `${ALICE}`)
  assert.equal((await result(alice, 'app.info')).CODE, APP.client_id)
})

test('a token that has ended is renewed on the way, and the renewed one goes on', async () => {
  const bob = client(EXPIRED)
  const renewed = []
  bob.setCallbackRefreshAuth(async ({ b24OAuthParams }) => renewed.push({ ...b24OAuthParams }))
  assert.equal((await result(bob, 'profile')).ID, `${BOB}`)
  assert.equal((await result(bob, 'user.current')).ID, `${BOB}`)
  assert.equal(renewed.length, 1)
  assert.notEqual(renewed[0].refreshToken, EXPIRED.refresh_token)
  assert.deepEqual([renewed[0].clientEndpoint, renewed[0].scope], [EXPIRED.client_endpoint, EXPIRED.scope])
})

test('a token that nobody has is renewed too, once', async () => {
  const alice = client({ ...TOKENS, access_token: 'nobodys' })
  assert.equal((await result(alice, 'profile')).ID, `${ALICE}`)
})

test('a renewal with a wrong secret is refused as the SDK says it', async () => {
  await assert.rejects(result(client(EXPIRED, 'wrong'), 'profile'), /Wrong client_secret/)
})

test('the pull client of an application hears what it tells, and what its person hears', async (t) => {
  const alice = client(TOKENS)
  const ear = await hear({ b24: alice, userId: ALICE, restApplication: 'stock' }, ['application', 'im'])
  t.after(() => ear.end())
  assert.equal(ear.pull.isConnected(), true)
  await result(person(BOB), 'im.message.add', { DIALOG_ID: `${ALICE}`, MESSAGE: 'for applications too' })
  const { params: said } = await ear.until(({ command }) => command === 'message')
  assert.equal(said.message.text, 'for applications too')
  await result(alice, 'pull.application.event.add', { COMMAND: 'stock:low', PARAMS: { left: 3 }, USER_ID: ALICE })
  const { params } = await ear.until(({ command }) => command === 'stock:low')
  assert.equal(params.left, 3)
  await result(alice, 'pull.application.event.add', { COMMAND: 'stock:all' })
  await ear.until(({ command }) => command === 'stock:all')
  assert.deepEqual(ear.heard.map(({ command }) => command), ['message', 'stock:low', 'stock:all'])
})
