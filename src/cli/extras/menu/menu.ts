import { type Command, command, type Services, type Verb } from '../../core/command/command.ts';
import type { CommandEntry, NounEntry, Section } from '../../core/command/entry.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { commandLine } from '../../core/text/shell.ts';
import { askArguments } from './arguments.ts';

/** What was chosen; undefined when Esc was pressed, to go back. */
async function orBack<Chosen>(choosing: Promise<Chosen>): Promise<Chosen | undefined> {
  try {
    return await choosing;
  } catch (error) {
    if (error instanceof CliError && error.problem.kind === 'escape') return undefined;
    throw error;
  }
}

/** The person has pressed Ctrl-C, and knows. */
const left = () => new CliError({ code: 'CANCELLED', message: '' });

/** Asks what a command needs, shows the command line, and runs it. */
async function runOne(
  services: Services,
  words: readonly string[],
  command: Command,
): Promise<void> {
  const { output, typed, perform } = services;
  const shared = typed.filter((each) => each !== 'menu');
  const start = ['epic', ...shared, ...words];
  const args = await orBack(askArguments(command, services, start));
  if (!args) return;
  output.echo(commandLine([...start, ...args]));
  if (!(await perform([...shared, ...words, ...args]))) throw left();
}

async function visitNoun(services: Services, { name, load }: NounEntry): Promise<void> {
  const { commands } = await load();
  const verbs = commands.map((verb) => ({ ...verb, value: verb }));
  let last: Verb | undefined;
  for (;;) {
    const verb = await orBack(services.prompts.pick(name, verbs, last));
    if (!verb) return;
    last = verb;
    await runOne(services, [name, verb.name], verb);
  }
}

async function visitAll(services: Services, catalog: readonly Section[]): Promise<void> {
  const entries = catalog.flatMap((section): readonly (NounEntry | CommandEntry)[] =>
    'nouns' in section ? section.nouns : section.commands.filter(({ name }) => name !== 'menu'),
  );
  // What one works with comes first.
  const ordered = entries.toSorted(
    (one, other) => Number('plural' in other) - Number('plural' in one),
  );
  const choices = ordered.map((entry) => ({ ...entry, value: entry }));
  let last: NounEntry | CommandEntry | undefined;
  for (;;) {
    const entry = await orBack(services.prompts.pick('epic', choices, last));
    if (!entry) return;
    last = entry;
    if ('plural' in entry) await visitNoun(services, entry);
    else await runOne(services, [entry.name], await entry.load());
  }
}

/** `epic menu`: all commands of the catalogue, with arrow keys. */
export const menu = (catalog: readonly Section[]): Command =>
  command({
    flags: {},
    columns: [],
    formats: 'none',
    examples: [['menu', '']],
    notes: [
      'It asks what a command needs, shows how it would be typed, and runs it. Enter chooses, Esc goes back, Ctrl-C leaves.',
    ],
    async run(services) {
      const { prompts, output } = services;
      if (!prompts.possible) {
        throw usageError('epic menu needs a terminal.', 'See what there is to type: epic --help');
      }
      output.note('Arrows and Enter choose, Esc goes back, Ctrl-C leaves.');
      await visitAll(services, catalog).catch((error: unknown) => {
        const isKey = error instanceof CliError && error.problem.kind === 'interrupted';
        throw isKey ? left() : error;
      });
    },
  });
