// The list on the page: an item for each row that is to be seen, which row is chosen, and the keyboard.
//
// Must hold: items are made, changed and moved only where they must be, and the focus stays where it was; one row is in
// the order of tabs, arrows go from row to row.

import { element, make, step } from './page.js';
import { drawRow } from './row.js';
import { showWire } from './wire.js';

/** Draws one list. */
export class Panel {
  #list;
  #on;
  #items = new Map(); // dialog id -> list item
  #chosen = '';

  /** `changes` are what a row's buttons do, see row.js. */
  constructor(list, changes) {
    this.#list = list;
    this.#on = { ...changes, choose: (row) => this.#choose(row.id), focus: (row) => this.#rove(row.id) };
    element('list').addEventListener('keydown', onKey);
  }

  /** Brings the page to the list as it is now. */
  draw() {
    const rows = this.#list.visible();
    const focus = heldFocus();
    this.#forget(new Set(rows.map((row) => row.id)));
    this.#place(rows);
    this.#refocus(focus);
    if (!this.#items.has(this.#chosen)) this.#chosen = rows.length ? rows[0].id : '';
    this.#choose(this.#chosen);
    this.#rove(focusedId() || this.#chosen);
    this.#drawEmpty(rows.length);
    const total = this.#list.total();
    document.title = total ? `(${total}) Lately` : 'Lately';
  }

  /** Goes back to the first row. */
  rewind() {
    element('panel').scrollTop = 0;
  }

  /** The id of the dialog below this one; undefined if there is none. */
  after(id) {
    const item = this.#items.get(id);
    const next = item && item.nextElementSibling;
    return next ? next.dataset.id : undefined;
  }

  /** Brings the focus to a row, if it is there. */
  focus(id) {
    const item = this.#items.get(id);
    if (item) item.querySelector('.open').focus();
  }

  #forget(kept) {
    for (const [id, item] of this.#items) {
      if (kept.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
  }

  #place(rows) {
    const box = element('list');
    const now = this.#list.portalTime(Date.now());
    rows.forEach((row, at) => {
      const item = this.#itemOf(row);
      drawRow(row, item, now, this.#on);
      if (box.children[at] !== item) box.insertBefore(item, box.children[at] || null);
    });
  }

  #itemOf(row) {
    if (!this.#items.has(row.id)) {
      const item = make('li');
      item.dataset.id = row.id;
      this.#items.set(row.id, item);
    }
    return this.#items.get(row.id);
  }

  /** The button may have been drawn anew or its row may be gone; moving it takes the focus away as well. */
  #refocus({ held, row, place }) {
    if (!row || document.activeElement === held) return;
    if (document.contains(held)) {
      held.focus({ preventScroll: true });
      return;
    }
    const item = this.#items.get(row.dataset.id);
    const again = item && item.querySelectorAll('button')[place];
    const box = element('list');
    (again || box.querySelector('.open') || box).focus({ preventScroll: true });
  }

  #choose(id) {
    this.#chosen = id;
    for (const [other, item] of this.#items) item.classList.toggle('chosen', other === id);
    showWire(this.#list.rows.get(id));
  }

  #rove(to) {
    for (const [id, item] of this.#items) {
      for (const button of item.querySelectorAll('button')) button.tabIndex = id === to ? 0 : -1;
    }
  }

  #drawEmpty(count) {
    const search = this.#list.search.trim();
    const empty = element('empty');
    empty.hidden = count > 0;
    if (!this.#list.loaded) empty.textContent = 'Loading…';
    else if (search) empty.textContent = `Nothing here contains “${search}”.`;
    else empty.textContent = 'No conversations here yet.';
  }
}

/** The element with the focus, the row that it is in, and which of the row's buttons it is. */
function heldFocus() {
  const held = document.activeElement;
  const row = held && held.closest('.row');
  return { held, row, place: row && [...row.querySelectorAll('button')].indexOf(held) };
}

function focusedId() {
  const { row } = heldFocus();
  return row ? row.dataset.id : '';
}

function onKey(event) {
  if (['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  const items = [...element('list').querySelectorAll('.open')];
  const { row } = heldFocus();
  const next = step(event, items, row ? items.indexOf(row.querySelector('.open')) : -1);
  if (next) next.focus();
}
