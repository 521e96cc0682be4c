// BB codes of a message as a tree. What draws it makes elements of known kinds; no text ever becomes markup.
//
// Must hold: every text gives a tree, in time that grows with its length; an address is kept only if a browser may
// follow it without running anything.

/** How deep tags may lie in each other; what is deeper is read as text. */
const DEPTH = 24;

export type Style = 'bold' | 'italic' | 'underline' | 'strike' | 'large' | 'small';

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'break' }
  | { kind: 'code'; text: string }
  | { kind: 'style'; style: Style; children: Node[] }
  | { kind: 'color'; color: string; children: Node[] }
  | { kind: 'link'; href: string; children: Node[] }
  | { kind: 'user'; id: string; children: Node[] }
  | { kind: 'chat'; id: string; children: Node[] }
  | { kind: 'send'; text: string; put: boolean; children: Node[] }
  | { kind: 'image'; src: string }
  | { kind: 'time'; at: number; text: string }
  | { kind: 'quote'; title: string; from?: Source; children: Node[] };

/** The message that a quote comes from, and the chat if it says which; a private talk is named by its two people. */
export interface Source {
  dialog: string;
  message: number;
}

const STYLES: Record<string, Style> = { b: 'bold', i: 'italic', u: 'underline', s: 'strike' };
const KNOWN = new Set([
  ...Object.keys(STYLES), 'size', 'color', 'url', 'user', 'chat', 'send', 'put', 'code', 'img', 'icon', 'br', 'quote', 'timestamp', 'attach', 'disk', 'rating', 'call', 'pch', 'context',
]);
const TAG = /\[(\/?)([a-z]{1,9})(=[^\]\n]{0,2000})?( [^\]\n]{0,2000})?\]/iy;
const ADDRESS = /https?:\/\/[^\s<>"'\[\]]+/gi;
const RULE = /^-{54,}$/;
/** Where a quote comes from, at the end of its first line: `#chat12/345`, or `#1:2/345` in a private talk. */
const SOURCE = /#(chat\d{1,15}|\d{1,15}:\d{1,15})\/(\d{1,15})$/;

/** An address that a browser may follow, or null. */
export function safeHref(written: string): string | null {
  const text = written.trim();
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+([/?#].*)?$/i.test(text)) return safeHref(`https://${text}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  return ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url.href : null;
}

/** An address of a picture, or null. */
export function safeImage(written: string): string | null {
  const href = safeHref(written);
  return href && /^https?:/.test(href) ? href : null;
}

interface Open {
  name: string;
  written: string;
  argument: string;
  children: Node[];
}

/** Reads a message's text. */
export function parse(text: string): Node[] {
  return quoted(text.replace(/\r\n?/g, '\n'));
}

/** Lines between two rules are a quote, as are lines that begin with `>>`. */
function quoted(text: string): Node[] {
  const out: Node[] = [];
  let plain: string[] = [];
  const flush = () => {
    if (plain.length) append(out, inline(plain.join('\n')));
    plain = [];
  };
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (RULE.test(line)) {
      const end = lines.findIndex((other, place) => place > at && RULE.test(other));
      if (end > at) {
        flush();
        const { title, from } = headOf(lines[at + 1] ?? '');
        out.push({ kind: 'quote', title, ...(from ? { from } : {}), children: inline(lines.slice(at + 2, end).join('\n')) });
        at = end;
        continue;
      }
    }
    if (line.startsWith('>>')) {
      flush();
      const from = at;
      while ((lines[at + 1] ?? '').startsWith('>>')) at += 1;
      const inner = lines.slice(from, at + 1).map((one) => one.slice(2).trimStart());
      out.push({ kind: 'quote', title: '', children: inline(inner.join('\n')) });
      continue;
    }
    plain.push(line);
  }
  flush();
  return out;
}

/** Who wrote what is quoted, and when; and where it stands. */
function headOf(line: string): { title: string; from?: Source } {
  const head = line.trim();
  const found = SOURCE.exec(head.slice(-60));
  const named = found ? head.slice(0, -found[0].length).trimEnd() : head;
  const open = named.endsWith(']') ? named.lastIndexOf('[') : -1;
  const title = open >= 0 ? named.slice(0, open) + named.slice(open + 1, -1) : named;
  return found ? { title, from: { dialog: found[1] ?? '', message: Number(found[2]) } } : { title };
}

function append(out: Node[], nodes: Node[]) {
  const last = out[out.length - 1];
  if (last && last.kind !== 'quote') out.push({ kind: 'break' });
  out.push(...nodes);
}

function inline(text: string): Node[] {
  const ends = new Ends(text);
  const root: Open = { name: '', written: '', argument: '', children: [] };
  const stack: Open[] = [root];
  const top = () => stack[stack.length - 1] ?? root;
  let from = 0;
  let at = text.indexOf('[');
  while (at >= 0) {
    TAG.lastIndex = at;
    const found = TAG.exec(text);
    const name = found?.[2]?.toLowerCase() ?? '';
    if (!found || !KNOWN.has(name)) {
      at = text.indexOf('[', at + 1);
      continue;
    }
    words(text.slice(from, at), top().children, stack);
    const written = found[0];
    from = at + written.length;
    if (found[1]) close(stack, name, written);
    else from = open(stack, name, written, ((found[3] ?? '').slice(1) + (found[4] ?? '')).trim(), ends, from);
    at = text.indexOf('[', from);
  }
  words(text.slice(from), top().children, stack);
  // What was never closed holds to the end.
  while (stack.length > 1) finish(stack);
  return root.children;
}

/** Finds closings, and looks but once for one that is not there. */
class Ends {
  readonly #lower: string;
  readonly #missing = new Set<string>();

  constructor(readonly text: string) {
    this.#lower = text.toLowerCase();
  }

  after(closing: string, from: number): number {
    if (this.#missing.has(closing)) return -1;
    const end = this.#lower.indexOf(closing, from);
    if (end < 0) this.#missing.add(closing);
    return end;
  }
}

function open(stack: Open[], name: string, written: string, argument: string, ends: Ends, from: number): number {
  const children = stack[stack.length - 1]?.children ?? [];
  const single = alone(name, argument);
  if (single) {
    children.push(single);
    return from;
  }
  // What these hold is no markup.
  if (name === 'code' || name === 'img') {
    const end = ends.after(`[/${name}]`, from);
    if (end < 0) {
      children.push({ kind: 'text', text: written });
      return from;
    }
    const inner = ends.text.slice(from, end);
    const src = name === 'img' ? safeImage(inner) : null;
    children.push(src ? { kind: 'image', src } : { kind: 'code', text: inner });
    return end + name.length + 3;
  }
  if (stack.length > DEPTH) children.push({ kind: 'text', text: written });
  else stack.push({ name, written, argument, children: [] });
  return from;
}

/** A tag that holds nothing. */
function alone(name: string, argument: string): Node | null {
  if (name === 'br') return { kind: 'break' };
  if (name === 'icon') {
    const src = safeImage(argument.split(' ')[0] ?? '');
    const title = /title=([^=]*?)( \w+=|$)/.exec(argument)?.[1] ?? '';
    return src ? { kind: 'image', src } : { kind: 'text', text: title };
  }
  if (name === 'timestamp') {
    const at = Number(argument.split(' ')[0]);
    const text = /format=(\S+)/i.exec(argument)?.[1] ?? '';
    return Number.isFinite(at) && Math.abs(at) < 1e11 ? { kind: 'time', at: at * 1000, text } : { kind: 'text', text: argument };
  }
  return null;
}

function close(stack: Open[], name: string, written: string) {
  const place = stack.findLastIndex((one, depth) => depth > 0 && one.name === name);
  if (place < 0) {
    stack[stack.length - 1]?.children.push({ kind: 'text', text: written });
    return;
  }
  while (stack.length > place) finish(stack);
}

function finish(stack: Open[]) {
  const done = stack.pop();
  if (done) stack[stack.length - 1]?.children.push(...made(done));
}

function made({ name, argument, children, written }: Open): Node[] {
  const style = STYLES[name];
  if (style) return [{ kind: 'style', style, children }];
  switch (name) {
    case 'size': {
      const size = Number(argument);
      return size > 16 ? [{ kind: 'style', style: 'large', children }] : size > 0 && size < 12 ? [{ kind: 'style', style: 'small', children }] : children;
    }
    case 'color':
      return /^#[0-9a-f]{6}$/i.test(argument) ? [{ kind: 'color', color: argument, children }] : children;
    case 'url': {
      const href = safeHref(argument || plain(children));
      return href ? [{ kind: 'link', href, children: unlinked(children) }] : argument ? [{ kind: 'text', text: written }, ...children] : children;
    }
    case 'user': {
      const id = /^\d+/.exec(argument)?.[0];
      return id ? [{ kind: 'user', id, children }] : children;
    }
    case 'chat': {
      const id = /^\d+/.exec(argument)?.[0];
      return id ? [{ kind: 'chat', id, children }] : children;
    }
    case 'send':
    case 'put':
      return [{ kind: 'send', text: argument || plain(children), put: name === 'put', children }];
    case 'quote':
      return [{ kind: 'quote', title: '', children }];
    default:
      return children;
  }
}

/** A link holds no other link. */
function unlinked(nodes: Node[]): Node[] {
  return nodes.flatMap((node) => (node.kind === 'link' ? unlinked(node.children) : [node]));
}

/** The text of nodes. */
export function plain(nodes: Node[]): string {
  return nodes
    .map((node) => {
      if ('children' in node) return plain(node.children);
      if (node.kind === 'break') return '\n';
      return 'text' in node ? node.text : '';
    })
    .join('');
}

/** Text with its line breaks, and addresses that are not in a link already. */
function words(text: string, out: Node[], stack: Open[]) {
  if (!text) return;
  const linked = stack.some((one) => one.name === 'url');
  text.split('\n').forEach((line, place) => {
    if (place > 0) out.push({ kind: 'break' });
    let from = 0;
    if (!linked) {
      for (const found of line.matchAll(ADDRESS)) {
        const address = found[0].replace(/[.,;:!?)]+$/, '');
        const href = safeHref(address);
        if (!href) continue;
        if (found.index > from) out.push({ kind: 'text', text: line.slice(from, found.index) });
        out.push({ kind: 'link', href, children: [{ kind: 'text', text: address }] });
        from = found.index + address.length;
      }
    }
    if (from < line.length) out.push({ kind: 'text', text: line.slice(from) });
  });
}
