// What the portal is called: everybody is told, also who has not signed in.

import { ref } from 'vue';

const KEPT = 'lately.name';

/** The portal's name, as far as it is known. */
export const portalName = ref(localStorage.getItem(KEPT) ?? 'Lately');

/** Asks for the name. Without a connection the one that was known stays. */
export async function learnName() {
  try {
    const response = await fetch('/portal.json', { cache: 'no-store' });
    const body = (await response.json()) as { result?: { name?: unknown } };
    if (typeof body.result?.name !== 'string') return;
    portalName.value = body.result.name;
    localStorage.setItem(KEPT, body.result.name);
  } catch {
    // It is asked again when the page is opened next.
  }
}
