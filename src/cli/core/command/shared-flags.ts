import { CommandLine } from '../args/command-line.ts';
import { type Flag, type Flags, isArgument, optional, toggle } from '../args/flag.ts';
import { line } from '../args/parsers.ts';
import { allFields } from '../output/columns.ts';
import type { Command } from './command.ts';

/** How a result is written. */
const outputFlags = {
  json: toggle('--json', 'print JSON'),
  csv: toggle('--csv', 'print CSV, with a header'),
  fields: optional('--fields <names>', 'fields to show', line(2000)),
};

/** Those of them that a command has. */
export function outputFlagsOf({ formats, fields: shown }: Command): Flags {
  if (formats === 'none') return {};
  const { json, csv, fields } = outputFlags;
  if (formats === 'json') return { json: { ...json, help: 'print errors as JSON too' } };
  const names = [...shown.map(({ key }) => key), allFields].join(', ');
  return { json, csv, fields: { ...fields, help: `${fields.help}: ${names}` } };
}

/** The flags that every command understands. */
export const globalFlags = {
  server: optional('--server <url>', 'server address (EPIC_SERVER)', line(2000)),
  input: toggle('--no-input', 'never prompt'),
  color: toggle('--no-color', 'no colours (NO_COLOR)'),
  pager: toggle('--no-pager', 'no pager for long output (PAGER)'),
  help: toggle('-h, --help', 'show help'),
  version: toggle('-V, --version', 'print the version'),
};

/** A command line of which only the global flags are known yet. */
export const parseArgv = (argv: readonly string[]) =>
  new CommandLine(argv, Object.values(globalFlags));

/** The flags that a command takes: its own, those of its output, and the global ones. */
export function flagsOf(command: Command): Flag[] {
  const own: Flag[] = Object.values(command.flags).filter((flag) => !isArgument(flag));
  return [...own, ...Object.values(outputFlagsOf(command)), ...Object.values(globalFlags)];
}

/** What was typed for them. */
export interface SharedFlags {
  server?: string;
  input: boolean;
  color: boolean;
  pager: boolean;
  json?: true;
  csv?: true;
  fields?: string;
}
