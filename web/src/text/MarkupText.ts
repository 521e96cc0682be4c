// Draws a message's text: elements for what its tags mean, text for everything else.

import { defineComponent, h, type PropType, type VNode } from 'vue';
import { inside } from '../portal/home';
import { parse, type Node, type Source, type Style } from './markup';

const ELEMENTS: Record<Style, string> = { bold: 'b', italic: 'i', underline: 'u', strike: 's', large: 'big', small: 'small' };

export default defineComponent({
  name: 'MarkupText',
  props: { text: { type: String as PropType<string>, required: true } },
  emits: {
    /** Somebody chose a person or a chat. */
    dialog: (_id: string) => true,
    /** A text is to be sent, or to be put where people write. */
    say: (_text: string, _put: boolean) => true,
    /** Somebody wants to see the message that a quote comes from. */
    source: (_from: Source) => true,
  },
  setup(props, { emit }) {
    const button = (children: VNode[], run: () => void) =>
      h('button', { type: 'button', class: 'mention', onClick: run }, children);
    const titleOf = ({ title, from }: Extract<Node, { kind: 'quote' }>) => {
      if (!title) return null;
      return from ? h('cite', button([h('span', title)], () => emit('source', from))) : h('cite', title);
    };
    const draw = (node: Node): VNode | string => {
      switch (node.kind) {
        case 'text':
          return node.text;
        case 'break':
          return h('br');
        case 'code':
          return h('pre', h('code', node.text));
        case 'style':
          return node.style === 'large' ? h('span', { class: 'large' }, all(node.children)) : h(ELEMENTS[node.style], all(node.children));
        case 'color':
          return h('span', { class: 'tinted', style: { '--tint': node.color } }, all(node.children));
        case 'link':
          return inside(node.href)
            ? h('a', { href: inside(node.href) }, all(node.children))
            : h('a', { href: node.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, all(node.children));
        case 'user':
          return button(all(node.children), () => emit('dialog', node.id));
        case 'chat':
          return button(all(node.children), () => emit('dialog', `chat${node.id}`));
        case 'send':
          return button(all(node.children), () => emit('say', node.text, node.put));
        case 'image':
          return h('img', { src: node.src, alt: '', loading: 'lazy', referrerpolicy: 'no-referrer' });
        case 'time':
          return h('time', { datetime: new Date(node.at).toISOString() }, new Date(node.at).toLocaleString());
        case 'quote':
          return h('blockquote', [titleOf(node), ...all(node.children)]);
      }
    };
    // Text nodes and elements alike are children of a component.
    const all = (nodes: Node[]): VNode[] => nodes.map((node) => draw(node) as VNode);
    return () => h('span', { class: 'markup', dir: 'auto' }, all(parse(props.text)));
  },
});
