// b24jssdk's own pull client without WebSockets: the same by long polling.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAROL, DAVE, person, result } from './portal.mjs'
import { beBrowser, listen } from './ear.mjs'

beBrowser(false)

const carol = person(CAROL)

test('events come by long polling without a gap and without a repetition', async () => {
  const ear = await listen(DAVE, 'polls')
  const sent = []
  for (let count = 0; count < 20; count++) {
    sent.push(`Poll ${count}`)
    await result(carol, 'im.message.add', { DIALOG_ID: `${DAVE}`, MESSAGE: sent.at(-1) })
    if (count % 5 === 0) {
      await ear.until(({ params }) => params.message?.text === sent.at(-1))
    }
  }
  await ear.until(({ params }) => params.message?.text === sent.at(-1))
  const texts = ear.heard.filter(({ command }) => command === 'message').map(({ params }) => params.message.text)
  assert.deepEqual(texts, sent)
  ear.end()
  // A request that waits would keep the process for as long as the server lets it.
  setTimeout(() => process.exit(), 100)
})
