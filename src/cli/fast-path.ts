import { writeSync } from 'node:fs';
import process from 'node:process';
import { isatty } from 'node:tty';
import { catalog } from './catalog.ts';
import { endUnwritten, standardStreams } from './core/output/standard-streams.ts';
import { version } from './core/version.ts';
import { drawPage } from './extras/help/draw.ts';
import { rootPage } from './extras/help/page.ts';
import { topics } from './extras/help/topics.ts';

/** What can be answered before a command is looked for: the version, and the help as a whole. */
export function knownAtOnce(argv: readonly string[]): string | undefined {
  const [word = '', ...more] = argv;
  if (more.length > 0) return undefined;
  if (word === '--version' || word === '-V') return `${version}\n`;
  const isTerminal = isatty(1) || Boolean(process.env.EPIC_FORCE_TTY);
  if (!['help', '--help', '-h'].includes(word) && (word !== '' || isTerminal)) return undefined;
  const cells = isatty(1) ? process.stdout.columns : 80;
  return drawPage(rootPage(catalog, topics), Math.min(cells, 100));
}

/** Writes to standard output without opening it as a stream, which takes Node longer than all the rest. */
export function writeAtOnce(text: string): void {
  let left = Buffer.from(text);
  try {
    while (left.length > 0) left = left.subarray(writeSync(1, left));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown error';
    // A pipe that is full, and waits for nobody: Node's own stream does.
    if (code === 'EAGAIN') standardStreams.stdout.write(left);
    else endUnwritten(code, true);
  }
}
