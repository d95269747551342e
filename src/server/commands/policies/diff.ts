import { withAdminConnection } from '../../database/deploy/admin.ts';
import { compareWithFiles } from '../../dba/diff/diff.ts';
import { describeComparison } from '../../dba/diff/report.ts';
import { takeInterruptions } from './interruption.ts';

/** `epic-server policies diff`: what was changed by hand. The exit code is 1 if something was. */
export async function diffPolicies({ json }: { json: boolean }): Promise<void> {
  const interrupted = takeInterruptions();
  const comparison = await withAdminConnection(process.env, (connection) =>
    compareWithFiles(connection, interrupted),
  );
  process.stdout.write(
    json ? `${JSON.stringify(comparison, null, 2)}\n` : describeComparison(comparison),
  );
  if (comparison.differences.length > 0) process.exitCode = 1;
}
