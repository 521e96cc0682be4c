// b24jssdk and two people who talk: a chat, messages, reading, and the counters on both sides.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAROL, DAVE, person, result } from './portal.mjs'

const carol = person(CAROL)
const dave = person(DAVE)

async function counters(b24) {
  const { TYPE, CHAT, DIALOG, CHAT_MUTED } = await result(b24, 'im.counters.get')
  return { total: TYPE.ALL, sums: TYPE, chats: CHAT, dialogs: DIALOG, muted: CHAT_MUTED }
}

async function row(b24, dialog) {
  const rows = await result(b24, 'im.recent.get')
  return rows.find((found) => found.id === dialog)
}

const chatOf = (title) => result(carol, 'im.chat.add', { USERS: [DAVE], TITLE: title, TYPE: 'CHAT' })
const say = (b24, dialog, text) => result(b24, 'im.message.add', { DIALOG_ID: dialog, MESSAGE: text })

test('counters of a chat rise with messages and fall with reading', async () => {
  const { sums } = await counters(dave)
  const chat = await chatOf('Handlebars')
  const dialog = `chat${chat}`
  const sent = []
  for (const text of ['Straight', 'Curved', '[I]Very[/I] curved']) {
    sent.push(await say(carol, dialog, text))
  }
  let now = await counters(dave)
  assert.equal(now.chats[chat], 3)
  assert.equal(now.total, sums.ALL + 3)
  assert.equal((await counters(carol)).chats[chat], undefined)

  const found = await row(dave, dialog)
  assert.deepEqual([found.counter, found.message.text, found.message.id], ['3', 'Very curved', `${sent[2]}`])
  const read = await result(dave, 'im.dialog.read', { DIALOG_ID: dialog, MESSAGE_ID: sent[0] })
  assert.deepEqual(read, { dialogId: dialog, chatId: chat, lastId: sent[0], counter: 2 })
  now = await counters(dave)
  assert.deepEqual([now.chats[chat], now.total], [2, sums.ALL + 2])

  await result(dave, 'im.dialog.read', { DIALOG_ID: dialog })
  assert.equal((await row(dave, dialog)).counter, '0')
  assert.deepEqual((await counters(dave)).sums, sums)

  await say(dave, dialog, 'Curved it is')
  assert.equal((await row(carol, dialog)).counter, '1')
  assert.deepEqual((await counters(dave)).sums, sums)
})

test('counters of a private dialog are kept by person', async () => {
  const before = (await counters(dave)).dialogs[CAROL] ?? 0
  const first = await say(carol, `${DAVE}`, 'Did you see the new saddles?')
  await say(carol, `${DAVE}`, 'In brown')
  assert.equal((await counters(dave)).dialogs[CAROL], before + 2)
  const read = await result(dave, 'im.dialog.read', { DIALOG_ID: `${CAROL}`, MESSAGE_ID: first })
  assert.equal(read.counter, 1)
  await result(dave, 'im.dialog.read.all')
  assert.deepEqual((await counters(dave)).sums.DIALOG, 0)
})

test('a muted chat counts apart', async () => {
  const chat = await chatOf('Hammering')
  const { total } = await counters(dave)
  await result(dave, 'im.chat.mute', { CHAT_ID: chat, MUTE: 'Y' })
  await say(carol, `chat${chat}`, 'Bang')
  const muted = await counters(dave)
  assert.deepEqual([muted.muted[chat], muted.total], [1, total])
  await result(dave, 'im.chat.mute', { CHAT_ID: chat, MUTE: 'N' })
  assert.equal((await counters(dave)).total, total + 1)
})
