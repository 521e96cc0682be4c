// People by number, as the API told of them last.

import { shallowReactive } from 'vue';
import type { Rest } from '../portal/rest';
import type { WireUser } from '../portal/wire';

export function createPeople(rest: Rest) {
  const known = shallowReactive(new Map<number, WireUser>());

  function learn(users: Iterable<WireUser | null | undefined>) {
    for (const user of users) if (user) known.set(Number(user.id), user);
  }

  /** Takes what changed about people who are known. */
  function amend(changes: Record<string, Partial<WireUser>>) {
    for (const [id, change] of Object.entries(changes)) {
      const user = known.get(Number(id));
      if (user) known.set(Number(id), { ...user, ...change });
    }
  }

  return {
    known,
    learn,
    amend,
    name: (id: number) => known.get(id)?.name ?? '',
    /** Asks for one person, also when they are known. */
    async ask(id: number): Promise<WireUser> {
      const user = await rest.call<WireUser>('im.user.get', { ID: id });
      learn([user]);
      return user;
    },
    /** People whose name begins like this. */
    async find(text: string): Promise<WireUser[]> {
      const found = await rest.call<Record<string, WireUser> | []>('im.search.user.list', { FIND: text, LIMIT: 20 });
      return Object.values(found);
    },
  };
}

export type People = ReturnType<typeof createPeople>;
