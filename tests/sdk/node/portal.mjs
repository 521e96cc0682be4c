// The portal that these tests call: a copy of the portal.json of `lately demo`, named by the variable LATELY_PORTAL.
// The test command adds six keys: `host`, the portal's name; `today`, a webhook of user 1 with revision 33; `narrow`, a
// webhook of user 2 with nothing but the scope `user`; `app`, `tokens` and `expired`, an application and its tokens.

import { readFileSync } from 'node:fs'
import { B24Hook } from '@bitrix24/b24jssdk'

const offer = JSON.parse(readFileSync(process.env.LATELY_PORTAL, 'utf8'))

// People of the demo. The first two have long lists; the others are whoever a test needs.
export const [ALICE, BOB, CAROL, DAVE] = [1, 2, 3, 4]

export const HOST = offer.host
export const TODAY = offer.today
export const NARROW = offer.narrow

/** An application, tokens of alice, and those of bob, whose access token has ended. */
export const { app: APP, tokens: TOKENS, expired: EXPIRED } = offer

export function webhook(user) {
  return offer.users.find((person) => person.id === user).webhook.https
}

/** The SDK as this user. */
export function person(user) {
  return client(webhook(user))
}

export function client(url) {
  return B24Hook.fromWebhookUrl(url)
}

/** What a method answers; a refusal is thrown, as the SDK does. */
export async function result(b24, method, params = {}) {
  const response = await b24.actions.v2.call.make({ method, params })
  if (!response.isSuccess) {
    throw response.getErrors().next().value
  }
  return response.getData().result
}
