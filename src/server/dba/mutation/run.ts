import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DatabaseError } from 'pg';
import { OperatorError } from '../../errors/errors.ts';
import { isInfrastructureError, runTestFile, TestRunError } from '../test/run.ts';
import {
  adminUrlOf,
  createClone,
  dropDatabase,
  type ScratchServer,
  withConnection,
} from '../test/server.ts';
import { nameOf, prepareForTests, readsCatalogue, runConcurrently } from '../test/suite.ts';
import type { Mutant, Outcome, Status, Verdict } from './mutation.ts';

const ATTEMPTS = 3;

export interface MutationRun {
  server: ScratchServer;
  files: readonly string[];
  control: Mutant;
  mutants: readonly Mutant[];
  /** The verdicts that need no run, by the names of the mutants. */
  settled: ReadonlyMap<string, Outcome>;
  /** The names of mutants listed as equivalent, which are run all the same. */
  equivalent: ReadonlySet<string>;
  jobs: number;
  interrupted: AbortSignal;
  /** Called for each mutant that was run. */
  onVerdict: (verdict: Verdict) => void;
}

/**
 * Runs the tests on every mutant, each in a copy of the database, and returns the verdicts in the order of the mutants.
 * @throws OperatorError when the control fails, when a mutant cannot be created, or when the infrastructure keeps failing.
 */
export async function runMutants(trial: MutationRun): Promise<Verdict[]> {
  const { server, files, control, mutants, settled, equivalent, jobs, interrupted } = trial;
  const verdicts = new Map<Mutant, Verdict>();
  const pending: Mutant[] = [];
  for (const mutant of mutants) {
    const outcome = settled.get(mutant.name);
    if (outcome === undefined) pending.push(mutant);
    else verdicts.set(mutant, { mutant, ...outcome });
  }
  const inOrder = () => mutants.flatMap((mutant) => verdicts.get(mutant) ?? []);
  if (pending.length === 0) return inOrder();
  const prepared = await prepareForTests(server);
  const milliseconds = new Map<string, number>();
  const measure = (file: string, duration: number) => milliseconds.set(file, duration);
  const shares = Array.from({ length: jobs }, (_, nth) =>
    files.filter((_, at) => at % jobs === nth),
  );
  await runConcurrently(shares, jobs, interrupted, async (share, nth) => {
    const failure = await runMutant(control, share, { server, prepared, nth, measure });
    if (failure !== null) throw controlFailed(failure.message);
  });

  const testOrder = await createTestOrder(milliseconds);
  await runConcurrently(pending, jobs, interrupted, async (mutant, nth) => {
    const failure = await runMutantWithRetries(mutant, testOrder, { server, prepared, nth });
    const unharmed: Status = equivalent.has(mutant.name) ? 'equivalent' : 'survived';
    const status = failure === null ? unharmed : statusOf(failure.file);
    const verdict = { mutant, status, killedBy: failure?.message ?? null };
    verdicts.set(mutant, verdict);
    trial.onVerdict(verdict);
  });
  return inOrder();
}

function statusOf(file: string): Status {
  return readsCatalogue(file) ? 'structural' : 'killed';
}

type Place = {
  server: ScratchServer;
  /** The database to copy. */
  prepared: string;
  /** Of the copies that exist at the same time, which one. */
  nth: number;
  measure?: (file: string, milliseconds: number) => void;
};

type Failure = { file: string; message: string };

// retried in a new copy when the machine, the server or the connection failed
async function runMutantWithRetries(
  mutant: Mutant,
  testOrder: TestOrder,
  place: Place,
): Promise<Failure | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const failure = await runMutant(mutant, testOrder.order(mutant), place);
      if (failure !== null) testOrder.learn(mutant, failure.file);
      return failure;
    } catch (error) {
      if (!(error instanceof TestRunError) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The first test that fails, or null. */
async function runMutant(
  mutant: Mutant,
  files: readonly string[],
  { server, prepared, nth, measure }: Place,
): Promise<Failure | null> {
  const clone = `${prepared}_${nth}`;
  const url = adminUrlOf(server, clone);
  try {
    await dropDatabase(server, clone);
    await createClone(server, clone, prepared);
    await withConnection(url, (client) => client.query(mutant.sql));
  } catch (error) {
    const isRefused = error instanceof DatabaseError && !isInfrastructureError(error);
    throw isRefused ? invalidMutant(mutant, error) : new TestRunError(mutant.name, error);
  }
  for (const file of files) {
    const started = performance.now();
    const results = await runTestFile(url, file, { untilOneFails: true });
    measure?.(file, performance.now() - started);
    const failure = results.find(({ passed }) => !passed);
    if (failure !== undefined) {
      const message = failure.text.split('\n')[0]?.replace(/^not ok( \d+)? - /, '');
      return { file, message: `${nameOf(file)}:${failure.line}: ${message}` };
    }
  }
  await dropDatabase(server, clone);
  return null;
}

function controlFailed(failure: string): OperatorError {
  return new OperatorError(
    `The tests fail although nothing is changed, so they can judge no mutant:\n  ${failure}`,
    'See what fails: epic-server policies test',
  );
}

function invalidMutant(mutant: Mutant, error: DatabaseError): OperatorError {
  return new OperatorError(
    `A mutant cannot be made: ${mutant.name}\n  ${error.message} (${error.code})\n  ${mutant.sql}`,
    'This is a mistake in the views of schema dba that write the mutants: db/dba/7*.sql.',
    error,
  );
}

/** Orders test files by how likely they are to fail for a mutant. */
export interface TestOrder {
  /** All files: those of the catalogue last, otherwise the most likely first. */
  order(mutant: Mutant): string[];
  /** The file has failed for this mutant. */
  learn(mutant: Mutant, file: string): void;
}

/** Scores files by name and content, by the mutants they have killed, and by duration. */
export async function createTestOrder(
  milliseconds: ReadonlyMap<string, number>,
): Promise<TestOrder> {
  const files = [...milliseconds.keys()];
  const words = new Map<string, Map<string, number>>();
  for (const file of files) words.set(file, countWords(await readFile(file, 'utf8')));
  const kills = new Map<string, number>();
  const killsOf = (what: string, file: string) => kills.get(`${what} ${file}`) ?? 0;

  const score = (mutant: Mutant, file: string) => {
    const name = bareNameOf(mutant);
    const spokenOf = words.get(file)?.get(name) ?? 0;
    const isItsOwn = basename(file, '.sql').endsWith(name);
    const benefit =
      (isItsOwn ? 6 : 0) +
      Math.min(spokenOf, 10) / 3 +
      Math.min(killsOf(`${mutant.kind} ${mutant.object}`, file), 5) * 3 +
      Math.min(killsOf(mutant.object, file), 5) +
      Math.min(killsOf(mutant.kind, file), 20) / 4;
    return benefit / (50 + (milliseconds.get(file) ?? 0));
  };

  return {
    order: (mutant) => {
      const scores = new Map(files.map((file) => [file, score(mutant, file)]));
      const rank = (file: string) => (readsCatalogue(file) ? -1 : (scores.get(file) ?? 0));
      return files.toSorted((one, other) => rank(other) - rank(one));
    },
    learn: (mutant, file) => {
      for (const what of [`${mutant.kind} ${mutant.object}`, mutant.object, mutant.kind]) {
        kills.set(`${what} ${file}`, killsOf(what, file) + 1);
      }
    },
  };
}

// crm.client, crm.erase_client(integer,boolean)
function bareNameOf({ object }: Mutant): string {
  return object.replace(/\(.*$/, '').replace(/^.*\./, '');
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/\w+/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
