// Commands of bots while one writes: what stands after `/` at the begin of a line, and which commands are meant.

import type { Wanted } from './mention';

/** A command that can be given in a dialog. */
export interface Command {
  botId: number;
  /** What the bot is called. */
  bot: string;
  /** The name, without the slash. */
  command: string;
  title: string;
  /** What may stand behind it. */
  params: string;
}

/** How many are shown at once. */
const MOST = 50;

/** What may stand between a mention and a command. */
const BETWEEN = /^[,: ]*/;

/**
 * The command that is being written where the caret stands, if any: at the begin of a line, or behind the name of
 * somebody who is mentioned there.
 */
export function commandAt(text: string, caret: number, names: Iterable<string> = []): Wanted | null {
  const begin = text.lastIndexOf('\n', caret - 1) + 1;
  const line = text.slice(begin, caret);
  let skipped = line.length - line.trimStart().length;
  const named = [...names].filter((name) => line.startsWith(`@${name}`, skipped)).sort((a, b) => b.length - a.length)[0];
  if (named !== undefined) {
    skipped += named.length + 1;
    skipped += BETWEEN.exec(line.slice(skipped))?.[0].length ?? 0;
  }
  const found = /^\/([^\s/]*)$/.exec(line.slice(skipped));
  return found ? { at: begin + skipped, text: found[1] ?? '' } : null;
}

/** The text once a command was chosen, and where the caret then stands. */
export function withCommand(text: string, wanted: Wanted, caret: number, command: string): { text: string; caret: number } {
  const put = `/${command} `;
  // What is left of the word, and the space behind it.
  const rest = text.slice(caret).replace(/^[^\s/]*[^\S\n]?/, '');
  return { text: text.slice(0, wanted.at) + put + rest, caret: wanted.at + put.length };
}

/** The commands that are meant: first those that begin so, then those in whose name or title it occurs. */
export function meant(commands: readonly Command[], written: string): Command[] {
  const wish = written.toLocaleLowerCase();
  const begin = (one: Command) => one.command.startsWith(wish);
  const within = (one: Command) => !begin(one) && (one.command.includes(wish) || one.title.toLocaleLowerCase().includes(wish));
  return [...commands.filter(begin), ...commands.filter(within)].slice(0, MOST);
}
