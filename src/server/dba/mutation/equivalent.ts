import { readFile } from 'node:fs/promises';
import { databasePath } from '../../database/sql-file.ts';
import { codeOf } from '../../errors/error-code.ts';
import { OperatorError } from '../../errors/errors.ts';
import type { Mutant, Verdict } from './mutation.ts';

/** A mutant that behaves like the original, so that no test can tell them apart, and why. */
type Equivalent = { name: string; proof: string };

const FILE = 'tests/mutation/equivalent.json';

/** The mutants that are listed as equivalent, each with its proof. */
export async function readEquivalents(): Promise<Equivalent[]> {
  try {
    const listed: Equivalent[] = JSON.parse(await readFile(databasePath('..', FILE), 'utf8'));
    const unproven = listed.find(({ name, proof }) => !name || !proof?.trim());
    if (unproven !== undefined)
      throw new Error(`an entry has no name or no proof: ${unproven.name}`);
    return listed;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new OperatorError(`${FILE} cannot be read: ${error}`, undefined, error);
  }
}

/** What is wrong with the list, in sentences: it must name only mutants that there are and that survive. */
export function findStaleEquivalents(
  listed: readonly Equivalent[],
  mutants: readonly Mutant[],
  verdicts: readonly Verdict[],
): string[] {
  const names = new Set(mutants.map(({ name }) => name));
  const killers = new Map(verdicts.map(({ mutant, killedBy }) => [mutant.name, killedBy]));
  return listed.flatMap(({ name }) => {
    if (!names.has(name)) return `${FILE} lists a mutant that does not exist: ${name}`;
    const killer = killers.get(name);
    return killer ? `${FILE} lists a mutant that is not equivalent: ${name}\n  ${killer}` : [];
  });
}
