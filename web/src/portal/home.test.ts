import { expect, test, vi } from 'vitest';
import { atHome, settle } from './home';

vi.stubGlobal('location', { origin: 'http://127.0.0.1:8080' });

test('links of the portal lead to where the page came from, and others stay', () => {
  const own = 'https://127.0.0.1:8443/rest/download.json?token=a';
  expect(atHome(own)).toBe(own);
  settle('https://127.0.0.1:8443');
  expect(atHome(own)).toBe('http://127.0.0.1:8080/rest/download.json?token=a');
  expect(atHome('https://127.0.0.1:84430/rest/')).toBe('https://127.0.0.1:84430/rest/');
  expect([atHome('https://cdn.example/a.png'), atHome('')]).toEqual(['https://cdn.example/a.png', '']);
});
