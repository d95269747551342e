import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The folder of the checkout. */
export const root = resolve(import.meta.dirname, '..', '..');

/** A file of the repository that is made from a deployed database, or from the sources. */
export type GeneratedFile = {
  /** Below the root, with slashes. */
  path: string;
  /** What it should hold; null when there should be no such file. */
  content: string | null;
};

export type Outcome = { path: string; isCurrent: boolean; difference: string[] };

/** Compares the file with what it should hold. */
export async function compare({ path, content }: GeneratedFile): Promise<Outcome> {
  const stored = await readFile(join(root, path), 'utf8').catch(() => null);
  return { path, isCurrent: stored === content, difference: differenceOf(stored, content) };
}

/** Writes the file, or removes it, unless it is current. */
export async function write({ path, content }: GeneratedFile): Promise<void> {
  const file = join(root, path);
  if (content === null) return rm(file);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const SHOWN_LINES = 20;

function differenceOf(stored: string | null, content: string | null): string[] {
  if (stored === null) return ['it is missing'];
  if (content === null) return ['nothing generates it any more'];
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
  const shown = lines.slice(0, SHOWN_LINES).map((line) => `${mark} ${line.trim()}`);
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${mark} … and ${more} more`] : shown;
}
