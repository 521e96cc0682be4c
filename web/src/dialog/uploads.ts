// Files on their way into a dialog: brought to the folder of its chat, then posted.
//
// Must hold: they go one after the other, in the order in which they were chosen; what was chosen together is posted as
// one message, and not before all of its bytes are there.

import { ref } from 'vue';
import { asFailure, Failure } from '../portal/failure';
import { atHome } from '../portal/home';
import type { Rest } from '../portal/rest';

/** A file that is not posted yet. */
export interface Upload {
  readonly key: number;
  /** What was chosen together. */
  readonly group: number;
  readonly dialog: string;
  readonly name: string;
  readonly size: number;
  /** An address at which this browser shows it; empty for what is no picture. */
  readonly preview: string;
  /** How many bytes are there. */
  readonly sent: number;
  /** Its number at the portal once all of them are; zero before. */
  readonly id: number;
  /** Why it was not taken; null while it waits or goes. */
  readonly failed: Failure | null;
}

/** The most that wait at a time, and the most in one message. */
const MOST = 50;
const TOGETHER = 10;

/** Sends one file in a form to an address, and answers what the portal made of it. */
export type Send = (address: string, field: string, file: File, told: (sent: number) => void, stop: AbortSignal) => Promise<number>;

export function createUploads(rest: Rest, onPosted: (dialog: string) => void, send: Send = sendForm) {
  const waiting = ref<Upload[]>([]);
  const bytes = new Map<number, { file: File; stop: AbortController }>();
  let last = 0;
  let busy = false;

  function change(which: (one: Upload) => boolean, part: Partial<Upload>) {
    waiting.value = waiting.value.map((one) => (which(one) ? { ...one, ...part } : one));
  }

  const only = (key: number) => (one: Upload) => one.key === key;

  function add(dialog: string, files: readonly File[]) {
    let group = 0;
    files.slice(0, MOST - waiting.value.length).forEach((file, place) => {
      last += 1;
      if (place % TOGETHER === 0) group = last;
      bytes.set(last, { file, stop: new AbortController() });
      const preview = file.type?.startsWith('image/') ? URL.createObjectURL(file) : '';
      waiting.value = [...waiting.value, { key: last, group, dialog, name: file.name, size: file.size, preview, sent: 0, id: 0, failed: null }];
    });
    void work();
  }

  function forget(key: number) {
    const gone = waiting.value.find(only(key));
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    bytes.get(key)?.stop.abort();
    bytes.delete(key);
    waiting.value = waiting.value.filter((one) => one.key !== key);
  }

  /** What is next: a file to bring, or files that are all there. */
  function next(): { bring: Upload } | { post: Upload[] } | null {
    for (const one of waiting.value) {
      const group = waiting.value.filter((other) => other.group === one.group);
      if (group.every((other) => other.id && !other.failed)) return { post: group };
      if (!one.id && !one.failed) return { bring: one };
    }
    return null;
  }

  async function work() {
    if (busy) return;
    busy = true;
    try {
      for (let task = next(); task; task = next()) {
        if ('bring' in task) await bring(task.bring);
        else await post(task.post);
      }
    } finally {
      busy = false;
    }
  }

  async function bring({ key, dialog }: Upload) {
    const kept = bytes.get(key);
    if (!kept) return forget(key);
    try {
      const folder = await rest.call<{ ID: number }>('im.disk.folder.get', { DIALOG_ID: dialog });
      const place = await rest.call<{ field: string; uploadUrl: string }>('disk.folder.uploadFile', { id: folder.ID, generateUniqueName: true });
      const id = await send(atHome(place.uploadUrl), place.field, kept.file, (sent) => change(only(key), { sent }), kept.stop.signal);
      change(only(key), { id, sent: kept.file.size });
    } catch (thrown) {
      change(only(key), { failed: asFailure(thrown), sent: 0 });
    }
  }

  async function post(group: Upload[]) {
    const [first] = group;
    if (!first) return;
    const ids = group.map((one) => one.id);
    try {
      await rest.call('im.disk.file.commit', { DIALOG_ID: first.dialog, UPLOAD_ID: ids.length === 1 ? ids[0] : ids });
      for (const one of group) forget(one.key);
      onPosted(first.dialog);
    } catch (thrown) {
      change((one) => one.group === first.group, { failed: asFailure(thrown) });
    }
  }

  function again(which: (one: Upload) => boolean) {
    change((one) => one.failed !== null && which(one), { failed: null });
    void work();
  }

  return {
    waiting,
    add,
    drop: (key: number) => {
      forget(key);
      void work();
    },
    /** Tries a file once more, and what was chosen with it. */
    again: (key: number) => {
      const group = waiting.value.find(only(key))?.group;
      again((one) => one.group === group);
    },
    /** Goes on with what failed because the portal was away. */
    resume: () => again((one) => one.failed?.passes === true),
    stop: () => waiting.value.forEach((one) => forget(one.key)),
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
