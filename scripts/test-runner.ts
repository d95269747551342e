// A minimal test runner for the tests that need a browser or a shell, and so are not part of jest.

const counts = { passed: 0, failed: 0 };

/** Runs one test, and prints its result. */
export async function test(name: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
    counts.passed += 1;
    process.stdout.write(`ok - ${name}\n`);
  } catch (error) {
    counts.failed += 1;
    process.stdout.write(`not ok - ${name}\n${error instanceof Error ? error.stack : error}\n`);
  }
}

/** Runs a program of tests, prints the counts, and sets the exit code. */
export async function runTests(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    counts.failed += 1;
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  }
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}
