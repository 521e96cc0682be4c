// b24jssdk and its helpers for long lists, over more colleagues than a page of 50 holds.

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { ALICE, person } from './portal.mjs'

const alice = person(ALICE)
let total

const numbers = (people) => people.map((one) => Number(one.ID))

function assertEverybody(people) {
  const found = numbers(people)
  assert.equal(found.length, total)
  assert.equal(new Set(found).size, total)
}

before(async () => {
  const first = await alice.actions.v2.call.make({ method: 'user.get' })
  total = first.getTotal()
  assert.ok(total > 50)
  assert.ok(first.isMore())
  assert.equal(first.getData().result.length, 50)
})

test('callListMethod reaches everybody and tells its progress', async () => {
  const progress = []
  const response = await alice.callListMethod('user.get', {}, (percent) => progress.push(percent))
  assertEverybody(response.getData())
  assert.deepEqual(progress, [0, 100, 100])
})

test('fetchListMethod reaches everybody, a page at a time', async () => {
  const pages = []
  for await (const page of alice.fetchListMethod('user.get', {}, 'ID')) {
    pages.push(page)
  }
  assert.deepEqual(pages.map((page) => page.length), [50, total - 50])
  assertEverybody(pages.flat())
})

test('callList and fetchList, their new names, reach everybody in order', async () => {
  const response = await alice.actions.v2.callList.make({ method: 'user.get' })
  assertEverybody(response.getData())
  assert.deepEqual(numbers(response.getData()), numbers(response.getData()).sort((one, other) => one - other))
  const fetched = []
  for await (const page of alice.actions.v2.fetchList.make({ method: 'user.get' })) {
    fetched.push(...page)
  }
  assertEverybody(fetched)
})
