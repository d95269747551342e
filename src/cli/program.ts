import { Command as CommanderCommand, Option } from 'commander';
import { type CommandEntry, catalog, type NounEntry } from './catalog.ts';
import type { Command, Flag, Title, Typed } from './command.ts';
import { isArgument } from './spec.ts';
import { version } from './version.ts';

/** The flags that every command understands. */
export interface SharedFlags {
  server?: string;
  input: boolean;
  color: boolean;
  pager: boolean;
  json?: true;
  csv?: true;
  fields?: string;
}

/** Runs one command with what was typed for it; `name` is its whole name: `contract list`. */
export type Run = (
  name: string,
  command: Command,
  typed: Record<string, Typed>,
  shared: SharedFlags,
) => Promise<void>;

function helpFor(flag: Flag): string {
  const { choices } = flag.parse;
  const words = choices ? `${flag.help}: ${choices.join(', ')}` : flag.help;
  return flag.given === 'required' ? `${words} (required)` : words;
}

function optionFor(flag: Flag): Option {
  const option = new Option(flag.spec, helpFor(flag));
  if (flag.given !== 'several') return option;
  return option.argParser((typed, before: readonly string[] = []) => [...before, typed]);
}

function textAfter({ examples, notes = [] }: Command): string {
  const lines = examples.map(([line, what]) => `  epic ${line}${what && `\n      ${what}`}`);
  const parts = [
    lines.length ? ['', 'Examples:', ...lines] : [],
    notes.length ? ['', ...notes] : [],
  ];
  return parts.flat().join('\n');
}

function addOutputFlags(target: CommanderCommand, { fieldNames, formats }: Command): void {
  if (formats === 'none') return;
  if (formats === 'json') {
    target.addOption(new Option('--json', 'print errors as JSON too').helpGroup('Output:'));
    return;
  }
  const names = `the fields to show, of ${fieldNames.join(', ')}`;
  for (const option of [
    new Option('--json', 'print JSON').conflicts('csv'),
    new Option('--csv', 'print CSV, with a header'),
    new Option('--fields <names>', names),
  ]) {
    target.addOption(option.helpGroup('Output:'));
  }
}

/** Gives a command of commander's what a definition says; `name` is its whole name: `contract list`. */
function define(target: CommanderCommand, name: string, command: Command, run: Run): void {
  const flags = Object.entries(command.flags);
  const positional = flags.filter(([, flag]) => isArgument(flag));
  const usage = positional.map(([, { spec }]) => spec);
  target.usage([...usage, '[flags]'].join(' ')).addHelpText('after', textAfter(command));
  for (const [, flag] of positional) {
    // Optional to commander, so that a missing one is asked for or refused by us, like any flag.
    target.argument(flag.spec.replace('<', '[').replace('>', ']'), helpFor(flag));
  }
  const options = flags
    .filter(([, flag]) => !isArgument(flag))
    .map(([key, flag]) => ({ key, option: optionFor(flag) }));
  for (const { option } of options) target.addOption(option);
  addOutputFlags(target, command);

  target.action(async (...received: unknown[]) => {
    const typed: Record<string, Typed> = {};
    for (const [index, [key]] of positional.entries()) typed[key] = received[index] as Typed;
    for (const { key, option } of options) {
      const attribute = option.attributeName();
      if (target.getOptionValueSource(attribute) !== 'cli') continue;
      typed[key] = option.negate ? true : (target.getOptionValue(attribute) as Typed);
    }
    await run(name, command, typed, target.optsWithGlobals<SharedFlags>());
  });
}

function addCommand(parent: CommanderCommand, { name, aliases = [], summary }: Title) {
  return parent
    .command(name)
    .aliases([...aliases])
    .description(`${summary}.`)
    .summary(summary);
}

/** Adds the verbs of a noun, once it is the one that was typed. */
async function fillNoun(target: CommanderCommand, entry: NounEntry, run: Run): Promise<void> {
  const { commands } = await entry.load();
  for (const verb of commands) {
    define(addCommand(target, verb), `${entry.name} ${verb.name}`, verb, run);
  }
}

async function fillCommand(target: CommanderCommand, entry: CommandEntry, run: Run): Promise<void> {
  define(target, entry.name, await entry.load(), run);
}

/**
 * The command tree of `epic`, of which only the branch that was typed gets its leaves. Wrong usage and --help end as
 * a CommanderError.
 */
export function createProgram(run: Run, terminalWidth: number): CommanderCommand {
  const program = new CommanderCommand('epic')
    .description('Epic Events CRM: clients, contracts and events, from the command line.')
    .usage('<noun> <verb> [id] [flags]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand('help [command]', 'explain a command')
    .option('--server <url>', 'the address of the server (EPIC_SERVER)')
    .option('--no-input', 'never ask anything')
    .option('--no-color', 'no colours (NO_COLOR)')
    .option('--no-pager', 'long lists at once (PAGER)')
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: Math.min(terminalWidth, 100),
      subcommandTerm: (each) =>
        [each.name(), ...each.registeredArguments.map((one) => `<${one.name()}>`)].join(' '),
    })
    // Errors are told in one place, which is not here.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .addHelpText(
      'after',
      [
        '',
        'Every list and record also comes as --json or --csv, and in a pipe as',
        'tab-separated values.',
        'Exit codes: 0 done, 1 unexpected, 2 usage, 3 not found, 4 login needed,',
        '5 forbidden, 6 against a rule, 7 server unreachable, 130 cancelled.',
      ].join('\n'),
    );

  const filling = new Map<CommanderCommand, () => Promise<void>>();
  for (const section of catalog) {
    program.commandsGroup(section.heading);
    if ('nouns' in section) {
      for (const entry of section.nouns) {
        const noun = program
          .command(entry.name)
          .alias(entry.plural)
          .usage('<verb> [id] [flags]')
          .description(entry.summary);
        filling.set(noun, () => fillNoun(noun, entry, run));
      }
    } else {
      for (const entry of section.commands) {
        const command = addCommand(program, entry);
        filling.set(command, () => fillCommand(command, entry, run));
      }
    }
  }
  return program.hook('preSubcommand', (_, chosen) => filling.get(chosen)?.());
}
