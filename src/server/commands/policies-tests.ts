import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import {
  describeReport,
  describeVerdict,
  findStaleEquivalents,
  type MutationReport,
  readEquivalents,
  readMutants,
  reportOf,
  type Verdict,
} from '../dba/mutation/mutation.ts';
import { runMutants } from '../dba/mutation/run.ts';
import { type TestResult, writeTap } from '../dba/test/run.ts';
import {
  adminUrlOf,
  openScratchServer,
  type ScratchServer,
  withConnection,
} from '../dba/test/server.ts';
import { findTestFiles, nameOf, runSuite } from '../dba/test/suite.ts';
import { OperatorError } from '../errors/errors.ts';
import { interruptionSignal } from './until-stopped.ts';

export interface TestOptions {
  /** Of a superuser; without it, EPIC_TEST_DATABASE_URL, or else the embedded PostgreSQL. */
  database?: string;
  tap: boolean;
}

/** `epic-server policies test`: runs tests/sql. TAP, or on a terminal a line for each file. */
export async function testPolicies(named: string[], options: TestOptions): Promise<void> {
  const files = await findTestFiles(named);
  const isTap = options.tap || !process.stdout.isTTY;
  let passed = 0;
  let failed = 0;
  const tell = (file: string, results: TestResult[]) => {
    const first = passed + failed + 1;
    passed += results.filter((result) => result.passed).length;
    failed += results.filter((result) => !result.passed).length;
    process.stdout.write(
      isTap ? writeTap(nameOf(file), results, first) : describe(nameOf(file), results),
    );
  };

  const interrupted = interruptionSignal();
  const server = await openScratchServer(
    options.database ?? (process.env.EPIC_TEST_DATABASE_URL || undefined),
  );
  try {
    if (isTap) process.stdout.write('TAP version 13\n');
    await runSuite(server, files, interrupted, tell);
    if (isTap) process.stdout.write(`1..${passed + failed}\n`);
  } catch (error) {
    if (isTap && error instanceof OperatorError) {
      process.stdout.write(`Bail out! ${error.message.replaceAll('\n', ' ')}\n`);
    }
    throw error;
  } finally {
    await server.stop();
  }
  process.stderr.write(`\n${passed} passed, ${failed} failed\n`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

function describe(file: string, results: readonly TestResult[]): string {
  const failures = results.filter(({ passed }) => !passed);
  const mark = failures.length > 0 ? '✗' : '✓';
  const lines = [`${mark} ${basename(file, '.sql')} (${results.length})`];
  for (const { line, text } of failures) {
    lines.push('', ...[`${file}:${line}`, ...text.split('\n')].map((said) => `    ${said}`), '');
  }
  return `${lines.join('\n')}\n`;
}

export interface MutateOptions {
  /** Of a superuser; without it, EPIC_TEST_DATABASE_URL, or else the embedded PostgreSQL. */
  database?: string;
  jobs?: string;
  json: boolean;
  /** A regular expression that the names of the mutants must match. */
  only?: string;
}

/** `epic-server policies mutate`: whether a test fails for each small change of the rules. */
export async function mutatePolicies(named: string[], options: MutateOptions): Promise<void> {
  const files = await findTestFiles(named);
  const jobs = jobsFrom(options.jobs);
  const only = patternFrom(options.only);
  const interrupted = interruptionSignal();
  const server = await openScratchServer(
    options.database ?? (process.env.EPIC_TEST_DATABASE_URL || undefined),
  );
  try {
    const isQuiet = options.json;
    const { report, complaints } = await runMutations(server, {
      files,
      jobs,
      only,
      isQuiet,
      interrupted,
    });
    process.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report),
    );
    for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
    if (report.score < 1 || complaints.length > 0) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

async function runMutations(
  server: ScratchServer,
  options: {
    files: string[];
    jobs: number;
    only: RegExp;
    isQuiet: boolean;
    interrupted: AbortSignal;
  },
): Promise<{ report: MutationReport; complaints: string[] }> {
  const listed = await readEquivalents();
  const { mutants, control } = await withConnection(
    adminUrlOf(server, server.template),
    readMutants,
  );
  const chosen = mutants.filter(({ name }) => options.only.test(name));
  if (chosen.length === 0) throw new OperatorError(`No mutant has a name like ${options.only}.`);

  const counter = createCounter(chosen.length);
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  const onVerdict = (verdict: Verdict) => {
    counter.hide();
    if (!options.isQuiet) process.stdout.write(describeVerdict(verdict, width));
    counter.count(verdict);
  };
  const { files, jobs, interrupted } = options;
  const equivalent = new Set(listed.map(({ name }) => name));
  const verdicts = await runMutants({
    server,
    files,
    control,
    mutants: chosen,
    equivalent,
    jobs,
    interrupted,
    onVerdict,
  });
  counter.hide();
  return {
    report: reportOf(verdicts),
    complaints: findStaleEquivalents(listed, mutants, verdicts),
  };
}

/** The progress on a terminal. */
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
  // one more than processors, since copying and testing overlap
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
