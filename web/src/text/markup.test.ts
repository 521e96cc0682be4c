import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ATTACKS } from './attacks';
import { parse, plain, safeHref, type Node } from './markup';

const text = (of: string): Node => ({ kind: 'text', text: of });

describe('a message', () => {
  it('is styled by tags in any case', () => {
    expect(parse('a [B]b [i]c[/I][/b]')).toEqual([
      text('a '),
      { kind: 'style', style: 'bold', children: [text('b '), { kind: 'style', style: 'italic', children: [text('c')] }] },
    ]);
  });

  it('keeps brackets that are no tags', () => {
    expect(plain(parse('a[0] = [x] [/b] [unknown]y[/unknown]'))).toBe('a[0] = [x] [/b] [unknown]y[/unknown]');
  });

  it('ends what was never closed, and closes what crosses', () => {
    expect(parse('[b]x')).toEqual([{ kind: 'style', style: 'bold', children: [text('x')] }]);
    expect(plain(parse('[b]x[i]y[/b]z[/i]'))).toBe('xyz[/i]');
  });

  it('names people and chats', () => {
    expect(parse('[USER=5 REPLACE]Bob[/USER]')).toEqual([{ kind: 'user', id: '5', children: [text('Bob')] }]);
    expect(parse('[CHAT=12]Plan[/CHAT]')).toEqual([{ kind: 'chat', id: '12', children: [text('Plan')] }]);
    expect(parse('[USER=all]everybody[/USER]')).toEqual([text('everybody')]);
  });

  it('links addresses, without the full stop after them', () => {
    expect(parse('see https://a.example/x?y=1.')).toEqual([
      text('see '),
      { kind: 'link', href: 'https://a.example/x?y=1', children: [text('https://a.example/x?y=1')] },
      text('.'),
    ]);
    expect(parse('[URL=a.example]here[/URL]')).toEqual([{ kind: 'link', href: 'https://a.example/', children: [text('here')] }]);
  });

  it('quotes what stands between rules and after >>', () => {
    const rule = '-'.repeat(54);
    expect(parse(`${rule}\nBob [10:00]\nhello\n${rule}\nyes`)).toEqual([
      { kind: 'quote', title: 'Bob 10:00', children: [text('hello')] },
      text('yes'),
    ]);
    const from = (head: string) => parse(`${rule}\n${head}\nhello\n${rule}`)[0];
    expect(from('Bob [10:00] #chat12/345')).toMatchObject({ title: 'Bob 10:00', from: { dialog: 'chat12', message: 345 } });
    expect(from('Bob [10:00] #1:2/345')).toMatchObject({ title: 'Bob 10:00', from: { dialog: '1:2', message: 345 } });
    expect(from('Bob #javascript:1/2')).toEqual({ kind: 'quote', title: 'Bob #javascript:1/2', children: [text('hello')] });
    expect(parse('>>one\n>> two\nthree')).toEqual([
      { kind: 'quote', title: '', children: [text('one'), { kind: 'break' }, text('two')] },
      text('three'),
    ]);
  });

  it('shows code as it is', () => {
    expect(parse('[code]if (a[b]) { [b]x[/b] }[/code]')).toEqual([{ kind: 'code', text: 'if (a[b]) { [b]x[/b] }' }]);
  });

  it('is read in time that grows with its length', () => {
    const start = performance.now();
    for (const piece of ['[b]', ' ', '#1:1/', '[', '[url=', '[code]', '[/b]', '>>', '[user=1]x', 'https://']) parse(piece.repeat(20_000));
    parse(`${'-'.repeat(54)}\nx [\n`.repeat(300));
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

describe('an attack', () => {
  const hrefs = (nodes: Node[]): string[] =>
    nodes.flatMap((node) => [
      ...(node.kind === 'link' ? [node.href] : []),
      ...(node.kind === 'image' ? [node.src] : []),
      ...('children' in node ? hrefs(node.children) : []),
    ]);

  it.each(ATTACKS)('is nothing but text: %j', (attack) => {
    for (const href of hrefs(parse(attack))) expect(href).toMatch(/^(https?|mailto|tel):/);
  });

  it('finds no address that runs', () => {
    for (const bad of ['javascript:1', ' javascript:1', 'java\nscript:1', 'data:text/html,1', 'vbscript:1', 'file:///etc', 'blob:1', '']) {
      expect(safeHref(bad)).toBeNull();
    }
  });

  it('finds no place where a text becomes markup', () => {
    const src = join(import.meta.dirname, '..');
    for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ts|vue)$/.test(name) || name.endsWith('.test.ts')) continue;
      expect(readFileSync(join(src, name), 'utf8'), name).not.toMatch(/v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
    }
  });
});
