// The aside: the list as one call on the command line, and the chosen row as it came.
//
// Must hold: a secret is shown only where it is none, in a demo; what is copied works.

import { element, say, showAlert } from './page.js';

/** Shows the call that the list is an answer to. */
export function showCommand(portal, tab) {
  element('curl').textContent = command(portal, tab, portal.demo);
}

/** Copies that call, with its secret; where the browser forbids it, what is shown is selected. */
export async function copyCommand(portal, tab) {
  const button = element('copy');
  try {
    await navigator.clipboard.writeText(command(portal, tab, true));
    say('Copied');
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  } catch {
    getSelection().selectAllChildren(element('curl'));
    showAlert('The browser does not let the page copy; the line is selected for you.', true);
  }
}

/** Shows what the whole list weighed. */
export function showFigures(rows, bytes, took) {
  const size = bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(0)} KB`;
  const what = `${rows} rows, ${size}, in ${took.toFixed(0)} ms.`;
  element('figures').textContent = `${what} Since then only what changed is asked for, with LAST_SYNC_DATE.`;
}

/** Shows a row as it came, or that there is none. */
export function showWire(row) {
  const text = row ? JSON.stringify(row.raw, null, 2) : '';
  if (element('wire').textContent !== text) element('wire').textContent = text;
}

function command({ base }, tab, secret) {
  const path = secret ? base : base.replace(/[^/]+\/$/, '••••••/');
  const params = Object.entries(tab.params).map(([name, value]) => `-d ${name}=${value} `);
  return `curl ${params.join('')}'${location.origin}${path}im.recent.get'`;
}
