import { expect, test, vi } from 'vitest';
import { atHome, inside, settle } from './home';

vi.stubGlobal('location', { origin: 'http://127.0.0.1:8080' });

test('links of the portal lead to where the page came from, and others stay', () => {
  const own = 'https://127.0.0.1:8443/rest/download.json?token=a';
  expect(atHome(own)).toBe(own);
  settle('https://127.0.0.1:8443');
  expect(atHome(own)).toBe('http://127.0.0.1:8080/rest/download.json?token=a');
  expect(atHome('https://127.0.0.1:84430/rest/')).toBe('https://127.0.0.1:84430/rest/');
  expect([atHome('https://cdn.example/a.png'), atHome('')]).toEqual(['https://cdn.example/a.png', '']);
});

test('a link to a dialog of the portal stays within the page; no other does', () => {
  settle('https://127.0.0.1:8443');
  expect(inside('https://127.0.0.1:8443/#/dialog/chat7')).toBe('#/dialog/chat7');
  expect(inside('http://127.0.0.1:8080/#/dialog/7/345')).toBe('#/dialog/7/345');
  for (const other of ['https://127.0.0.1:8443/rest/#/dialog/7', 'https://a.example/#/dialog/7', 'https://127.0.0.1:8443/#/admin', 'https://127.0.0.1:8443/#/dialog/7"x', '']) expect(inside(other)).toBe('');
});
