// b24jssdk and two people who send each other files: in the call, by an upload link, and fetched by a signed link.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAROL, DAVE, person, result } from './portal.mjs'

const carol = person(CAROL)
const dave = person(DAVE)

const base64 = (text) => Buffer.from(text).toString('base64')
const bytes = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer()).toString()
const newest = (b24, dialog) => result(b24, 'im.dialog.messages.get', { DIALOG_ID: dialog })

test('a file goes into the chat folder and is posted', async () => {
  const folder = await result(carol, 'im.disk.folder.get', { DIALOG_ID: `${DAVE}` })
  const file = await result(carol, 'disk.folder.uploadFile', {
    id: folder.ID,
    data: { NAME: 'Reins №1.txt' },
    fileContent: ['Reins №1.txt', base64('two metres')],
    generateUniqueName: true
  })
  assert.equal(file.NAME, 'Reins №1.txt')
  const posted = await result(carol, 'im.disk.file.commit', { DIALOG_ID: `${DAVE}`, UPLOAD_ID: file.ID, MESSAGE: 'As asked' })
  const page = await newest(dave, `${CAROL}`)
  assert.equal(page.messages[0].id, posted.MESSAGE_ID)
  assert.equal(page.files[0].id, file.ID)
  assert.equal(await bytes(page.files[0].urlDownload), 'two metres')
})

test('a file comes by its upload link', async () => {
  const folder = await result(carol, 'im.disk.folder.get', { DIALOG_ID: `${DAVE}` })
  const { field, uploadUrl } = await result(carol, 'disk.folder.uploadFile', { id: folder.ID, generateUniqueName: true })
  const form = new FormData()
  form.append(field, new Blob(['a long list']), 'list.csv')
  const answer = await (await fetch(uploadUrl, { method: 'POST', body: form })).json()
  assert.equal(answer.result.SIZE, '11')
  await result(carol, 'im.disk.file.commit', { DIALOG_ID: `${DAVE}`, UPLOAD_ID: answer.result.ID })
  assert.equal((await newest(dave, `${CAROL}`)).files[0].id, answer.result.ID)
})

test('one call sends, and a link for one use fetches', async () => {
  const sent = await result(carol, 'im.v2.File.upload', {
    dialogId: `${DAVE}`,
    fields: { name: 'note.txt', content: base64('short'), message: 'Look' }
  })
  const params = { dialogId: `${CAROL}`, fileId: sent.file.id }
  const { downloadUrl } = await result(dave, 'im.v2.File.download', params)
  assert.equal(await bytes(downloadUrl), 'short')
  assert.equal((await fetch(downloadUrl)).status, 403)
})
