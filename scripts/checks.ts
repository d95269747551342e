const tally = { passed: 0, failed: 0 };

/** Does one check, and tells what came of it. */
export async function test(name: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
    tally.passed += 1;
    process.stdout.write(`ok - ${name}\n`);
  } catch (error) {
    tally.failed += 1;
    process.stdout.write(`not ok - ${name}\n${error instanceof Error ? error.stack : error}\n`);
  }
}

/** Runs a program of checks, and ends it with a line that counts them. */
export async function runChecks(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    tally.failed += 1;
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  }
  process.stdout.write(`\n${tally.passed} passed, ${tally.failed} failed\n`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}
