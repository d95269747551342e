import { type Flag, type Flags, isArgument } from '../../core/args/flag.ts';
import type { Command, Title, Verb } from '../../core/command/command.ts';
import type { NounEntry, Section } from '../../core/command/entry.ts';
import type { Item, Part } from '../../core/command/help-text.ts';
import { globalFlags, outputFlagsOf } from '../../core/command/shared-flags.ts';

/** The help on a command, a noun or the program, for the terminal, docs/cli.md and the manual pages. */
export interface Page {
  /** The full name: `epic contract list`. */
  name: string;
  /** What is typed after `epic`. */
  usage: string;
  /** A sentence. */
  about: string;
  groups: readonly { heading: string; items: readonly Item[] }[];
  /** The names that `--fields` accepts. */
  fields: readonly string[];
  /** Command lines, each with what it does. */
  examples: readonly (readonly [line: string, what: string])[];
  notes: readonly Part[];
}

function itemOf(flag: Flag): Item {
  const { choices } = flag.parse;
  const example = flag.given === 'required' && flag.parse.like?.();
  const words = [
    flag.help,
    ...(choices ? [`: ${choices.join(', ')}`] : []),
    ...(example ? [`, like ${example.includes(' ') ? `"${example}"` : example}`] : []),
  ].join('');
  const term = isArgument(flag) ? flag.spec.replace(/[<>[\].]/g, '') : flag.spec;
  return { term, about: flag.given === 'required' ? `${words} (required)` : words };
}

/** The flags under their headings, in the order in which the headings first occur. */
function grouped(flags: Flags): Page['groups'] {
  const groups = new Map<string, Item[]>();
  for (const flag of Object.values(flags)) {
    const heading = isArgument(flag) ? 'Arguments' : (flag.group ?? 'Flags');
    groups.set(heading, [...(groups.get(heading) ?? []), itemOf(flag)]);
  }
  const argumentsFirst = [...groups].sort(
    ([one], [other]) => Number(other === 'Arguments') - Number(one === 'Arguments'),
  );
  return argumentsFirst.map(([heading, items]) => ({ heading, items }));
}

function outputGroup(command: Command): Page['groups'] {
  const items = Object.values(outputFlagsOf(command)).map(itemOf);
  return items.length > 0 ? [{ heading: 'Output', items }] : [];
}

const everywhere: readonly Flag[] = Object.values(globalFlags);
const globalGroup = { heading: 'Global', items: everywhere.map(itemOf) };

/** The help on a command, of this noun or of none. */
export function commandPage(command: Title & Command, noun?: { name: string }): Page {
  const { name, aliases = [] } = command;
  const prefix = noun ? `${noun.name} ` : '';
  const positional = Object.values(command.flags)
    .filter(isArgument)
    .map(({ spec }) => spec);
  const usage = [[name, ...aliases].join('|'), ...positional, '[flags]'].join(' ');
  return {
    name: `epic ${prefix}${name}`,
    usage: `${prefix}${usage}`,
    about: `${command.summary}.`,
    groups: [...grouped(command.flags), ...outputGroup(command), globalGroup],
    fields: command.formats === undefined ? command.fields.map(({ key }) => key) : [],
    examples: command.examples,
    notes: command.notes ?? [],
  };
}

/** The help on a noun: its commands. */
export function nounPage({ name, plural, summary }: NounEntry, verbs: readonly Verb[]): Page {
  return {
    name: `epic ${name}`,
    usage: `${name}|${plural} <verb> [flags]`,
    about: `${summary}.`,
    fields: [],
    groups: [{ heading: 'Commands', items: verbs.map(verbItem) }, globalGroup],
    examples: verbs.flatMap(({ examples }) => examples.slice(0, 1)).slice(0, 3),
    notes: [`Help on a command: epic ${name} ${verbs[0]?.name ?? ''} --help`],
  };
}

function verbItem({ name, summary, flags }: Title & Command): Item {
  const positional = Object.values(flags).filter(isArgument);
  return { term: [name, ...positional.map(({ spec }) => spec)].join(' '), about: summary };
}

/** The help on `epic` as a whole. */
export function rootPage(
  sections: readonly Section[],
  topics: readonly { name: string; summary: string }[],
): Page {
  return {
    name: 'epic',
    usage: '<noun> <verb> [id] [flags]',
    about: 'Epic Events CRM: clients, contracts and events, from the command line.',
    groups: [
      ...sections.map((section) => {
        const entries: readonly { name: string; summary: string }[] =
          'nouns' in section ? section.nouns : section.commands;
        const items = entries.map(({ name, summary }) => ({ term: name, about: summary }));
        return { heading: section.heading, items };
      }),
      {
        heading: 'Help',
        items: topics.map(({ name, summary }) => ({ term: `help ${name}`, about: summary })),
      },
      globalGroup,
    ],
    fields: [],
    examples: [],
    notes: ['Help on a noun or a command: epic contract --help, epic contract list --help.'],
  };
}
