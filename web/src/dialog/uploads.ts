// Files on their way into a dialog: brought to the folder of its chat, then posted.
//
// Must hold: they go one after the other, in the order in which they were chosen; nothing is posted before all of its
// bytes are there.

import { ref } from 'vue';
import { asFailure, Failure } from '../portal/failure';
import { atHome } from '../portal/home';
import type { Rest } from '../portal/rest';

/** A file that is not posted yet. */
export interface Upload {
  readonly key: number;
  readonly dialog: string;
  readonly name: string;
  readonly size: number;
  /** How many bytes are there. */
  readonly sent: number;
  /** Why it was not taken; null while it waits or goes. */
  readonly failed: Failure | null;
}

/** The most that wait at a time. */
const MOST = 50;

/** Sends one file in a form to an address, and answers what the portal made of it. */
export type Send = (address: string, field: string, file: File, told: (sent: number) => void, stop: AbortSignal) => Promise<number>;

export function createUploads(rest: Rest, onPosted: (dialog: string) => void, send: Send = sendForm) {
  const waiting = ref<Upload[]>([]);
  const bytes = new Map<number, { file: File; stop: AbortController }>();
  let last = 0;
  let busy = false;

  function change(key: number, part: Partial<Upload>) {
    waiting.value = waiting.value.map((one) => (one.key === key ? { ...one, ...part } : one));
  }

  function add(dialog: string, files: readonly File[]) {
    for (const file of files.slice(0, MOST - waiting.value.length)) {
      last += 1;
      bytes.set(last, { file, stop: new AbortController() });
      waiting.value = [...waiting.value, { key: last, dialog, name: file.name, size: file.size, sent: 0, failed: null }];
    }
    void work();
  }

  function drop(key: number) {
    bytes.get(key)?.stop.abort();
    bytes.delete(key);
    waiting.value = waiting.value.filter((one) => one.key !== key);
  }

  async function work() {
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        const next = waiting.value.find((one) => one.failed === null);
        if (!next) return;
        await post(next);
      }
    } finally {
      busy = false;
    }
  }

  async function post({ key, dialog }: Upload) {
    const kept = bytes.get(key);
    if (!kept) return drop(key);
    try {
      const folder = await rest.call<{ ID: number }>('im.disk.folder.get', { DIALOG_ID: dialog });
      const place = await rest.call<{ field: string; uploadUrl: string }>('disk.folder.uploadFile', { id: folder.ID, generateUniqueName: true });
      const file = await send(atHome(place.uploadUrl), place.field, kept.file, (sent) => change(key, { sent }), kept.stop.signal);
      if (!bytes.has(key)) return;
      await rest.call('im.disk.file.commit', { DIALOG_ID: dialog, UPLOAD_ID: file });
      drop(key);
      onPosted(dialog);
    } catch (thrown) {
      if (bytes.has(key)) change(key, { failed: asFailure(thrown), sent: 0 });
    }
  }

  return {
    waiting,
    add,
    drop,
    again: (key: number) => {
      change(key, { failed: null });
      void work();
    },
    stop: () => waiting.value.forEach((one) => drop(one.key)),
  };
}

export type Uploads = ReturnType<typeof createUploads>;

/** With the old way of calling, since the new one does not tell how far it is. */
function sendForm(address: string, field: string, file: File, told: (sent: number) => void, stop: AbortSignal): Promise<number> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('POST', address);
    request.responseType = 'json';
    request.upload.onprogress = (event) => told(Math.min(event.loaded, file.size));
    request.onerror = () => fail(new Failure('offline', 'The portal was not reached'));
    request.onabort = () => fail(new Failure('stopped', 'It was stopped'));
    request.onload = () => {
      const answer = request.response as { result?: { ID?: unknown }; error?: unknown; error_description?: unknown } | null;
      const id = Number(answer?.result?.ID);
      if (id > 0) done(id);
      else fail(new Failure(String(answer?.error ?? ''), String(answer?.error_description ?? ''), request.status));
    };
    stop.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.append(field, file, file.name);
    request.send(form);
  });
}
