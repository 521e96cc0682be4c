// The page at `/`: somebody's recent list through `im.recent.get`, kept fresh by asking for what changed.
//
// Starts the page and puts its parts together: list.js is what is known, portal.js where it comes from, recent.js keeps
// the one up to the other, panel.js and row.js draw it, wire.js shows it as a call, sign-in.js says who looks.

import { RecentList, TABS } from './list.js';
import { closeAlert, element, makeButton, step } from './page.js';
import { Portal } from './portal.js';
import { Recent } from './recent.js';
import { SignIn } from './sign-in.js';
import { copyCommand } from './wire.js';

const portal = new Portal();
const list = new RecentList();
const recent = new Recent(portal, list, (why) => signIn.signOut(why));
const signIn = new SignIn(portal, () => (portal.base ? recent.restart() : recent.stop()));

function start() {
  drawTabs();
  element('search').addEventListener('input', () => {
    list.search = element('search').value;
    recent.draw();
  });
  element('alert-close').addEventListener('click', closeAlert);
  element('copy').addEventListener('click', () => copyCommand(portal, list.tab));
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) recent.refresh();
  });
  signIn.begin();
}

function drawTabs() {
  for (const tab of TABS) {
    const button = makeButton('', tab.name);
    button.id = `tab-${tab.key}`;
    button.setAttribute('role', 'tab');
    button.setAttribute('aria-controls', 'panel');
    button.addEventListener('click', () => {
      chooseTab(tab);
      recent.restart();
    });
    element('tabs').append(button);
  }
  element('tabs').addEventListener('keydown', (event) => {
    const buttons = [...element('tabs').children];
    const next = step(event, buttons, buttons.indexOf(document.activeElement));
    if (!next) return;
    next.focus();
    next.click();
  });
  chooseTab(list.tab);
}

function chooseTab(tab) {
  list.tab = tab;
  for (const button of element('tabs').children) {
    const chosen = button.id === `tab-${tab.key}`;
    button.setAttribute('aria-selected', String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  }
  element('panel').setAttribute('aria-labelledby', `tab-${tab.key}`);
}

start();
