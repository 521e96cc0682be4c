// A browser as far as the pull client of the SDK needs one: sockets whose line can be cut, requests for long polling, and
// a page by its address. Nothing of the SDK is changed.

import WebSocket from 'ws'
import { B24PullClientManager } from '@bitrix24/b24jssdk'
import { person, webhook } from './portal.mjs'

const lines = new Set()

/** Whether the line is cut: no socket stays, none is opened. */
let cut = false

export function cutLine() {
  cut = true
  for (const line of lines) {
    line.terminate()
  }
}

export function mendLine() {
  cut = false
}

/** Nobody listens there. */
const NOWHERE = 'wss://127.0.0.1:1/'

class Line extends WebSocket {
  constructor(address) {
    super(cut ? NOWHERE : address)
    lines.add(this)
    this.addEventListener('close', () => lines.delete(this))
  }
}

/** As much of XMLHttpRequest as long polling uses. */
class Request extends EventTarget {
  readyState = 0
  status = 0
  response = ''
  responseType = ''
  #headers = new Headers()
  #abort = new AbortController()

  open(method, address) {
    this.#abort = new AbortController()
    this.request = { method, address }
    this.#become(1)
  }

  async send(body) {
    const { method, address } = this.request
    try {
      const reply = await fetch(address, { method, body, signal: this.#abort.signal })
      this.#headers = reply.headers
      this.response = this.responseType === 'arraybuffer' ? await reply.arrayBuffer() : await reply.text()
      this.status = reply.status
    } catch {
      this.status = 0
    }
    this.#become(4)
  }

  abort() {
    this.#abort.abort()
  }

  getResponseHeader(name) {
    return this.#headers.get(name)
  }

  #become(state) {
    this.readyState = state
    this.dispatchEvent(new Event('readystatechange'))
  }
}

const kept = new Map()

/** Makes this process look like a page over HTTPS, with sockets or without. */
export function beBrowser(sockets) {
  globalThis.WebSocket = Line
  globalThis.XMLHttpRequest = Request
  globalThis.window = {
    ...(sockets ? { WebSocket: Line } : {}),
    addEventListener() {},
    removeEventListener() {},
    localStorage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, String(value)),
      removeItem: (key) => kept.delete(key),
    },
  }
  globalThis.document = { location: { href: webhook(1) } }
}

/** The events that a person hears, and a way to wait for them. */
export const listen = (user, siteId = 's1') => hear({ b24: person(user), userId: user, siteId }, ['im', 'online'])

/** The events of some modules that a pull client hears. */
export async function hear(options, modules) {
  const heard = []
  let wake = () => {}
  const pull = new B24PullClientManager(options)
  for (const moduleId of modules) {
    const note = ({ command, params, extra }) => {
      heard.push({ command, params, extra })
      wake()
    }
    pull.subscribe({ moduleId, callback: note })
  }
  await pull.start()
  return {
    pull,
    heard,
    /** Waits until something that was heard fits; fails after so many seconds. */
    async until(fits, seconds = 20) {
      const end = Date.now() + seconds * 1000
      for (;;) {
        const found = heard.find(fits)
        if (found) {
          return found
        }
        const left = end - Date.now()
        if (left <= 0) {
          throw new Error(`nothing fits in ${JSON.stringify(heard.map(({ command }) => command))}`)
        }
        await new Promise((resolve) => {
          wake = resolve
          setTimeout(resolve, left)
        })
      }
    },
    end: () => pull.destroy(),
  }
}
