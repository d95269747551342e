import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { readBuiltRelease } from '../../database/deploy/replaceable.ts';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import type { Mutant, Outcome, Verdict } from './mutation.ts';

/** The verdicts of a run, kept in a file: JSON lines, of which the first says which rules and tests they are about. */
export interface VerdictJournal {
  /** The verdicts that the file had, of mutants that are the same still. */
  verdicts: ReadonlyMap<string, Outcome>;
  add(verdict: Verdict): void;
}

/**
 * Opens the file, or begins it anew when db/ or a test has changed since.
 * @throws OperatorError when it cannot be read or written, or is another program's.
 */
export async function openJournal(path: string, files: readonly string[]): Promise<VerdictJournal> {
  const about = await digestOf(files);
  const [first, ...lines] = readLines(path);
  if (first !== undefined && !('about' in first)) {
    throw new OperatorError(
      `${path} holds something else than verdicts.`,
      'Name another file after --resume.',
    );
  }
  const isCurrent = first?.about === about;
  // a run that was killed may have left half a line
  if (isCurrent) write(() => appendFileSync(path, '\n'), path);
  else write(() => writeFileSync(path, `${JSON.stringify({ about })}\n`), path);
  const verdicts = new Map<string, Outcome>();
  for (const line of isCurrent ? lines : []) {
    if ('name' in line) verdicts.set(line.name, { status: line.status, killedBy: line.killedBy });
  }
  return {
    verdicts,
    add: ({ mutant, status, killedBy }) => {
      const line = { name: mutant.name, status, killedBy };
      write(() => appendFileSync(path, `${JSON.stringify(line)}\n`), path);
    },
  };
}

type Line = { about: string } | (Pick<Mutant, 'name'> & Outcome);

function readLines(path: string): Line[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw new OperatorError(`${path} cannot be read.`, undefined, cause);
  }
  return text.split('\n').flatMap((line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return typeof parsed === 'object' && parsed !== null ? [parsed as Line] : [];
    } catch {
      return []; // half a line, or none
    }
  });
}

function write(work: () => void, path: string): void {
  try {
    work();
  } catch (cause) {
    throw new OperatorError(`${path} cannot be written.`, undefined, cause);
  }
}

async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(await readBuiltRelease()));
  for (const file of files) hash.update(file).update(await readFile(file));
  return hash.digest('hex');
}
