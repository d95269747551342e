import fc from 'fast-check';
import { Disagreement, play, type Witness } from './day.ts';
import { days } from './generate.ts';
import type { Office } from './office.ts';
import type { DoorName, Intention } from './operations.ts';
import { simplified } from './simplify.ts';

export interface Search {
  /** At least so many steps, unless there is a disagreement before. */
  operations: number;
  seed: number;
  /** Where in the days of that seed to look: what an earlier search printed. */
  path?: string | undefined;
  doors: readonly DoorName[];
}

/** A disagreement in as few steps as it takes, and how to see it again. */
export interface Found {
  script: readonly string[];
  seed: number;
  path: string;
  doors: readonly DoorName[];
}

// A batch of days is what one seed stands for.
const daysInBatch = 20;

/**
 * Plays random days until that many steps were agreed on, a fifth of them through the API; gives the first
 * disagreement in as few steps as it takes.
 */
export async function search(
  office: Office,
  { operations, seed, path, doors }: Search,
  witness: Witness,
): Promise<Found | null> {
  const agreed: Record<DoorName, number> = { SQL: 0, GraphQL: 0 };
  const property = fc.asyncProperty(days(doors), (day) =>
    play(day, office, (step, ...more) => {
      agreed[step.through] += 1;
      witness(step, ...more);
    }),
  );
  const isDone = () =>
    agreed.SQL + agreed.GraphQL >= operations &&
    (!doors.includes('GraphQL') || agreed.GraphQL >= operations / 5);

  for (let batch = seed; !isDone(); batch += 1) {
    const run = await fc.check(property, {
      seed: batch,
      numRuns: daysInBatch,
      ...(path !== undefined && { path }),
    });
    if (run.failed) {
      const { counterexample, errorInstance: error, counterexamplePath } = run;
      if (counterexample === null || !(error instanceof Disagreement)) throw error;
      const script = await simplified(counterexample[0], (day) => scriptOf(day, office));
      return {
        script: script ?? error.script,
        seed: batch,
        path: counterexamplePath ?? '',
        doors,
      };
    }
    if (path !== undefined) break;
  }
  return null;
}

async function scriptOf(
  day: readonly Intention[],
  office: Office,
): Promise<readonly string[] | null> {
  try {
    await play(day, office, () => undefined);
    return null;
  } catch (error) {
    if (error instanceof Disagreement) return error.script;
    throw error;
  }
}

/** A disagreement for a person to read. */
export function reportOf({ script, seed, path, doors }: Found): string {
  const flags = [`--seed ${seed}`, `--path ${path}`, `--doors ${doors}`].join(' ');
  return [
    'The model and the database disagree:',
    '',
    ...script.map((line) => `  ${line}`),
    '',
    `To see it again: npm run test:model -- ${flags}`,
  ].join('\n');
}
