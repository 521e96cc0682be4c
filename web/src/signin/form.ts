// What the forms of strangers have in common: sending once, and saying what went wrong.

import { ref } from 'vue';
import { asFailure } from '../portal/failure';
import { readable } from '../words';

export function useForm<T>(send: () => Promise<T>, done: (result: T) => void) {
  const busy = ref(false);
  const problem = ref('');

  async function submit() {
    if (busy.value) return;
    busy.value = true;
    problem.value = '';
    try {
      done(await send());
    } catch (thrown) {
      problem.value = readable(asFailure(thrown));
    } finally {
      busy.value = false;
    }
  }

  return { busy, problem, submit };
}
