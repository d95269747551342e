import { Option, Command as Parser } from 'commander';
import { type Flag, isArgument, type Typed } from './core/args/flag.ts';
import type { Command } from './core/command/command.ts';
import type { Resolved } from './core/command/resolve.ts';
import { globalFlags, outputFlagsOf, type SharedFlags } from './core/command/shared-flags.ts';

function optionFor(flag: Flag): Option {
  const option = new Option(flag.spec);
  if (flag.given !== 'several') return option;
  return option.argParser((typed, before: readonly string[] = []) => [...before, typed]);
}

/** Parses the values of a command: of its own flags and arguments, by their keys, and of the shared flags. */
export function parse(
  command: Command,
  { line, names }: Pick<Resolved, 'line' | 'names'>,
): { typed: Record<string, Typed>; shared: SharedFlags } {
  const parser = new Parser()
    .helpOption(false)
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  const { server, input, color, pager } = globalFlags;
  const shared = [server, input, color, pager, ...Object.values(outputFlagsOf(command))];
  for (const flag of shared) parser.addOption(optionFor(flag));
  const positional: string[] = [];
  const options: { key: string; option: Option }[] = [];
  for (const [key, flag] of Object.entries(command.flags)) {
    if (isArgument(flag)) {
      positional.push(key);
      // optional to commander: a missing one is asked for later, like any flag
      parser.argument(flag.spec.replace('<', '[').replace('>', ']'));
    } else {
      const option = optionFor(flag);
      options.push({ key, option });
      parser.addOption(option);
    }
  }
  parser.parse(line.withoutWords(names.length).argv, { from: 'user' });

  const typed: Record<string, Typed> = {};
  for (const [index, key] of positional.entries()) typed[key] = parser.processedArgs[index];
  for (const { key, option } of options) {
    const attribute = option.attributeName();
    if (parser.getOptionValueSource(attribute) !== 'cli') continue;
    const value: Typed = parser.getOptionValue(attribute);
    // --support and --no-support are one option to commander: the last one counts
    if (option.negate === (value === false)) typed[key] = option.negate ? true : value;
  }
  return { typed, shared: parser.opts<SharedFlags>() };
}
