import { withAdminConnection } from '../../database/deploy/admin.ts';
import { fails, findingsOf, lint } from '../../dba/lint/lint.ts';
import { lintText } from '../../dba/lint/text.ts';

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
