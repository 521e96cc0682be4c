// What every part of the page needs: its elements by name, new ones, words for people, the arrow keys.
//
// Must hold: what comes from the portal is shown as text, never as markup.

/** The element that the page has under this id. */
export const element = (id) => document.getElementById(id);

/** A new element; children are elements or texts, and empty ones are left out. */
export function make(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== ''));
  return made;
}

/** A new button that is no form's. */
export function makeButton(className, ...children) {
  const button = make('button', className, ...children);
  button.type = 'button';
  return button;
}

/** One of the drawings at the page's end. */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Words for those who hear the page instead of seeing it. */
export const hush = (text) => make('span', 'hush', text);

/** Tells them what was just done. */
export function say(text) {
  element('said').textContent = text;
}

/** Shows how fresh the list is. */
export function showLive(good, text) {
  element('live').hidden = false;
  element('live').classList.toggle('stale', !good);
  element('live-text').textContent = text;
}

/** Shows what went wrong; with `act`, with something the person did: that stays when the list is fresh again. */
export function showAlert(text, act = false) {
  element('alert').hidden = false;
  if (act) element('alert').dataset.act = 'yes';
  else delete element('alert').dataset.act;
  if (element('alert-text').textContent !== text) element('alert-text').textContent = text;
}

/** Takes the alert away. */
export function closeAlert() {
  element('alert').hidden = true;
  delete element('alert').dataset.act;
  element('alert-text').textContent = '';
}

/** Takes the alert away unless it is about something the person did. */
export function calm() {
  if (!element('alert').dataset.act) closeAlert();
}

/** The item that an arrow key, Home or End leads to from the one at `at`; null for other keys and at the ends. */
export function step(event, items, at) {
  const [before, next, last] = [at - 1, at + 1, items.length - 1];
  const places = { ArrowDown: next, ArrowRight: next, ArrowUp: before, ArrowLeft: before, Home: 0, End: last };
  const to = places[event.key];
  if (to === undefined || !items[to]) return null;
  event.preventDefault();
  return items[to];
}
