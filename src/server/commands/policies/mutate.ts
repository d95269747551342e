import { availableParallelism } from 'node:os';
import { findStaleEquivalents, readEquivalents } from '../../dba/mutation/equivalent.ts';
import { type Proof, proofOf, readMutants, type Verdict } from '../../dba/mutation/mutation.ts';
import { describeProof, describeVerdict } from '../../dba/mutation/report.ts';
import { tryMutants } from '../../dba/mutation/run.ts';
import {
  adminUrlOf,
  openScratchServer,
  type ScratchServer,
  withConnection,
} from '../../dba/test/server.ts';
import { findTestFiles } from '../../dba/test/suite.ts';
import { OperatorError } from '../../errors/errors.ts';
import { takeInterruptions } from './interruption.ts';

export interface MutateOptions {
  /** Of a superuser; without it, EPIC_TEST_DATABASE_URL, or else the embedded PostgreSQL. */
  database?: string;
  jobs?: string;
  json: boolean;
  /** A regular expression that the names of the mutants must match. */
  only?: string;
}

/** `epic-server policies mutate`: whether every rule has a test that notices when it is changed. */
export async function mutatePolicies(named: string[], options: MutateOptions): Promise<void> {
  const files = await findTestFiles(named);
  const jobs = jobsFrom(options.jobs);
  const only = patternFrom(options.only);
  const interrupted = takeInterruptions();
  const server = await openScratchServer(
    options.database ?? (process.env.EPIC_TEST_DATABASE_URL || undefined),
  );
  try {
    const isQuiet = options.json;
    const { proof, complaints } = await prove(server, { files, jobs, only, isQuiet, interrupted });
    process.stdout.write(
      options.json ? `${JSON.stringify(proof, null, 2)}\n` : describeProof(proof),
    );
    for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
    if (proof.score < 1 || complaints.length > 0) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

async function prove(
  server: ScratchServer,
  options: {
    files: string[];
    jobs: number;
    only: RegExp;
    isQuiet: boolean;
    interrupted: AbortSignal;
  },
): Promise<{ proof: Proof; complaints: string[] }> {
  const listed = await readEquivalents();
  const { mutants, control } = await withConnection(
    adminUrlOf(server, server.template),
    readMutants,
  );
  const chosen = mutants.filter(({ name }) => options.only.test(name));
  if (chosen.length === 0) throw new OperatorError(`No mutant has a name like ${options.only}.`);

  const counter = createCounter(chosen.length);
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  const tell = (verdict: Verdict) => {
    counter.hide();
    if (!options.isQuiet) process.stdout.write(describeVerdict(verdict, width));
    counter.count(verdict);
  };
  const { files, jobs, interrupted } = options;
  const equivalent = new Set(listed.map(({ name }) => name));
  const verdicts = await tryMutants({
    server,
    files,
    control,
    mutants: chosen,
    equivalent,
    jobs,
    interrupted,
    tell,
  });
  counter.hide();
  return {
    proof: proofOf(verdicts),
    complaints: findStaleEquivalents(listed, mutants, verdicts),
  };
}

/** A line on the terminal that says how far we are. */
function createCounter(total: number) {
  let done = 0;
  let survived = 0;
  const write = (text: string) => process.stderr.isTTY && process.stderr.write(text);
  return {
    hide: () => write('\r\x1b[K'),
    count: ({ status }: Verdict) => {
      done += 1;
      if (status === 'survived') survived += 1;
      write(`${done} of ${total} mutants, ${survived} survived`);
    },
  };
}

function jobsFrom(text: string | undefined): number {
  // A copy is made while another one is tested: one more keeps every core busy.
  if (text === undefined) return availableParallelism() + 1;
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 16) {
    throw new OperatorError(`--jobs ${text} is not a number from 1 to 16.`);
  }
  return jobs;
}

function patternFrom(text = ''): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (cause) {
    throw new OperatorError(`--only ${text} is not a regular expression.`, undefined, cause);
  }
}
