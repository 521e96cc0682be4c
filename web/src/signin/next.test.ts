import { describe, expect, it } from 'vitest';
import { nextOf } from './next';

describe('where to go on to', () => {
  it('is the page where applications are let in', () => {
    const next = '/oauth/authorize/?client_id=local.1&state=a%20b';
    expect(nextOf(`?next=${encodeURIComponent(next)}`)).toBe(next);
  });

  it('is no other address', () => {
    for (const other of ['', '/', '//evil.example/oauth/authorize/', 'https://evil.example/', 'javascript:1', '/oauth/authorize/\\..']) {
      expect(nextOf(`?next=${encodeURIComponent(other)}`)).toBeNull();
    }
    expect(nextOf('')).toBeNull();
  });
});
