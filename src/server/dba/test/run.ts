import { relative } from 'node:path';
import { DatabaseError } from 'pg';
import { runSqlFile } from '../../database/sql-file.ts';
import { OperatorError } from '../../errors/errors.ts';
import { withConnection } from './server.ts';

/** The tests could not be run: the machine, the server or the connection failed. */
export class TestRunError extends OperatorError {
  constructor(what: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `${what} could not be run to its end: ${reason}`,
      'This says nothing about the rules. Run it again; if it happens again, look into the log of PostgreSQL.',
      cause,
    );
  }
}

// lost connections, deadlocks, insufficient resources, cancelled statements and shutdowns, internal errors
const BREAKAGE = /^(08|40|53|57|58|XX)/;
const BREAKAGE_IN_A_TEST = /\b(08|40|53|57|58|XX)[0-9A-Z]{3}: /;

class FirstFailure extends Error {}

/** Whether the machine, the server or the connection failed, rather than a statement. */
export function isInfrastructureError({ code }: DatabaseError): boolean {
  return BREAKAGE.test(code ?? 'XX');
}

/**
 * Runs a test file on a connection of its own, to its end or, with `untilOneFails`, to the first failure.
 * @throws TestRunError
 */
export async function runTestFile(
  url: string,
  file: string,
  { untilOneFails = false } = {},
): Promise<TestResult[]> {
  const output: { line: number; text: string }[] = [];
  try {
    await withConnection(url, (client) =>
      runSqlFile(client, file, ({ rows }, line) => {
        for (const value of rows.flatMap((row) => Object.values(row))) {
          if (typeof value !== 'string') continue;
          output.push({ line, text: value });
          if (untilOneFails && /^not ok\b(?!.*# TODO\b)/i.test(value)) throw new FirstFailure();
        }
      }),
    );
    return checkedResults(file, readTap(output));
  } catch (error) {
    if (error instanceof FirstFailure) return checkedResults(file, withoutPlan(readTap(output)));
    if (!(error instanceof OperatorError) || !(error.cause instanceof DatabaseError)) {
      throw new TestRunError(relative('.', file), error);
    }
    if (isInfrastructureError(error.cause))
      throw new TestRunError(relative('.', file), error.cause);
    const line = Number(/:(\d+): /.exec(error.message)?.[1] ?? 1);
    const message = error.message.replace(/^.*?:\d+: /, 'not ok - stopped by an error: ');
    const text = [message, error.hint].filter(Boolean).join('\n');
    return checkedResults(file, [...withoutPlan(readTap(output)), { passed: false, line, text }]);
  }
}

// a file that was left early has not run its whole plan
function withoutPlan(results: TestResult[]): TestResult[] {
  return results.filter(({ text }) => /^(not )?ok \d/.test(text));
}

function checkedResults(file: string, results: TestResult[]): TestResult[] {
  const broken = results.find(({ passed, text }) => !passed && BREAKAGE_IN_A_TEST.test(text));
  if (broken !== undefined) throw new TestRunError(relative('.', file), broken.text);
  return results;
}

/** The result of a test; `text` is its `ok` or `not ok` and its diagnostics. */
export interface TestResult {
  passed: boolean;
  /** Of the statement that ran the test. */
  line: number;
  text: string;
}

/** Reads the output of pgTAP (https://testanything.org). A wrong or missing plan is a failed test. */
export function readTap(output: readonly { line: number; text: string }[]): TestResult[] {
  const results: TestResult[] = [];
  let planned: number | undefined;
  for (const { line, text } of output) {
    const plan = /^1\.\.(\d+)/.exec(text);
    if (plan !== null) planned = Number(plan[1]);
    const result = /^(not )?ok\b/.exec(text);
    if (result === null) continue;
    const isExcused = /^.*# (TODO|SKIP)\b/i.test(text);
    results.push({ passed: result[1] === undefined || isExcused, line, text });
  }
  if (planned !== results.length) {
    const plan = planned === undefined ? 'no tests were planned' : `${planned} tests were planned`;
    const text = `not ok - ${plan}, but ${results.length} ran`;
    results.push({ passed: false, line: results.at(-1)?.line ?? 1, text });
  }
  return results;
}

/** The results of a file as part of a TAP stream, numbered from `first`. */
export function writeTap(file: string, results: readonly TestResult[], first: number): string {
  const lines = [`# ${file}`];
  for (const [index, { passed, line, text }] of results.entries()) {
    const [head = '', ...diagnostics] = text.split('\n');
    const [, verdict, description] = /^((?:not )?ok)(?: \d+)?(?: - )?(.*)$/.exec(head) ?? [];
    lines.push(`${verdict} ${first + index} - ${description}`);
    if (!passed) lines.push(`# ${file}:${line}`);
    lines.push(...diagnostics.map((said) => (said.startsWith('#') ? said : `# ${said}`)));
  }
  return `${lines.join('\n')}\n`;
}
