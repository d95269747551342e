import { basename } from 'node:path';
import { openScratchServer } from '../../dba/test/server.ts';
import { findTestFiles, nameOf, runSuite } from '../../dba/test/suite.ts';
import { type TestResult, writeTap } from '../../dba/test/tap.ts';
import { OperatorError } from '../../errors/errors.ts';
import { takeInterruptions } from './interruption.ts';

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

  const interrupted = takeInterruptions();
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
