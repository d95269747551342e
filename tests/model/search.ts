import fc from 'fast-check';
import { sequences } from './generate.ts';
import type { DriverName, GeneratedStep } from './operations.ts';
import { Disagreement, runSequence, type StepListener } from './sequence.ts';
import { simplify } from './simplify.ts';
import type { SystemUnderTest } from './system.ts';

export interface SearchOptions {
  /** How many steps to run at least. */
  operations: number;
  seed: number;
  /** The path of a counterexample that an earlier search printed. */
  path?: string | undefined;
  drivers: readonly DriverName[];
}

/** A disagreement in as few steps as possible, and how to reproduce it. */
export interface Counterexample {
  script: readonly string[];
  seed: number;
  path: string;
  drivers: readonly DriverName[];
}

const sequencesPerBatch = 20;

/**
 * Runs random sequences until that many steps agreed, a fifth of them through the API. Returns the first disagreement,
 * shrunk; null where there is none.
 */
export async function search(
  system: SystemUnderTest,
  { operations, seed, path, drivers }: SearchOptions,
  onStep: StepListener,
): Promise<Counterexample | null> {
  const agreed: Record<DriverName, number> = { SQL: 0, GraphQL: 0 };
  const property = fc.asyncProperty(sequences(drivers), (sequence) =>
    runSequence(sequence, system, (step, ...more) => {
      agreed[step.via] += 1;
      onStep(step, ...more);
    }),
  );
  const isDone = () =>
    agreed.SQL + agreed.GraphQL >= operations &&
    (!drivers.includes('GraphQL') || agreed.GraphQL >= operations / 5);

  for (let batch = seed; !isDone(); batch += 1) {
    const run = await fc.check(property, {
      seed: batch,
      numRuns: sequencesPerBatch,
      ...(path !== undefined && { path }),
    });
    if (run.failed) {
      const { counterexample, errorInstance: error, counterexamplePath } = run;
      if (counterexample === null || !(error instanceof Disagreement)) throw error;
      const script = await simplify(counterexample[0], (sequence) => scriptOf(sequence, system));
      return {
        script: script ?? error.script,
        seed: batch,
        path: counterexamplePath ?? '',
        drivers,
      };
    }
    if (path !== undefined) break;
  }
  return null;
}

async function scriptOf(
  sequence: readonly GeneratedStep[],
  system: SystemUnderTest,
): Promise<readonly string[] | null> {
  try {
    await runSequence(sequence, system, () => undefined);
    return null;
  } catch (error) {
    if (error instanceof Disagreement) return error.script;
    throw error;
  }
}

export function formatCounterexample({ script, seed, path, drivers }: Counterexample): string {
  const flags = [`--seed ${seed}`, `--path ${path}`, `--drivers ${drivers}`].join(' ');
  return [
    'The model and the database disagree:',
    '',
    ...script.map((line) => `  ${line}`),
    '',
    `To reproduce it: npm run test:model -- ${flags}`,
  ].join('\n');
}
