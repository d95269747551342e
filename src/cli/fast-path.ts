import { writeSync } from 'node:fs';
import process from 'node:process';
import { isatty } from 'node:tty';
import { catalog } from './catalog.ts';
import type { CommandLine } from './core/args/command-line.ts';
import { endUnwritten, standardStreams } from './core/output/standard-streams.ts';
import { version } from './core/version.ts';
import { drawPage } from './extras/help/help.ts';
import { rootPage } from './extras/help/page.ts';
import { topics } from './extras/help/topics.ts';

/** The output of `epic --version` and `epic --help`, for which no command is looked for. */
export function fastPath({ argv, words, flags }: CommandLine): string | undefined {
  if (argv.length > 1) return undefined;
  if (flags.get('--version') === true) return `${version}\n`;
  const isTerminal = isatty(1) || Boolean(process.env.EPIC_FORCE_TTY);
  const wantsHelp = words[0] === 'help' || flags.get('--help') === true;
  if (!wantsHelp && (argv.length > 0 || isTerminal)) return undefined;
  const width = isatty(1) ? process.stdout.columns : 80;
  return drawPage(rootPage(catalog, topics), Math.min(width, 100));
}

/** Writes to standard output without opening it as a stream, which takes Node longer than everything else here. */
export function writeAtOnce(text: string): void {
  let left = Buffer.from(text);
  try {
    while (left.length > 0) left = left.subarray(writeSync(1, left));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown error';
    // a pipe that is full: Node's own stream waits for its reader
    if (code === 'EAGAIN') standardStreams.stdout.write(left);
    else endUnwritten(code, true);
  }
}
