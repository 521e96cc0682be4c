// Light or dark: as the system is, unless somebody chose.

import { ref, watchEffect } from 'vue';

export type Theme = 'system' | 'light' | 'dark';

const KEPT = 'lately.theme';
const wish = window.matchMedia('(prefers-color-scheme: dark)');
const systemDark = ref(wish.matches);
wish.addEventListener('change', (event) => {
  systemDark.value = event.matches;
});

function kept(): Theme {
  const found = localStorage.getItem(KEPT);
  return found === 'light' || found === 'dark' ? found : 'system';
}

export const theme = ref<Theme>(kept());

export function setTheme(next: Theme) {
  theme.value = next;
  localStorage.setItem(KEPT, next);
}

watchEffect(() => {
  const dark = theme.value === 'dark' || (theme.value === 'system' && systemDark.value);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
});
