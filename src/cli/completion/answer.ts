import process from 'node:process';
import { printable } from '../output/text.ts';
import { candidates, files } from './candidates.ts';
import { createIds } from './ids.ts';

/**
 * Tells a shell what could be typed next: a line for each candidate, with a tab and what it means, or `:files`.
 * The last of the words is the one under the cursor. Whatever goes wrong is kept from whoever is typing.
 */
export async function answer(
  words: readonly string[],
  { stdout, env }: { stdout: NodeJS.WritableStream; env: NodeJS.ProcessEnv },
): Promise<void> {
  // A session that is being refreshed would be lost with Ctrl-C; nothing else here takes long.
  process.on('SIGINT', () => undefined);
  try {
    const found = await candidates(words, createIds(env));
    const lines =
      found === files
        ? [':files']
        : found.map(({ value, about }) => `${printable(value)}\t${printable(about)}`);
    stdout.write(lines.map((line) => `${line}\n`).join(''));
  } catch {
    // No candidates.
  }
}
