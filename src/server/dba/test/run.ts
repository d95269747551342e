import { relative } from 'node:path';
import { DatabaseError } from 'pg';
import { runSqlFile } from '../../database/sql-file.ts';
import { OperatorError } from '../../errors/errors.ts';
import { withConnection } from './server.ts';
import { readTap, type TestResult } from './tap.ts';

/** That the tests could not be run: the machine, the server or the connection failed, and no rule was tried. */
export class TestsBroke extends OperatorError {
  constructor(what: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `${what} could not be tried to its end: ${reason}`,
      'This says nothing about the rules. Run it again; if it happens again, look into the log of PostgreSQL.',
      cause,
    );
  }
}

// Lost connections, deadlocks, want of memory or disk, cancelled statements and shutdowns, internal errors.
const BREAKAGE = /^(08|40|53|57|58|XX)/;
const BREAKAGE_IN_A_TEST = /\b(08|40|53|57|58|XX)[0-9A-Z]{3}: /;

class Enough extends Error {}

/** Whether it is the machine, the server or the connection that failed, rather than a statement. */
export function isBreakage({ code }: DatabaseError): boolean {
  return BREAKAGE.test(code ?? 'XX');
}

/**
 * Runs one file of tests on a connection of its own, to its end or, if told so, to the first test that fails.
 * @throws TestsBroke when something failed that is no rule.
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
          if (untilOneFails && /^not ok\b(?!.*# TODO\b)/i.test(value)) throw new Enough();
        }
      }),
    );
    return soundResults(file, readTap(output));
  } catch (error) {
    if (error instanceof Enough) return soundResults(file, withoutPlan(readTap(output)));
    if (!(error instanceof OperatorError) || !(error.cause instanceof DatabaseError)) {
      throw new TestsBroke(relative('.', file), error);
    }
    if (isBreakage(error.cause)) throw new TestsBroke(relative('.', file), error.cause);
    const line = Number(/:(\d+): /.exec(error.message)?.[1] ?? 1);
    const message = error.message.replace(/^.*?:\d+: /, 'not ok - stopped by an error: ');
    const text = [message, error.remedy].filter(Boolean).join('\n');
    return soundResults(file, [...withoutPlan(readTap(output)), { passed: false, line, text }]);
  }
}

// A file that was left early has not run all that it planned, which is no failure of its own.
function withoutPlan(results: TestResult[]): TestResult[] {
  return results.filter(({ text }) => /^(not )?ok \d/.test(text));
}

function soundResults(file: string, results: TestResult[]): TestResult[] {
  const broken = results.find(({ passed, text }) => !passed && BREAKAGE_IN_A_TEST.test(text));
  if (broken !== undefined) throw new TestsBroke(relative('.', file), broken.text);
  return results;
}
