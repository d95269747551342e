import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';

/** A file of the repository that is made from a deployed database, or from the sources. */
export type GeneratedFile = {
  /** Absolute. */
  path: string;
  /** What it should hold. */
  content: string;
  /** What it is made from: “the database gives”. */
  source?: string;
  /** What a difference means, as a sentence. */
  meaning: string;
  /** What to do if the difference is meant. */
  remedy: string;
};

/** Writes the file; with --check on the command line it only compares, and fails when it differs. */
export async function writeOrCheck(file: GeneratedFile) {
  const { path, content, source = 'the database gives', meaning, remedy } = file;
  const name = relative(process.cwd(), path);
  if (!process.argv.includes('--check')) {
    await writeFile(path, content);
    process.stdout.write(`${name} is written.\n`);
    return;
  }
  const stored = await readFile(path, 'utf8').catch(() => '');
  if (stored === content) {
    process.stdout.write(`${name} is what ${source}.\n`);
    return;
  }
  const storedLines = stored.split('\n');
  const currentLines = content.split('\n');
  const gone = storedLines.filter((line) => !currentLines.includes(line));
  const added = currentLines.filter((line) => !storedLines.includes(line));
  process.stderr.write(
    `${[
      `${name} is not what ${source}. ${meaning}`,
      ...gone.slice(0, 20).map((line) => `  - ${line.trim()}`),
      ...added.slice(0, 20).map((line) => `  + ${line.trim()}`),
      `If that is meant: ${remedy}`,
    ].join('\n')}\n`,
  );
  process.exitCode = 1;
}
