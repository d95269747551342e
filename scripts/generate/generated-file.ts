import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The root of the repository. */
export const root = resolve(import.meta.dirname, '..', '..');

/** A committed file that is made from a deployed database or from the sources. */
export type GeneratedFile = {
  /** Relative to the root, with slashes. */
  path: string;
  content: string;
};

export type Comparison = { path: string; isCurrent: boolean; difference: string[] };

/** Compares what is stored with what was generated. */
export async function compare({ path, content }: GeneratedFile): Promise<Comparison> {
  const stored = await readFile(join(root, path), 'utf8').catch(() => null);
  return { path, isCurrent: stored === content, difference: differenceOf(stored, content) };
}

export async function write({ path, content }: GeneratedFile): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const shownLines = 20;

function differenceOf(stored: string | null, content: string): string[] {
  if (stored === null) return ['it is missing'];
  const before = stored.split('\n');
  const after = content.split('\n');
  const lines = [
    ...marked('-', linesMissingIn(after, before)),
    ...marked('+', linesMissingIn(before, after)),
  ];
  return lines.length > 0 ? lines : ['its lines are in another order'];
}

function linesMissingIn(others: readonly string[], lines: readonly string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}

function marked(mark: string, lines: readonly string[]): string[] {
  const shown = lines.slice(0, shownLines).map((line) => `${mark} ${line.trim()}`);
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${mark} … and ${more} more`] : shown;
}
