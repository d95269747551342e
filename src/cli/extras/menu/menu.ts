import type { CommandLine } from '../../core/args/command-line.ts';
import {
  argumentsFor,
  checkFor,
  exampleOf,
  type Flag,
  flagName,
  isArgument,
  questionOf,
} from '../../core/args/flag.ts';
import { type Command, command, type Services, type Verb } from '../../core/command/command.ts';
import type { CommandEntry, NounEntry, Section } from '../../core/command/entry.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { wordsOnly } from '../../core/output/marks.ts';

/** Asks until there is a valid answer, and returns it as it was typed. */
async function askFor(flag: Flag, { prompts, api }: Services, mine: boolean): Promise<string> {
  const { choices, refersTo } = flag.parse;
  if (choices) return prompts.choice(questionOf(flag), choices);
  if (!refersTo)
    return prompts.line(`${questionOf(flag)}${exampleOf(flag)}`, { check: checkFor(flag) });
  const { suggestions } = await import('../../core/prompts/references.ts');
  for (;;) {
    const typed = await prompts.search(questionOf(flag), (text) =>
      suggestions(api, refersTo, { text, mine, atOnce: flag.given === 'required' }),
    );
    if (typed.trim() !== '') return typed.trim();
  }
}

/** Asks for what a command requires, then offers its other flags until it is to be run. */
async function askFlags(
  services: Services,
  { flags, assertMayBegin }: Command,
  start: CommandLine,
): Promise<CommandLine> {
  const mine = (await assertMayBegin?.(services)) ?? false;
  const answers = new Map<Flag, string[]>();
  // commands that cannot be undone ask by themselves
  const offered = Object.values(flags).filter((flag) => flagName(flag) !== '--yes');
  const ask = async (flag: Flag) => {
    const answer = flag.given === 'switch' ? '' : await askFor(flag, services, mine);
    answers.set(flag, [...(answers.get(flag) ?? []), answer]);
  };
  const current = () => {
    const inOrder = [...answers].sort(
      ([one], [other]) => Number(isArgument(other)) - Number(isArgument(one)),
    );
    return start.plus(
      ...inOrder.flatMap(([flag, texts]) => texts.flatMap((text) => argumentsFor(flag, text))),
    );
  };
  for (const flag of offered) if (flag.given === 'required') await ask(flag);
  for (;;) {
    const more = offered.filter(
      (flag) => flag.given !== 'required' && (flag.given === 'several' || !answers.has(flag)),
    );
    if (more.length === 0) return current();
    const chosen = await services.prompts.pick<Flag | null>('Then', [
      { value: null, name: 'Run it', summary: String(current()) },
      ...more.map((flag) => ({ value: flag, name: flag.spec, summary: flag.help })),
    ]);
    if (chosen === null) return current();
    await ask(chosen);
  }
}

/** What was chosen; undefined when Esc was pressed, to go back. */
async function orBack<Chosen>(choosing: Promise<Chosen>): Promise<Chosen | undefined> {
  try {
    return await choosing;
  } catch (error) {
    if (error instanceof CliError && error.problem.kind === 'escape') return undefined;
    throw error;
  }
}

/** Ctrl-C: no message, since the person pressed it. */
const interrupted = () => new CliError({ code: 'CANCELLED', message: '' });

/** Asks for the flags of a command, shows the command line, and runs it. */
async function runCommand(
  services: Services,
  words: readonly string[],
  command: Command,
): Promise<void> {
  const { output, commandLine, perform } = services;
  const start = commandLine.withoutWords().plus(...words);
  const line = await orBack(askFlags(services, command, start)).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.problem.code !== 'FORBIDDEN') throw error;
    output.problem(error.problem);
  });
  if (!line) return;
  output.echo(String(line));
  if (!(await perform(line))) throw interrupted();
}

async function visitNoun(services: Services, { name, load }: NounEntry): Promise<void> {
  const { commands } = await load();
  const verbs = commands.map((verb) => ({ ...verb, value: verb }));
  let last: Verb | undefined;
  for (;;) {
    const verb = await orBack(services.prompts.pick(name, verbs, last));
    if (!verb) return;
    last = verb;
    await runCommand(services, [name, verb.name], verb);
  }
}

async function visitAll(services: Services, catalog: readonly Section[]): Promise<void> {
  const entries = catalog.flatMap((section): readonly (NounEntry | CommandEntry)[] =>
    'nouns' in section ? section.nouns : section.commands.filter(({ name }) => name !== 'menu'),
  );
  const nounsFirst = entries.toSorted(
    (one, other) => Number('plural' in other) - Number('plural' in one),
  );
  const choices = nounsFirst.map((entry) => ({ ...entry, value: entry }));
  let last: NounEntry | CommandEntry | undefined;
  for (;;) {
    const entry = await orBack(services.prompts.pick('epic', choices, last));
    if (!entry) return;
    last = entry;
    if ('plural' in entry) await visitNoun(services, entry);
    else await runCommand(services, [entry.name], await entry.load());
  }
}

/** `epic menu`: all commands of the catalogue, with the arrow keys. */
export const menu = (catalog: readonly Section[]): Command =>
  command({
    flags: {},
    columns: [],
    formats: 'none',
    examples: [['menu', '']],
    notes: [
      'It asks for what a command needs, shows the command line, and runs it. Enter chooses, Esc goes back, Ctrl-C quits.',
    ],
    async run(services) {
      const { prompts, output } = services;
      if (!prompts.possible) {
        throw usageError('epic menu needs a terminal.', 'See the commands: epic --help');
      }
      output.note(
        wordsOnly()
          ? 'A number and Enter choose, 0 goes back, Ctrl-C quits.'
          : 'Arrow keys and Enter choose, Esc goes back, Ctrl-C quits.',
      );
      await visitAll(services, catalog).catch((error: unknown) => {
        const isKey = error instanceof CliError && error.problem.kind === 'interrupted';
        throw isKey ? interrupted() : error;
      });
    },
  });
