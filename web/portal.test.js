// Which addresses are taken for a webhook: this portal's own and no other's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Portal, Refused, reason, userOf, webhookPath } from './portal.js';

const HERE = new URL('https://portal.example:8443/');

test('a webhook is taken as an address or a path, with or without a method', () => {
  for (const text of [
    'https://portal.example:8443/rest/7/abc123/',
    ' https://PORTAL.example:8443/rest/7/abc123/im.recent.get.json?LIMIT=1 ',
    'http://portal.example:8443/rest/7/abc123',
    '/rest/7/abc123/',
  ]) {
    assert.equal(webhookPath(text, HERE), '/rest/7/abc123/', text);
  }
});

test('a webhook of another portal is refused', () => {
  for (const text of [
    'https://elsewhere.example/rest/7/abc123/',
    'https://portal.example/rest/7/abc123/',
    'https://portal.example:8443@elsewhere.example/rest/7/abc123/',
    '//elsewhere.example/rest/7/abc123/',
  ]) {
    assert.throws(() => webhookPath(text, HERE), /its own portal only: portal\.example:8443/, text);
  }
});

test('what is no webhook is refused', () => {
  for (const text of ['', 'abc123', '/rest/7/', '/rest/alice/abc123/', '/rest/7/abc-123/', 'javascript:alert(1)']) {
    assert.throws(() => webhookPath(text, HERE), /A webhook looks like/, text);
  }
  assert.throws(() => webhookPath('https://', HERE), /not an address/);
});

test('a webhook tells whose it is', () => {
  const portal = new Portal();
  assert.equal(portal.me, 0);
  portal.base = '/rest/7/abc123/';
  assert.equal(portal.me, 7);
  assert.equal(userOf(portal.base), 7);
});

test('a refusal is told in the portal\'s words, anything else is a portal out of reach', () => {
  assert.equal(reason(new Refused(400, 'WRONG', 'That is wrong.')), 'That is wrong.');
  assert.equal(reason(new Refused(400, 'WRONG', '')), 'WRONG');
  assert.equal(reason(new Refused(502, '', '')), 'The portal answered 502.');
  assert.equal(reason(new TypeError('Failed to fetch')), 'The portal cannot be reached.');
});
