import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { shellQuote } from '../../src/cli/core/text/shell.ts';
import type { Office } from '../cli/office.ts';
import { commandLines } from './command-lines.ts';
import { disturbances, runDisturbed } from './disturbed.ts';
import { fault } from './judge.ts';

/** Some commands write files: from here no path that is typed leads to anything of value. */
const workingFolderOf = (stateHome: string) => join(stateHome, 'at', 'work', 'far', 'from', 'home');

/** Runs so many random command lines as each of the departments, disturbed or not. Throws at the first fault. */
export async function fuzz(
  office: Office,
  { runs, seed }: { runs: number; seed: number },
): Promise<void> {
  const roles = ['sales', 'support', 'manager'] as const;
  const desks = await Promise.all(roles.map((role) => office.at(role)));
  for (const { stateHome } of desks) await mkdir(workingFolderOf(stateHome), { recursive: true });
  const property = fc.asyncProperty(
    fc.constantFrom(...desks.map(({ stateHome }) => stateHome)),
    await commandLines(),
    disturbances,
    async (stateHome, args, disturbance) => {
      const outcome = await runDisturbed(args, disturbance, {
        stateHome,
        folder: workingFolderOf(stateHome),
        server: office.server.url,
      });
      const found = await fault(args, disturbance, outcome, stateHome);
      if (found === undefined) return;
      throw new Error(
        `${found}: epic ${shellQuote(args)} (${JSON.stringify(disturbance)})\n${outcome.stdout.slice(0, 2000)}\n${outcome.stderr.slice(0, 2000)}`,
      );
    },
  );
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
}
