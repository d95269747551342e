import { Command as CommanderCommand, Option } from 'commander';
import { catalog, commands, nouns } from './catalog.ts';
import { type Flag, isArgument, type Typed } from './core/args/flag.ts';
import type { Command, Title } from './core/command/command.ts';
import type { CommandEntry, NounEntry } from './core/command/entry.ts';
import { globalFlags, outputFlagsOf, type SharedFlags } from './core/command/shared-flags.ts';
import { version } from './core/version.ts';
import { drawPage } from './extras/help/draw.ts';
import { commandPage, nounPage, type Page, rootPage, verbPage } from './extras/help/page.ts';
import { topics } from './extras/help/topics.ts';

/** Runs one command with what was typed for it; `name` is its whole name: `contract list`. */
export type Run = (
  name: string,
  command: Command,
  typed: Record<string, Typed>,
  shared: SharedFlags,
) => Promise<void>;

function optionFor(flag: Flag): Option {
  const option = new Option(flag.spec);
  if (flag.given !== 'several') return option;
  return option.argParser((typed, before: readonly string[] = []) => [...before, typed]);
}

/** Gives a command of commander's what a definition says; `name` is its whole name: `contract list`. */
function define(target: CommanderCommand, name: string, command: Command, run: Run): void {
  const flags = Object.entries(command.flags);
  const positional = flags.filter(([, flag]) => isArgument(flag));
  for (const [, flag] of positional) {
    // Optional to commander, so that a missing one is asked for or refused by us, like any flag.
    target.argument(flag.spec.replace('<', '[').replace('>', ']'));
  }
  const options = flags
    .filter(([, flag]) => !isArgument(flag))
    .map(([key, flag]) => ({ key, option: optionFor(flag) }));
  for (const { option } of options) target.addOption(option);
  for (const [name, flag] of Object.entries(outputFlagsOf(command))) {
    target.addOption(name === 'json' ? optionFor(flag).conflicts('csv') : optionFor(flag));
  }

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

function addCommand(parent: CommanderCommand, { name, aliases = [] }: Omit<Title, 'summary'>) {
  return parent.command(name).aliases([...aliases]);
}

/** Every command is explained by a page of ours. */
function explain(target: CommanderCommand, page: () => Page, cells: number): void {
  target.helpInformation = () => drawPage(page(), cells);
}

/** Adds the verbs of a noun, once it is the one that was typed. */
async function fillNoun(
  target: CommanderCommand,
  entry: NounEntry,
  run: Run,
  cells: number,
): Promise<void> {
  const { commands: verbs } = await entry.load();
  explain(target, () => nounPage(entry, verbs), cells);
  for (const verb of verbs) {
    const each = addCommand(target, verb);
    define(each, `${entry.name} ${verb.name}`, verb, run);
    explain(each, () => verbPage(entry, verb), cells);
  }
}

async function fillCommand(
  target: CommanderCommand,
  entry: CommandEntry,
  run: Run,
  cells: number,
): Promise<void> {
  const command = await entry.load();
  define(target, entry.name, command, run);
  explain(target, () => commandPage(entry, command), cells);
}

/**
 * The command tree of `epic`, of which only the branch that was typed gets its leaves. Wrong usage and --help end as
 * a CommanderError.
 */
export function createProgram(
  run: Run,
  stdout: NodeJS.WritableStream,
  cells: number,
): CommanderCommand {
  const { server, input, color, pager } = globalFlags;
  const program = new CommanderCommand('epic')
    .version(version, globalFlags.version.spec)
    .helpOption(globalFlags.help.spec)
    // Errors are told in one place, which is not here.
    .configureOutput({ writeOut: (text) => stdout.write(text), outputError: () => {} })
    .exitOverride();
  for (const flag of [server, input, color, pager]) program.addOption(optionFor(flag));
  explain(program, () => rootPage(catalog, topics), cells);

  const filling = new Map<CommanderCommand, () => Promise<void>>();
  for (const entry of nouns) {
    const noun = addCommand(program, { name: entry.name, aliases: [entry.plural] });
    filling.set(noun, () => fillNoun(noun, entry, run, cells));
  }
  for (const entry of commands) {
    const command = addCommand(program, entry);
    filling.set(command, () => fillCommand(command, entry, run, cells));
  }
  return program.hook('preSubcommand', (_, chosen) => filling.get(chosen)?.());
}
