import { readTap as readResults, type TestResult } from '../../src/server/policies/suite-tap.ts';

/** What the rows of one SQL file said. */
export interface TapReport {
  passed: number;
  failures: TestResult[];
}

export function readTap(output: readonly { line: number; text: string }[]): TapReport {
  const results = readResults(output);
  const failures = results.filter(({ passed }) => !passed);
  return { passed: results.length - failures.length, failures };
}
