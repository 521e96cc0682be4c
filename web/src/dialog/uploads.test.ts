import { expect, test, vi } from 'vitest';
import { Failure } from '../portal/failure';
import { settle } from '../portal/home';
import type { Rest } from '../portal/rest';
import { createUploads, type Send } from './uploads';

vi.stubGlobal('location', { origin: 'https://portal.lately.test' });
settle('http://127.0.0.1:8080');

const file = (name: string, size = 3) => ({ name, size }) as File;

/** A portal that notes what it is asked. */
function portal() {
  const asked: [string, Record<string, unknown>][] = [];
  const call = async (method: string, params: Record<string, unknown>) => {
    asked.push([method, params]);
    if (method === 'im.disk.folder.get') return { ID: 5 };
    return { field: 'file', uploadUrl: 'http://127.0.0.1:8080/rest/upload.json?token=a' };
  };
  return { asked, rest: { call } as unknown as Rest };
}

test('files are brought and posted one after the other', async () => {
  const { asked, rest } = portal();
  const sent: string[] = [];
  const send: Send = async (address, field, one) => {
    expect([address, field]).toEqual(['https://portal.lately.test/rest/upload.json?token=a', 'file']);
    sent.push(one.name);
    return 40 + sent.length;
  };
  const posted: string[] = [];
  const uploads = createUploads(rest, (dialog) => posted.push(dialog), send);
  uploads.add('chat7', [file('a.png'), file('b.png')]);
  await vi.waitFor(() => expect(posted).toEqual(['chat7', 'chat7']));
  expect(sent).toEqual(['a.png', 'b.png']);
  const commits = asked.filter(([method]) => method === 'im.disk.file.commit').map(([, params]) => params);
  expect(commits).toEqual([{ DIALOG_ID: 'chat7', UPLOAD_ID: 41 }, { DIALOG_ID: 'chat7', UPLOAD_ID: 42 }]);
  expect(uploads.waiting.value).toEqual([]);
});

test('what is refused says why and goes when it is sent again; the next one does not wait for it', async () => {
  const { asked, rest } = portal();
  let refuse = true;
  const send: Send = async (_, __, one) => {
    if (one.name === 'big.bin' && refuse) throw new Failure('DISK_FILE_TOO_LARGE', 'too large', 400);
    return 1;
  };
  const posted: string[] = [];
  const uploads = createUploads(rest, (dialog) => posted.push(dialog), send);
  uploads.add('2', [file('big.bin'), file('small.bin')]);
  await vi.waitFor(() => expect(posted).toEqual(['2']));
  expect(uploads.waiting.value.map((one) => [one.name, one.failed?.code])).toEqual([['big.bin', 'DISK_FILE_TOO_LARGE']]);
  refuse = false;
  uploads.again(uploads.waiting.value[0]?.key ?? 0);
  await vi.waitFor(() => expect(posted).toEqual(['2', '2']));
  expect(asked.filter(([method]) => method === 'im.disk.file.commit')).toHaveLength(2);
});

test('what is dropped on its way is not posted', async () => {
  const { asked, rest } = portal();
  let arrive = (_: number) => {};
  const going = vi.fn<Send>(() => new Promise((done) => (arrive = done)));
  const uploads = createUploads(rest, () => {}, going);
  uploads.add('2', [file('a.png')]);
  await vi.waitFor(() => expect(going).toHaveBeenCalled());
  expect(going.mock.calls[0]?.[4].aborted).toBe(false);
  uploads.drop(uploads.waiting.value[0]?.key ?? 0);
  expect(going.mock.calls[0]?.[4].aborted).toBe(true);
  arrive(9);
  await vi.waitFor(() => expect(uploads.waiting.value).toEqual([]));
  expect(asked.map(([method]) => method)).not.toContain('im.disk.file.commit');
});
