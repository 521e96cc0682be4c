// Who is looking: somebody whom a demo offers, or whoever has a webhook.
//
// Must hold: a webhook is kept in this tab only, and forgotten with it or when the portal does not accept it; a demo's
// are not kept at all.

import { closeAlert, element, make, showAlert } from './page.js';
import { demoPeople, keep, kept, userOf, webhookPath } from './portal.js';

const KINDS = {
  employee: 'Employees',
  extranet: 'Guests',
  bot: 'Bots',
  connector: 'Customers',
  network: 'Other portals',
};

/** The way in and out. */
export class SignIn {
  #portal;
  #onChange;

  /** `onChange` runs when the portal has another base. */
  constructor(portal, onChange) {
    this.#portal = portal;
    this.#onChange = onChange;
    element('sign-in').addEventListener('submit', (event) => this.#submitted(event));
    element('sign-out').addEventListener('click', () => this.signOut());
  }

  /** Lets a demo's first person in, or whose webhook the tab keeps, or asks for one. */
  async begin() {
    const people = await demoPeople();
    if (people.length) {
      this.#portal.demo = true;
      this.#actAs(this.#offer(people));
      return;
    }
    const base = kept();
    if (base) this.#enter(base);
    else element('sign-in').hidden = false;
  }

  /** Out again; `why` says what was wrong with the webhook, if something was. */
  signOut(why = '') {
    if (this.#portal.demo) {
      showAlert(`${why} Start the page again if the demo was made anew.`);
      return;
    }
    keep('');
    closeAlert();
    for (const id of ['recent', 'try', 'who', 'live']) element(id).hidden = true;
    element('sign-in').hidden = false;
    this.#portal.base = '';
    this.#onChange();
    showError(why);
    element('webhook').focus();
  }

  #actAs(base) {
    element('sign-in').hidden = true;
    for (const id of ['recent', 'try', 'who']) element(id).hidden = false;
    this.#portal.base = base;
    this.#onChange();
  }

  /** Fills the picker; answers the webhook of the person who is picked first. */
  #offer(people) {
    const picker = element('person');
    for (const [kind, name] of Object.entries(KINDS)) {
      const options = people.filter((user) => user.kind === kind).map(option);
      if (!options.length) continue;
      const group = make('optgroup', '', ...options);
      group.label = name;
      picker.append(group);
    }
    picker.addEventListener('change', () => this.#actAs(picker.value));
    return picker.value;
  }

  #submitted(event) {
    event.preventDefault();
    const input = element('webhook');
    try {
      const base = webhookPath(input.value, location);
      input.value = '';
      showError('');
      this.#enter(base);
    } catch (error) {
      showError(error.message);
      input.focus();
    }
  }

  async #enter(base) {
    keep(base);
    element('person').hidden = true;
    document.querySelector('.who label').hidden = true;
    const name = element('me');
    for (const shown of [name, element('sign-out')]) shown.hidden = false;
    name.textContent = `User ${userOf(base)}`;
    this.#actAs(base);
    try {
      const { answer } = await this.#portal.call('im.user.get');
      if (this.#portal.base === base) name.textContent = answer.result.name;
    } catch {
      // The number says enough.
    }
  }
}

function option(user) {
  return new Option(user.admin ? `${user.name} (administrator)` : user.name, user.path);
}

function showError(text) {
  element('webhook-error').textContent = text;
  element('webhook-error').hidden = !text;
  element('webhook').setAttribute('aria-invalid', String(Boolean(text)));
}
