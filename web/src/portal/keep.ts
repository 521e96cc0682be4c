// What is kept in this browser, to be read while the portal is away. It goes when somebody signs out.
//
// Must hold: what one person read is under their number, and nothing of it is a secret that opens the portal.

const PREFIX = 'lately.kept.';

/** Keeps something for this person; without room it is not kept. */
export function keep(me: number, name: string, value: unknown) {
  try {
    localStorage.setItem(`${PREFIX}${me}.${name}`, JSON.stringify(value));
  } catch {
    forgetAll();
  }
}

/** What was kept, if it was. */
export function kept<T>(me: number, name: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(`${PREFIX}${me}.${name}`) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

/** Takes one thing away. */
export function forget(me: number, name: string) {
  localStorage.removeItem(`${PREFIX}${me}.${name}`);
}

/** What the SDK keeps of the push channel, its token included. */
const OF_PUSH = '@bitrix24/b24jssdk-pull-';

/** Takes away everything that was kept here, whoever read it. */
export function forgetAll() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) || name.startsWith(OF_PUSH)) localStorage.removeItem(name);
}
