// What somebody began to write and did not send, by dialog; kept in this browser.

import { ref } from 'vue';

/** The most that are kept, the newest of them. */
const MOST = 100;

export function createDrafts(me: number) {
  const place = `lately.drafts.${me}`;
  const all = ref<Record<string, string>>(stored());

  function stored(): Record<string, string> {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '{}');
      return kept && typeof kept === 'object' ? (kept as Record<string, string>) : {};
    } catch {
      return {};
    }
  }

  return {
    all,
    get: (id: string) => all.value[id] ?? '',
    set: (id: string, text: string) => {
      const { [id]: _, ...others } = all.value;
      const next = text.trim() ? { ...others, [id]: text } : others;
      all.value = Object.fromEntries(Object.entries(next).slice(-MOST));
      try {
        localStorage.setItem(place, JSON.stringify(all.value));
      } catch {
        // Without room they are kept as long as the page is.
      }
    },
  };
}

export type Drafts = ReturnType<typeof createDrafts>;
