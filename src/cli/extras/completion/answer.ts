import type { Streams } from '../../core/output/output.ts';
import { printable } from '../../core/output/text.ts';
import { type Catalog, candidates, files, type Ids } from './candidates.ts';

/**
 * Tells a shell what could be typed next: a line for each candidate, with a tab and what it means, or `:files`.
 * The last of the words is the one under the cursor. Whatever goes wrong is kept from whoever is typing.
 */
export async function answer(
  words: readonly string[],
  streams: Pick<Streams, 'stdout' | 'stderr' | 'env'>,
  catalog: Catalog,
): Promise<void> {
  const { stdout } = streams;
  const ids: Ids = async (noun, server) => (await import('./ids.ts')).idsOf(noun, server, streams);
  try {
    const found = await candidates(words, ids, catalog);
    const lines =
      found === files
        ? [':files']
        : found.map(({ value, about }) => `${printable(value)}\t${printable(about)}`);
    stdout.write(lines.map((line) => `${line}\n`).join(''));
  } catch {
    // No candidates.
  }
}
