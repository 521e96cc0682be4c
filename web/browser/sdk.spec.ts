// The official SDK, as its registry gives it, in a real browser over TLS: it hears what happens, loses its line for half a
// minute, and goes on without a gap or a repetition; with sockets and by long polling.
//
// Must hold: nothing of the SDK is changed; the line is cut on the way, so that neither side is told.

import { readFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type * as Sdk from '@bitrix24/b24jssdk';
import { expect, Portal, test as base, type Page } from './portal';

const SDK = readFileSync(join(import.meta.dirname, '../node_modules/@bitrix24/b24jssdk/dist/umd/index.min.js'), 'utf8');
const [CAROL, DAVE] = [3, 4];

/** A way to the portal that can be cut: what is on it ends, and nothing new is taken. */
class Line {
  #sockets = new Set<Socket>();
  #cut = false;
  /** Where the portal answers over TLS. */
  target = 0;
  readonly #server = createServer((client) => {
    if (this.#cut) {
      client.destroy();
      return;
    }
    const portal = connect(this.target, '127.0.0.1');
    for (const [from, to] of [[client, portal], [portal, client]] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('error', () => {});
      from.pipe(to);
    }
  });

  async open(): Promise<number> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return (this.#server.address() as AddressInfo).port;
  }

  cut() {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#cut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }
}

const test = base.extend<{ line: Line; portal: Portal }>({
  line: async ({ browserName: _ }, use) => {
    const line = new Line();
    await use(line);
    line.close();
  },
  portal: async ({ line }, use) => {
    const portal = new Portal();
    // What the portal tells of itself leads over the line.
    portal.settings.LATELY__PUBLIC_URL = `https://127.0.0.1:${await line.open()}`;
    await portal.start('demo', '--port', '0', '--tls-port', '0');
    line.target = Number(new URL(portal.secure).port);
    await use(portal);
    await portal.stop();
    portal.remove();
  },
});

interface Ear {
  heard: { text: string; counter: number }[];
  connected: boolean;
  sockets: boolean;
}

/** Has a page listen as somebody, with the SDK alone. */
async function listen(page: Page, address: string, user: number) {
  await page.evaluate(
    async ([webhook, me]) => {
      const { B24Hook, B24PullClientManager } = (window as unknown as { B24Js: typeof Sdk }).B24Js;
      const ear: Ear = { heard: [], connected: false, sockets: 'WebSocket' in window };
      (window as unknown as { ear: Ear }).ear = ear;
      const pull = new B24PullClientManager({ b24: B24Hook.fromWebhookUrl(webhook as string), userId: me as number, siteId: 's1' });
      const callback = (event: unknown) => {
        const { command, params } = event as { command: string; params: { counter: number; message?: { text: string } } };
        if (command === 'message') ear.heard.push({ text: params.message?.text ?? '', counter: params.counter });
      };
      pull.subscribe({ moduleId: 'im', callback });
      await pull.start();
      ear.connected = pull.isConnected();
    },
    [address, user] as const,
  );
}

const earOf = (page: Page) => page.evaluate(() => (window as unknown as { ear: Ear }).ear);

test('the SDK in a browser hears at once, and a line that was cut for half a minute leaves no gap and no repetition', async ({ portal, line, browser }) => {
  test.setTimeout(240_000);
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const [sockets, polls] = [await context.newPage(), await context.newPage()];
  await polls.addInitScript(() => {
    delete (window as { WebSocket?: unknown }).WebSocket;
  });
  const home = portal.settings.LATELY__PUBLIC_URL ?? '';
  const opened: string[] = [];
  sockets.on('websocket', (socket) => opened.push(socket.url()));
  const asked: string[] = [];
  polls.on('request', (request) => asked.push(request.url()));
  const hook = `${home}${new URL(portal.person(DAVE).webhook?.https ?? '').pathname}`;
  for (const page of [sockets, polls]) {
    await page.addInitScript(SDK);
    await page.goto(home);
    await listen(page, hook, DAVE);
  }
  expect([(await earOf(sockets)).sockets, (await earOf(polls)).sockets]).toEqual([true, false]);
  expect([(await earOf(sockets)).connected, (await earOf(polls)).connected]).toEqual([true, true]);
  expect(opened.length > 0 && opened.every((address) => address.startsWith(`${home.replace('https', 'wss')}/bitrix/subws/`))).toBe(true);

  const sent: { text: string; counter: number }[] = [];
  await portal.call(DAVE, 'im.dialog.read', { DIALOG_ID: String(CAROL) });
  const say = async () => {
    const text = `Number ${sent.length}`;
    await portal.call(CAROL, 'im.message.add', { DIALOG_ID: String(DAVE), MESSAGE: text });
    sent.push({ text, counter: sent.length + 1 });
  };
  const hears = async (seconds: number) => {
    for (const page of [sockets, polls]) await expect.poll(async () => (await earOf(page)).heard.length, { timeout: seconds * 1000 }).toBeGreaterThanOrEqual(sent.length);
  };
  for (let count = 0; count < 5; count += 1) await say();
  await hears(30);
  const before = Date.now();
  line.cut();
  // A slow machine says less meanwhile, and is cut for no longer.
  while (Date.now() - before < 25_000) {
    await say();
    await new Promise((done) => setTimeout(done, 1000));
  }
  await new Promise((done) => setTimeout(done, Math.max(0, 30_000 - (Date.now() - before))));
  for (const page of [sockets, polls]) expect((await earOf(page)).heard).toHaveLength(5);
  line.mend();
  // A browser says that its network is back. By itself the SDK tries again after a minute, or, after some attempts that
  // failed, after ten.
  for (const page of [sockets, polls]) await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await hears(120);
  await say();
  await hears(30);
  for (const page of [sockets, polls]) {
    const { heard } = await earOf(page);
    expect(heard.map((one) => one.text)).toEqual(sent.map((one) => one.text));
    expect(heard.at(-1)?.counter).toBe(sent.length);
  }
  expect(asked.some((address) => address.startsWith(`${home}/bitrix/sub/`))).toBe(true);
});
