import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { openJournal } from '../dba/mutation/journal.ts';
import {
  describeReport,
  describeVerdict,
  findEquivalents,
  findStaleEntries,
  type Mutant,
  type Outcome,
  readAccepted,
  readMutants,
  reportOf,
  type Verdict,
} from '../dba/mutation/mutation.ts';
import { runMutants } from '../dba/mutation/run.ts';
import { type TestResult, writeTap } from '../dba/test/run.ts';
import { adminUrlOf, openScratchServer, withConnection } from '../dba/test/server.ts';
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
  if (failed > 0) process.exitCode = 1;
  else if (passed === 0) process.exitCode = 2;
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
  /** A table or function, with or without its schema. */
  object?: string;
  kind?: string;
  /** A file that keeps the verdicts. */
  resume?: string;
}

/** `epic-server policies mutate`: whether a test fails for each small change of the rules. */
export async function mutatePolicies(named: string[], options: MutateOptions): Promise<void> {
  const files = await findTestFiles(named);
  const jobs = jobsFrom(options.jobs);
  const only = patternFrom(options.only);
  const journal = options.resume === undefined ? null : await openJournal(options.resume, files);
  const interrupted = interruptionSignal();
  const server = await openScratchServer(
    options.database ?? (process.env.EPIC_TEST_DATABASE_URL || undefined),
  );
  try {
    const { mutants, control, skipped } = await withConnection(
      adminUrlOf(server, server.template),
      async (client) => {
        const found = await readMutants(client);
        return { ...found, skipped: await findEquivalents(client, found.mutants) };
      },
    );
    const chosen = choose(mutants, only, options);
    const accepted = await readAccepted();
    const settled = new Map<string, Outcome>(journal?.verdicts);
    for (const name of skipped) settled.set(name, { status: 'equivalent', killedBy: null });
    const progress = createProgress(chosen.filter(({ name }) => !settled.has(name)).length);
    const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
    const verdicts = await runMutants({
      server,
      files,
      control,
      mutants: chosen,
      settled,
      equivalent: accepted.equivalent,
      jobs,
      interrupted,
      onVerdict: (verdict) => {
        journal?.add(verdict);
        progress.hide();
        if (!options.json) process.stdout.write(describeVerdict(verdict, width));
        progress.count(verdict);
      },
    });
    progress.hide();
    const report = reportOf(verdicts, accepted);
    const stale = findStaleEntries(accepted, mutants, verdicts);
    process.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report),
    );
    for (const complaint of stale) process.stderr.write(`${complaint}\n`);
    if (report.score < 1 || stale.length > 0) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

function choose(mutants: readonly Mutant[], only: RegExp, { object, kind }: MutateOptions) {
  const kinds = [...new Set(mutants.map((mutant) => mutant.kind))].sort();
  if (kind !== undefined && !kinds.includes(kind)) {
    throw new OperatorError(
      `There are no mutants of kind ${kind}.`,
      `The kinds: ${kinds.join(', ')}`,
    );
  }
  const isWanted = (name: string) =>
    object === undefined ||
    [name, name.replace(/\(.*$/, '')].some((form) => `.${form}`.endsWith(`.${object}`));
  const chosen = mutants.filter(
    (mutant) =>
      only.test(mutant.name) && isWanted(mutant.object) && (kind ?? mutant.kind) === mutant.kind,
  );
  if (chosen.length > 0) return chosen;
  throw new OperatorError(
    'No mutant is like that.',
    'Without --only, --object and --kind all are tried; `select kind, object, name from dba.mutation` lists them.',
  );
}

/** Every how many mutants a line of progress is written where standard error is no terminal. */
const REPORTED_EVERY = 100;

/** The progress on standard error: on a terminal a line that is rewritten, elsewhere now and then a line. */
function createProgress(total: number) {
  const started = performance.now();
  const { isTTY } = process.stderr;
  let done = 0;
  let survived = 0;
  return {
    hide: () => isTTY && process.stderr.write('\r\x1b[K'),
    count: ({ status }: Verdict) => {
      done += 1;
      if (status === 'survived') survived += 1;
      const left = Math.ceil((((performance.now() - started) / done) * (total - done)) / 60_000);
      const line = `${done} of ${total} mutants, ${survived} survived, ${left} min left`;
      if (isTTY) process.stderr.write(line);
      else if (done % REPORTED_EVERY === 0) process.stderr.write(`${line}\n`);
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
