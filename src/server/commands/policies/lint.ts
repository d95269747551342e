import { withAdminConnection } from '../../database/admin.ts';
import { fails, findingsOf, lint } from '../../policies/lint/lint.ts';
import { lintText } from '../../policies/lint/text.ts';

/** `epic-server policies lint`: what is wrong with the permissions; exit code 1 for an ERROR or a WARN. */
export async function lintPolicies({
  json,
  explain,
}: {
  json: boolean;
  explain: boolean;
}): Promise<void> {
  const rules = await withAdminConnection(process.env, ({ client }) => lint(client));
  const report = explain ? rules : findingsOf(rules);
  process.stdout.write(
    json ? `${JSON.stringify(report, null, 2)}\n` : lintText(rules, { explain }),
  );
  if (fails(rules)) process.exitCode = 1;
}
