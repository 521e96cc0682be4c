// The recent list as it lives: kept fresh by asking for what changed, and changed by what people do to a row.
//
// Must hold: answers to an earlier view and answers that were overtaken are dropped; one question waits at a time; no
// questions while nobody looks.

import { calm, closeAlert, say, showAlert, showLive } from './page.js';
import { Panel } from './panel.js';
import { Refused, reason } from './portal.js';
import { showCommand, showFigures } from './wire.js';

const POLL = 4000;
const PATIENCE = 20000; // the longest wait before the next attempt

const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** Keeps the page at one list of one portal. */
export class Recent {
  #portal;
  #list;
  #panel;
  #onStranger;
  #round = 0; // of the view
  #asked = 0;
  #taken = 0;
  #timer = 0;
  #failures = 0;

  /** `onStranger` is told why when the portal no longer accepts the webhook. */
  constructor(portal, list, onStranger) {
    this.#portal = portal;
    this.#list = list;
    this.#onStranger = onStranger;
    this.#panel = new Panel(list, {
      pin: (row) => this.#pin(row),
      mark: (row, to) => this.#mark(row, to),
      hide: (row) => this.#hide(row),
    });
  }

  /** Another person or another tab: everything is asked for anew. */
  restart() {
    this.#empty();
    this.#panel.rewind();
    closeAlert();
    showCommand(this.#portal, this.#list.tab);
    this.refresh();
  }

  /** Nobody is signed in any more: nothing is asked, nothing stays. */
  stop() {
    clearTimeout(this.#timer);
    this.#empty();
  }

  /** Draws what is there, after another search. */
  draw() {
    this.#panel.draw();
  }

  /** Asks for what changed, now. */
  async refresh() {
    clearTimeout(this.#timer);
    if (!this.#portal.base) return;
    const round = this.#round;
    const asked = (this.#asked += 1);
    const { whole, params } = this.#list.question(Date.now());
    try {
      const { answer, bytes, took } = await this.#portal.call('im.recent.get', params);
      if (round !== this.#round || asked < this.#taken) return;
      this.#taken = asked;
      this.#take(answer, whole);
      if (whole) showFigures(answer.result.length, bytes, took);
    } catch (error) {
      if (round === this.#round) this.#failed(error);
    }
  }

  #empty() {
    this.#round += 1;
    this.#failures = 0;
    this.#list.clear(this.#portal.me);
    this.draw();
  }

  #take(answer, whole) {
    this.#list.take(answer, whole, Date.now());
    this.draw();
    this.#failures = 0;
    calm();
    showLive(true, `Updated ${time.format(new Date())}`);
    this.#again(POLL);
  }

  #failed(error) {
    this.#failures += 1;
    showLive(false, 'Not up to date');
    if (error instanceof Refused && error.status === 401) {
      this.#onStranger(`The portal does not accept this webhook (${error.code || 401}).`);
      return;
    }
    showAlert(`${reason(error).replace(/[.!]*$/, '.')} Trying again…`);
    this.#again(Math.min(POLL * 2 ** (this.#failures - 1), PATIENCE));
  }

  #again(after) {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#timer = setTimeout(() => this.refresh(), after);
  }

  async #change(row, method, params, words) {
    try {
      const { answer } = await this.#portal.call(method, { DIALOG_ID: row.id, ...params });
      if (answer.result === false) throw new Refused(200, '', words.refused);
      say(words.done);
      closeAlert();
    } catch (error) {
      showAlert(`${row.title}: ${reason(error)}`, true);
    }
    this.refresh();
  }

  #pin(row) {
    const to = !row.pinned;
    this.#change(row, 'im.recent.pin', { PIN: to ? 'Y' : 'N' }, {
      done: `${row.title} is ${to ? 'pinned' : 'no longer pinned'}`,
      refused: 'No more conversations can be pinned.',
    });
  }

  #mark(row, to) {
    this.#change(row, 'im.recent.unread', { ACTION: to ? 'Y' : 'N' }, {
      done: `${row.title} is marked as ${to ? 'unread' : 'read'}`,
      refused: 'There is no such conversation.',
    });
  }

  #hide(row) {
    const next = this.#panel.after(row.id);
    this.#list.rows.delete(row.id);
    this.draw();
    this.#panel.focus(next);
    this.#change(row, 'im.recent.hide', {}, { done: `${row.title} is hidden until the next message`, refused: '' });
  }
}
