import { optional, toggle } from './command.ts';
import { line } from './flags.ts';

/** How the result of any command is written. */
export const outputFlags = {
  json: toggle('--json', 'print JSON'),
  csv: toggle('--csv', 'print CSV, with a header'),
  fields: optional('--fields <names>', 'the fields to show', line(2000)),
};

/** The flags that every command understands. */
export const globalFlags = {
  server: optional('--server <url>', 'the address of the server (EPIC_SERVER)', line(2000)),
  input: toggle('--no-input', 'never ask anything'),
  color: toggle('--no-color', 'no colours (NO_COLOR)'),
  pager: toggle('--no-pager', 'long lists at once (PAGER)'),
  help: toggle('-h, --help', 'explain a command'),
  version: toggle('-V, --version', 'print the version'),
};

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
