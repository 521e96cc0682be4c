// b24jssdk's own pull client over wss: it connects, hears, loses its line for half a minute, and goes on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAROL, DAVE, person, result } from './portal.mjs'
import { beBrowser, cutLine, listen, mendLine } from './ear.mjs'

beBrowser(true)

const carol = person(CAROL)
const dave = person(DAVE)
const say = (b24, dialog, text) => result(b24, 'im.message.add', { DIALOG_ID: `${dialog}`, MESSAGE: text })
const texts = (heard) => heard.filter(({ command }) => command === 'message').map(({ params }) => params.message.text)
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

test('what happens is heard at once with the own counter, at every client of a person', async () => {
  const [one, two] = [await listen(DAVE, 'one'), await listen(DAVE, 'two')]
  assert.equal(one.pull.isConnected(), true)
  await result(dave, 'im.dialog.read', { DIALOG_ID: `${CAROL}` })
  const sent = await say(carol, DAVE, 'The line stands')
  for (const ear of [one, two]) {
    const { params, extra } = await ear.until(({ command }) => command === 'message')
    assert.deepEqual([params.dialogId, params.counter, params.message.id], [`${CAROL}`, 1, sent])
    assert.equal(extra.revision_web, 19)
  }
  await result(dave, 'im.dialog.read', { DIALOG_ID: `${CAROL}` })
  const read = ({ command, params }) => command === 'readMessageChat' && params.lastId === sent
  const { params } = await two.until(read)
  assert.deepEqual([params.dialogId, params.counter], [`${CAROL}`, 0])
  await result(carol, 'im.dialog.writing', { DIALOG_ID: `${DAVE}` })
  await one.until(({ command }) => command === 'inputActionNotify')
  one.end()
  two.end()
})

test('what it asks of the server is answered', async () => {
  const ear = await listen(CAROL, 'asks')
  const seen = await ear.pull.getUsersLastSeen([CAROL, 999_999])
  assert.equal(seen[CAROL] ?? 0, 0)
  ear.end()
})

test('a line that was cut for half a minute leaves no gap and no repetition', async () => {
  const ear = await listen(DAVE, 'cut')
  const sent = []
  const next = async () => {
    sent.push(`Number ${sent.length}`)
    await say(carol, DAVE, sent.at(-1))
  }
  for (let count = 0; count < 5; count++) {
    await next()
  }
  await ear.until(({ params }) => params.message?.text === 'Number 4')
  const begun = Date.now()
  cutLine()
  for (let count = 0; count < 25; count++) {
    await next()
    await pause(0.5)
  }
  await pause(Math.max(0, 30 - (Date.now() - begun) / 1000))
  mendLine()
  await ear.until(({ params }) => params.message?.text === sent.at(-1), 60)
  await next()
  await ear.until(({ params }) => params.message?.text === sent.at(-1))
  assert.deepEqual(texts(ear.heard), sent)
  ear.end()
})
