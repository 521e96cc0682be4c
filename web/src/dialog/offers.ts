// What is offered while one writes: people after `@`, commands of bots after `/`. One list at a time.
//
// Must hold: what was turned down is not offered again before something else is written there.

import { computed, ref, shallowRef } from 'vue';
import { useMessenger } from '../messenger';
import { commandsIn } from '../portal/session';
import type { WireUser } from '../portal/wire';
import { language } from '../words';
import { commandAt, meant, type Command } from './commands';
import { wantedAt, type Wanted } from './mention';

export type Offer = { kind: 'person'; user: WireUser } | { kind: 'command'; command: Command };

/** How many people are offered. */
const PEOPLE = 6;

export function useOffers(dialog: string, pick: (offer: Offer, wanted: Wanted) => void) {
  const { people, me, session } = useMessenger();
  const offered = shallowRef<Offer[]>([]);
  const pointed = ref(0);
  const wanted = shallowRef<Wanted | null>(null);
  const kind = computed(() => offered.value[0]?.kind ?? 'person');
  /** What can be given here, as far as it is known. */
  let commands: Command[] = [];
  /** Where the command stands that is being written, and where an offer was turned down; -1 for nowhere. */
  let writing = -1;
  let refused = -1;
  let round = 0;

  function show(offers: Offer[]) {
    offered.value = offers;
    pointed.value = 0;
  }

  /** Looks what to offer for a text where the caret stands. Whoever edits gives no commands. */
  function look(text: string, caret: number, names: Iterable<string>, editing: boolean) {
    round += 1;
    const command = editing ? null : commandAt(text, caret, names);
    const found = command ?? wantedAt(text, caret);
    wanted.value = found;
    if (!command) writing = -1;
    if (found?.at !== refused) refused = -1;
    if (!found || refused >= 0) show([]);
    else if (command) void lookForCommands(command.at);
    else void lookForPeople(found.text, round);
  }

  /** Asks once for each command what can be given, and offers what was known before until the answer is there. */
  async function lookForCommands(at: number) {
    offerCommands();
    if (writing === at) return;
    writing = at;
    const known = await commandsIn(session.sessid, dialog, language.value).catch(() => null);
    if (known) commands = known;
    if (writing === at) offerCommands();
  }

  function offerCommands() {
    const written = wanted.value?.text ?? '';
    show(meant(commands, written).map((command) => ({ kind: 'command', command })));
  }

  async function lookForPeople(text: string, mine: number) {
    const wish = text.toLocaleLowerCase();
    const other = (user: WireUser) => Number(user.id) !== me;
    const here = [...people.known.values()].filter((user) => other(user) && user.active !== false && user.name.toLocaleLowerCase().includes(wish));
    const offer = (users: WireUser[]) => show(users.slice(0, PEOPLE).map((user) => ({ kind: 'person', user })));
    offer(here);
    if (wish.length < 2 || here.length >= PEOPLE) return;
    const more = await people.find(text).catch((): WireUser[] => []);
    if (mine !== round) return;
    const known = new Set(here.map((user) => user.id));
    offer([...here, ...more.filter((user) => !known.has(user.id) && other(user))]);
  }

  function choose(offer: Offer) {
    const place = wanted.value;
    close();
    if (place) pick(offer, place);
  }

  function close() {
    round += 1;
    wanted.value = null;
    writing = -1;
    show([]);
  }

  /** Whether a command stands there already as it would be put, and nothing belongs behind it: then Enter sends it. */
  const isWhole = (offer: Offer) =>
    offer.kind === 'command' && !offer.command.params && offer.command.command === wanted.value?.text.toLocaleLowerCase();

  /** Whether a key was for the list. */
  function key(event: KeyboardEvent): boolean {
    const offer = offered.value[pointed.value];
    const count = offered.value.length;
    if (!offer) return false;
    const picks = (event.key === 'Enter' && !isWhole(offer)) || event.key === 'Tab';
    if (event.key === 'ArrowDown') pointed.value = (pointed.value + 1) % count;
    else if (event.key === 'ArrowUp') pointed.value = (pointed.value + count - 1) % count;
    else if (picks && !event.shiftKey) choose(offer);
    else if (event.key === 'Escape') {
      const at = wanted.value?.at ?? -1;
      close();
      refused = at;
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return { offered, pointed, kind, look, choose, close, key };
}
