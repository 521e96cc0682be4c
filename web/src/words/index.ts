// The page's words, in the language of whoever reads.

import { computed, ref, watchEffect } from 'vue';
import type { Failure } from '../portal/failure';
import { en, type Key } from './en';
import { fill } from './fill';
import { ru } from './ru';

export type { Key };

export const LANGUAGES = { en: 'English', ru: 'Русский' } as const;
export type Language = keyof typeof LANGUAGES;

const WORDS: Record<Language, Record<Key, string>> = { en, ru };
const KEPT = 'lately.language';

function preferred(): Language {
  const known = localStorage.getItem(KEPT) ?? navigator.language.slice(0, 2);
  return known in LANGUAGES ? (known as Language) : 'en';
}

/** The language of the page; setting it keeps it. */
export const language = ref<Language>(preferred());

/** How dates and numbers are written: as in the reader's own country, if it speaks the language. */
export const locale = computed(() => (navigator.language.startsWith(language.value) ? navigator.language : language.value));

watchEffect(() => {
  document.documentElement.lang = language.value;
});

export function setLanguage(next: Language) {
  language.value = next;
  localStorage.setItem(KEPT, next);
}

/** The words for a key, with what stands in braces filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(WORDS[language.value][key], values, language.value);
}

/** What to tell of a failure. */
export function readable(failure: Failure): string {
  const key = `fail.${failure.code}`;
  return key in en ? t(key as Key, { text: failure.message }) : t('fail.other', { text: failure.message || failure.code });
}
