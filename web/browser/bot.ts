// The program of a bot: it is told of commands at an address of its own, and answers them as the bot.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Portal } from './portal';

/** A command as its program is told of it. */
export interface Given {
  id: number;
  name: string;
  params: string;
  /** `TEXTAREA` or `KEYBOARD`. */
  context: string;
  message: number;
  dialog: string;
  user: number;
}

/** What is hung on an answer. */
export type Answer = { MESSAGE: string } & Record<string, unknown>;

/** The owner of all bots here. */
const OWNER = 1;

export class Program {
  /** The bot's number. */
  bot = 0;
  /** Everything that it was told, by name of the event. */
  readonly events: string[] = [];
  readonly given: Given[] = [];
  readonly #answers = new Map<string, (given: Given) => Answer>();
  readonly #server: Server;

  private constructor(private readonly portal: Portal) {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => {
        response.end();
        if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) void this.#told(new URLSearchParams(body));
      });
    });
  }

  /** Registers a bot. */
  static async start(portal: Portal, name: string, properties: object = {}): Promise<Program> {
    const program = new Program(portal);
    await new Promise<void>((done) => program.#server.listen(0, '127.0.0.1', done));
    program.bot = await portal.call<number>(OWNER, 'imbot.register', {
      CODE: name, CLIENT_ID: 'shop', EVENT_HANDLER: program.address, PROPERTIES: { NAME: name, COLOR: 'MINT', WORK_POSITION: 'Takes orders', ...properties },
    });
    return program;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Registers a command, and says what is answered to it. */
  async knows(name: string, title: string, answer: (given: Given) => Answer = () => ({ MESSAGE: 'done' }), more: object = {}) {
    this.#answers.set(name, answer);
    await this.portal.call(OWNER, 'imbot.command.register', {
      BOT_ID: this.bot, COMMAND: name, EVENT_COMMAND_ADD: this.address, CLIENT_ID: 'shop', LANG: [{ LANGUAGE_ID: 'en', TITLE: title }], ...more,
    });
  }

  /** Waits for as many commands as these, and answers the last. */
  async hears(count: number): Promise<Given> {
    await expect.poll(() => this.given.length).toBe(count);
    return this.given[count - 1] as Given;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #told(form: URLSearchParams) {
    this.events.push(form.get('event') ?? '');
    if (form.get('event') !== 'ONIMCOMMANDADD') return;
    const id = [...form.keys()].find((key) => key.startsWith('data[COMMAND]'))?.match(/\[(\d+)\]/)?.[1] ?? '';
    const of = (key: string) => form.get(`data[COMMAND][${id}][${key}]`) ?? '';
    const given: Given = {
      id: Number(id),
      name: of('COMMAND'),
      params: of('COMMAND_PARAMS'),
      context: of('COMMAND_CONTEXT'),
      message: Number(of('MESSAGE_ID')),
      dialog: form.get('data[PARAMS][DIALOG_ID]') ?? '',
      user: Number(form.get('data[PARAMS][FROM_USER_ID]')),
    };
    this.given.push(given);
    const answer = this.#answers.get(given.name)?.(given);
    if (answer) await this.portal.call(OWNER, 'imbot.command.answer', { COMMAND_ID: given.id, MESSAGE_ID: given.message, CLIENT_ID: 'shop', ...answer });
  }
}
