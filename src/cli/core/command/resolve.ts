import type { CommandLine } from '../args/command-line.ts';
import type { Command, Title } from './command.ts';
import type { CommandEntry, NounEntry } from './entry.ts';
import { flagsOf } from './shared-flags.ts';

/** The command tree of `epic`. */
export interface Catalog {
  nouns: readonly NounEntry[];
  commands: readonly CommandEntry[];
}

/** What a command line names. */
export interface Resolved {
  /** The line, taken apart with the flags of its command. */
  line: CommandLine;
  noun?: NounEntry;
  /** The command, with its own title: `list` of `contract list`. */
  command?: Title & Command;
  /** The words before the arguments: `['contract', 'list']`, or `['contracts', 'ls']`. */
  names: readonly string[];
  /** The words after them. */
  args: readonly string[];
  /** Whether it asks for help: with `--help`, `epic help …` or `epic contract help …`. */
  wantsHelp: boolean;
}

/** Finds the noun and the command that a line names, and loads the command. */
export async function resolve(typed: CommandLine, catalog: Catalog): Promise<Resolved> {
  let words = typed.words;
  let isHelp = words[0] === 'help';
  if (isHelp) words = words.slice(1);
  const [first = '', ...rest] = words;
  const noun = catalog.nouns.find(({ name, plural }) => [name, plural].includes(first));
  if (noun && rest[0] === 'help') {
    isHelp = true;
    words = [first, ...rest.slice(1)];
  }
  let command: Resolved['command'];
  if (noun) {
    const { commands } = await noun.load();
    command = commands.find(({ name, aliases }) =>
      [name, ...(aliases ?? [])].includes(words[1] ?? ''),
    );
  } else {
    const entry = catalog.commands.find(({ name }) => name === first);
    if (entry) command = { ...(await entry.load()), name: entry.name, summary: entry.summary };
  }
  const count = Number(noun !== undefined) + Number(command !== undefined);
  const line = command ? typed.knowing(flagsOf(command)) : typed;
  return {
    line,
    ...(noun && { noun }),
    ...(command && { command }),
    names: words.slice(0, count),
    args: line.words.slice(count + Number(isHelp)),
    wantsHelp: isHelp || line.flags.get('--help') === true,
  };
}
