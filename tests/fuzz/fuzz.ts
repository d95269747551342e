import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { shellQuote } from '../../src/cli/core/text/words.ts';
import type { Office } from '../cli/office.ts';
import { problemOf } from './checks.ts';
import { commandLines } from './command-lines.ts';
import { faults, runWithFault } from './faults.ts';

/** Some commands write files: no relative path from here leads to anything of value. */
const workingFolderOf = (stateHome: string) => join(stateHome, 'at', 'work', 'far', 'from', 'home');

/** Runs random command lines as each department, with and without faults. Throws at the first problem. */
export async function fuzz(
  office: Office,
  { runs, seed }: { runs: number; seed: number },
): Promise<void> {
  const roles = ['sales', 'support', 'manager'] as const;
  const accounts = await Promise.all(roles.map((role) => office.at(role)));
  for (const { stateHome } of accounts)
    await mkdir(workingFolderOf(stateHome), { recursive: true });
  const property = fc.asyncProperty(
    fc.constantFrom(...accounts.map(({ stateHome }) => stateHome)),
    await commandLines(),
    faults,
    async (stateHome, args, fault) => {
      const outcome = await runWithFault(args, fault, {
        stateHome,
        folder: workingFolderOf(stateHome),
        server: office.server.url,
      });
      const problem = await problemOf(args, fault, outcome, stateHome);
      if (problem === undefined) return;
      throw new Error(
        `${problem}: epic ${shellQuote(args)} (${JSON.stringify(fault)})\n${outcome.stdout.slice(0, 2000)}\n${outcome.stderr.slice(0, 2000)}`,
      );
    },
  );
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
}
