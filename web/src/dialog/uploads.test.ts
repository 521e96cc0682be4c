import { expect, test, vi } from 'vitest';
import { Failure } from '../portal/failure';
import { settle } from '../portal/home';
import type { Rest } from '../portal/rest';
import { createUploads, type Send } from './uploads';

vi.stubGlobal('location', { origin: 'https://portal.lately.test' });
settle('http://127.0.0.1:8080');

const file = (name: string, size = 3) => ({ name, size }) as File;

const commits = (asked: [string, Record<string, unknown>][]) => asked.filter(([method]) => method === 'im.disk.file.commit').map(([, params]) => params);

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

test('what was chosen together is brought one after the other and posted as one message', async () => {
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
  uploads.add('2', [file('c.png')]);
  await vi.waitFor(() => expect(posted).toEqual(['chat7', '2']));
  expect(sent).toEqual(['a.png', 'b.png', 'c.png']);
  expect(commits(asked)).toEqual([{ DIALOG_ID: 'chat7', UPLOAD_ID: [41, 42] }, { DIALOG_ID: '2', UPLOAD_ID: 43 }]);
  expect(uploads.waiting.value).toEqual([]);
});

test('one message takes ten files; the others follow in another', async () => {
  const { asked, rest } = portal();
  let id = 0;
  const posted: string[] = [];
  const uploads = createUploads(rest, (dialog) => posted.push(dialog), async () => (id += 1));
  uploads.add('2', Array.from({ length: 12 }, (_, place) => file(`${place}.txt`)));
  await vi.waitFor(() => expect(posted).toEqual(['2', '2']));
  expect(commits(asked).map((one) => one.UPLOAD_ID)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12]]);
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
  uploads.add('2', [file('big.bin')]);
  uploads.add('2', [file('small.bin')]);
  await vi.waitFor(() => expect(posted).toEqual(['2']));
  expect(uploads.waiting.value.map((one) => [one.name, one.failed?.code])).toEqual([['big.bin', 'DISK_FILE_TOO_LARGE']]);
  refuse = false;
  uploads.again(uploads.waiting.value[0]?.key ?? 0);
  await vi.waitFor(() => expect(posted).toEqual(['2', '2']));
  expect(asked.filter(([method]) => method === 'im.disk.file.commit')).toHaveLength(2);
});

test('of what was chosen together nothing is posted while one is refused; without it the others are', async () => {
  const { asked, rest } = portal();
  const send: Send = async (_, __, one) => {
    if (one.name === 'big.bin') throw new Failure('DISK_FILE_TOO_LARGE', 'too large', 400);
    return 7;
  };
  const posted: string[] = [];
  const uploads = createUploads(rest, (dialog) => posted.push(dialog), send);
  uploads.add('2', [file('big.bin'), file('small.bin')]);
  await vi.waitFor(() => expect(uploads.waiting.value.map((one) => [one.failed?.code ?? '', one.id])).toEqual([['DISK_FILE_TOO_LARGE', 0], ['', 7]]));
  expect(commits(asked)).toEqual([]);
  uploads.drop(uploads.waiting.value[0]?.key ?? 0);
  await vi.waitFor(() => expect(posted).toEqual(['2']));
  expect(commits(asked)).toEqual([{ DIALOG_ID: '2', UPLOAD_ID: 7 }]);
});

test('what failed because the portal was away goes on when it is back; what was refused does not', async () => {
  const { rest } = portal();
  let away = true;
  const tried: string[] = [];
  const send: Send = async (_, __, one) => {
    tried.push(one.name);
    if (one.name === 'bad.bin') throw new Failure('DISK_FILE_TOO_LARGE', 'too large', 400);
    if (away) throw new Failure('offline', 'away');
    return 1;
  };
  const posted: string[] = [];
  const uploads = createUploads(rest, (dialog) => posted.push(dialog), send);
  uploads.add('2', [file('a.txt')]);
  uploads.add('2', [file('bad.bin')]);
  await vi.waitFor(() => expect(uploads.waiting.value.every((one) => one.failed)).toBe(true));
  away = false;
  uploads.resume();
  await vi.waitFor(() => expect(posted).toEqual(['2']));
  expect(tried).toEqual(['a.txt', 'bad.bin', 'a.txt']);
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
