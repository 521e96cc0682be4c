// Portals that tests start, talk to and stop; and people who sign in to them.
//
// Must hold: each test has a portal of its own, which dies with it; a server says itself where it answers.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test as base, type Browser, type Page } from '@playwright/test';

const BINARY = process.env.LATELY_BIN ?? join(import.meta.dirname, '../../target/debug/lately');

interface Person {
  id: number;
  name: string;
  login: string | null;
  admin: boolean;
  webhook: { http: string; https: string } | null;
}

/** A running server and its data. */
export class Portal {
  origin = '';
  /** Over TLS, with a certificate of the portal's own authority. */
  secure = '';
  printed: string[] = [];
  readonly data = mkdtempSync(join(tmpdir(), 'lately-page-'));
  #process: ChildProcess | null = null;

  /** Settings that differ, by the names of their variables. */
  settings: Record<string, string> = {};

  /** Starts a server; the port stays the same when it is started again. */
  async start(...words: string[]): Promise<this> {
    const child = spawn(BINARY, ['--data', this.data, ...words], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...this.settings } });
    this.#process = child;
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      if (!line.startsWith('ready ')) {
        this.printed.push(line);
        continue;
      }
      const answering = line.split(' ');
      this.origin = answering.find((word) => word.startsWith('http://')) ?? '';
      this.secure = answering.find((word) => word.startsWith('https://')) ?? '';
      // What it prints from now on must not fill the pipe.
      child.stdout?.resume();
      return this;
    }
    throw new Error(`the server ended: ${this.printed.join('\n')}`);
  }

  get port(): string {
    return new URL(this.origin).port;
  }

  /** Waits until the server has stopped. */
  async stop() {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
  }

  /** Runs a command beside the server. */
  async run(words: string[], input = ''): Promise<string> {
    const child = spawn(BINARY, ['--data', this.data, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(input);
    let out = '';
    child.stdout.on('data', (piece) => {
      out += piece;
    });
    const code = await new Promise((done) => child.once('close', done));
    expect(code, words.join(' ')).toBe(0);
    return out.trim();
  }

  remove() {
    rmSync(this.data, { recursive: true, force: true });
  }

  /** The people of a demo portal. */
  get people(): Person[] {
    return (JSON.parse(readFileSync(join(this.data, 'portal.json'), 'utf8')) as { users: Person[] }).users;
  }

  person(id: number): Person {
    const found = this.people.find((one) => one.id === id);
    if (!found) throw new Error(`no person ${id}`);
    return found;
  }

  /** Calls a method as one of the people of a demo portal. */
  async call<T>(user: number, method: string, params: object = {}): Promise<T> {
    const address = `${this.person(user).webhook?.http}${method}`.replace(/^http:\/\/[^/]+/, this.origin);
    const response = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(params) });
    const body = (await response.json()) as { result: T };
    expect(response.status, JSON.stringify(body)).toBe(200);
    return body.result;
  }

  /** Signs in as somebody, in a browser of their own. */
  async enter(browser: Browser, user: number, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    watch(page);
    await page.goto(this.origin);
    await page.getByRole('button', { name: 'Everybody' }).click();
    await page.getByRole('button', { name: this.person(user).name }).first().click();
    await expect(page.locator('li[data-id]').first()).toBeVisible();
    return page;
  }
}

/** What pages complained about. */
const complaints = new WeakMap<Page, string[]>();

/** Notes what the console of a page complains about, above all its content policy. */
export function watch(page: Page) {
  const list: string[] = [];
  complaints.set(page, list);
  page.on('pageerror', (error) => list.push(String(error)));
  page.on('console', (message) => {
    const noise = /Failed to load resource|WebSocket connection|net::ERR/.test(message.text());
    if (message.type() === 'error' && !noise) list.push(message.text());
  });
}

export function complaintsOf(page: Page): string[] {
  return complaints.get(page) ?? [];
}

/** Whether the page stands on the right, at a dialog. */
export async function openDialog(page: Page, id: string) {
  await page.goto(`${new URL(page.url()).origin}/#/dialog/${id}`);
  await expect(page.getByRole('log').locator('[data-message]').first()).toBeVisible();
}

export const row = (page: Page, id: string) => page.locator(`li[data-id="${id}"]`);

export const write = async (page: Page, text: string) => {
  const field = page.getByRole('combobox', { name: 'Write a message' });
  await field.fill(text);
  await field.press('Enter');
};

/** Tests with a demo portal of their own. */
export const test = base.extend<{ portal: Portal }>({
  portal: async ({ browserName: _ }, use) => {
    const portal = await new Portal().start('demo', '--port', '0', '--tls-port', '0');
    await use(portal);
    await portal.stop();
    portal.remove();
  },
});

export { expect, type Page };
