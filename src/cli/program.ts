import { Command as CommanderCommand, Option } from 'commander';
import type { Command, Flag, Noun, Typed } from './command.ts';
import { can } from './commands/can.ts';
import { client } from './commands/client.ts';
import { contract } from './commands/contract.ts';
import { employee } from './commands/employee.ts';
import { event } from './commands/event.ts';
import { history } from './commands/history.ts';
import { notification } from './commands/notification.ts';
import { session } from './commands/open-sessions.ts';
import { sessionCommands } from './commands/session.ts';
import { version } from './version.ts';

const records: readonly Noun[] = [client, contract, event, employee, notification];
const nouns: readonly Noun[] = [...records, session];
const questions: readonly Command[] = [can(records), history(records)];

/** The flags that every command understands. */
export interface SharedFlags {
  server?: string;
  input: boolean;
  color: boolean;
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

const isArgument = ({ spec }: Flag) => !spec.startsWith('-');

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

function addOutputFlags(target: CommanderCommand, fieldNames: readonly string[]): void {
  const names = `the fields to show, of ${fieldNames.join(', ')}`;
  for (const option of [
    new Option('--json', 'print JSON').conflicts('csv'),
    new Option('--csv', 'print CSV, with a header'),
    new Option('--fields <names>', names),
  ]) {
    target.addOption(option.helpGroup('Output:'));
  }
}

function addCommand(parent: CommanderCommand, command: Command, run: Run): CommanderCommand {
  const flags = Object.entries(command.flags);
  const positional = flags.filter(([, flag]) => isArgument(flag));
  const usage = positional.map(([, { spec }]) => spec);
  const target = parent
    .command(command.name)
    .aliases([...(command.aliases ?? [])])
    .usage([...usage, '[flags]'].join(' '))
    .description(`${command.summary}.`)
    .summary(command.summary)
    .addHelpText('after', textAfter(command));
  for (const [, flag] of positional) {
    // Optional to commander, so that a missing one is asked for or refused by us, like any flag.
    target.argument(flag.spec.replace('<', '[').replace('>', ']'), helpFor(flag));
  }
  const options = flags
    .filter(([, flag]) => !isArgument(flag))
    .map(([key, flag]) => ({ key, option: optionFor(flag) }));
  for (const { option } of options) target.addOption(option);
  addOutputFlags(target, command.fieldNames);

  return target.action(async (...received: unknown[]) => {
    const typed: Record<string, Typed> = {};
    for (const [index, [key]] of positional.entries()) typed[key] = received[index] as Typed;
    for (const { key, option } of options) {
      const name = option.attributeName();
      if (target.getOptionValueSource(name) !== 'cli') continue;
      typed[key] = option.negate ? true : (target.getOptionValue(name) as Typed);
    }
    const name = [...(parent.parent ? [parent.name()] : []), command.name].join(' ');
    await run(name, command, typed, target.optsWithGlobals<SharedFlags>());
  });
}

/** The whole command tree of `epic`. Wrong usage and --help end as a CommanderError. */
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

  program.commandsGroup('Session:');
  for (const each of sessionCommands) addCommand(program, each, run);
  program.commandsGroup('Records:');
  for (const noun of nouns) {
    const parent = program
      .command(noun.name)
      .alias(noun.plural)
      .usage('<verb> [id] [flags]')
      .description(noun.summary);
    for (const each of noun.commands) addCommand(parent, each, run);
  }
  program.commandsGroup('Questions:');
  for (const each of questions) addCommand(program, each, run);
  return program;
}
