import { DatabaseError } from 'pg';
import { OperatorError } from '../../errors/errors.ts';
import { isBreakage, runTestFile, TestsBroke } from '../test/run.ts';
import {
  adminUrlOf,
  createClone,
  dropDatabase,
  type ScratchServer,
  withConnection,
} from '../test/server.ts';
import { nameOf, prepareForTests } from '../test/suite.ts';
import { workTogether } from '../test/workers.ts';
import type { Mutant, Verdict } from './mutation.ts';
import { createGuesser, type Guesser } from './order.ts';

const ATTEMPTS = 3;

export interface Trial {
  server: ScratchServer;
  files: readonly string[];
  control: Mutant;
  mutants: readonly Mutant[];
  /** The names of those that are known to be equivalent. */
  equivalent: ReadonlySet<string>;
  jobs: number;
  interrupted: AbortSignal;
  tell: (verdict: Verdict) => void;
}

/**
 * Tries every mutant in a copy of the database of its own, and gives the verdicts in the order of the mutants.
 * @throws OperatorError when the tests fail although nothing is changed, when a mutant cannot be made, or when
 * something keeps breaking that is no rule: then there is no verdict.
 */
export async function tryMutants(trial: Trial): Promise<Verdict[]> {
  const { server, files, control, mutants, equivalent, jobs, interrupted, tell } = trial;
  const prepared = await prepareForTests(server);
  const milliseconds = new Map<string, number>();
  const measure = (file: string, duration: number) => milliseconds.set(file, duration);
  const shares = Array.from({ length: jobs }, (_, nth) =>
    files.filter((_, at) => at % jobs === nth),
  );
  await workTogether(shares, jobs, interrupted, async (share, nth) => {
    const failure = await judge(control, share, { server, prepared, nth, measure });
    if (failure !== null) throw unsound(failure.said);
  });

  const guesser = await createGuesser(milliseconds);
  const verdicts = new Map<Mutant, Verdict>();
  await workTogether(mutants, jobs, interrupted, async (mutant, nth) => {
    const killedBy = await judgePatiently(mutant, guesser, { server, prepared, nth });
    const survived = equivalent.has(mutant.name) ? 'equivalent' : 'survived';
    const verdict: Verdict = { mutant, status: killedBy ? 'killed' : survived, killedBy };
    verdicts.set(mutant, verdict);
    tell(verdict);
  });
  return mutants.flatMap((mutant) => verdicts.get(mutant) ?? []);
}

type Place = {
  server: ScratchServer;
  /** The database to copy. */
  prepared: string;
  /** Of the copies that exist at the same time, which one. */
  nth: number;
  measure?: (file: string, milliseconds: number) => void;
};

// A machine, server or connection that failed has judged nothing: once more, in a new copy.
async function judgePatiently(
  mutant: Mutant,
  guesser: Guesser,
  place: Place,
): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const failure = await judge(mutant, guesser.order(mutant), place);
      if (failure !== null) guesser.learn(mutant, failure.file);
      return failure?.said ?? null;
    } catch (error) {
      if (!(error instanceof TestsBroke) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The first test that fails, if one does. */
async function judge(
  mutant: Mutant,
  files: readonly string[],
  { server, prepared, nth, measure }: Place,
): Promise<{ file: string; said: string } | null> {
  const clone = `${prepared}_${nth}`;
  const url = adminUrlOf(server, clone);
  try {
    await dropDatabase(server, clone);
    await createClone(server, clone, prepared);
    await withConnection(url, (client) => client.query(mutant.sql));
  } catch (error) {
    const isRefused = error instanceof DatabaseError && !isBreakage(error);
    throw isRefused ? impossible(mutant, error) : new TestsBroke(mutant.name, error);
  }
  for (const file of files) {
    const started = performance.now();
    const results = await runTestFile(url, file, { untilOneFails: true });
    measure?.(file, performance.now() - started);
    const failure = results.find(({ passed }) => !passed);
    if (failure !== undefined) {
      const said = failure.text.split('\n')[0]?.replace(/^not ok( \d+)? - /, '');
      return { file, said: `${nameOf(file)}:${failure.line}: ${said}` };
    }
  }
  await dropDatabase(server, clone);
  return null;
}

function unsound(failure: string): OperatorError {
  return new OperatorError(
    `The tests fail although nothing is changed, so they can judge no mutant:\n  ${failure}`,
    'See what fails: epic-server policies test',
  );
}

function impossible(mutant: Mutant, error: DatabaseError): OperatorError {
  return new OperatorError(
    `A mutant cannot be made: ${mutant.name}\n  ${error.message} (${error.code})\n  ${mutant.sql}`,
    'This is a mistake in the views of schema dba that write the mutants: db/dba/7*.sql.',
    error,
  );
}
