import { withAdminConnection } from '../../database/admin.ts';
import { OperatorError } from '../../errors.ts';
import { compareWithFiles } from '../../policies/diff/diff.ts';
import { describeComparison } from '../../policies/diff/report.ts';
import { takeStopRequests } from '../until-stopped.ts';

/** `epic-server policies diff`: what was changed by hand. The exit code is 1 if something was. */
export async function diffPolicies({ json }: { json: boolean }): Promise<void> {
  const interruption = new AbortController();
  takeStopRequests().made.then(() => interruption.abort(new OperatorError('Interrupted.')));
  const comparison = await withAdminConnection(process.env, (connection) =>
    compareWithFiles(connection, interruption.signal),
  );
  process.stdout.write(
    json ? `${JSON.stringify(comparison, null, 2)}\n` : describeComparison(comparison),
  );
  if (comparison.differences.length > 0) process.exitCode = 1;
}
