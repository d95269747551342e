import { withAdminConnection } from '../../database/deploy/admin.ts';
import { impersonationScript, lookUp, openingLines } from '../../dba/try/impersonation.ts';
import { openPsql } from '../../dba/try/psql.ts';

/** `epic-server policies try`: what to type to become somebody in psql, or psql as that person. */
export async function tryAs(email: string, options: { psql: boolean }): Promise<void> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await withAdminConnection(process.env, async ({ client, url }) => {
    const impersonation = await lookUp(client, email);
    const { name, department, id } = impersonation.employee;
    if (options.psql) {
      process.exitCode = await openPsql(url, [
        ...openingLines(impersonation),
        '\\echo The * in the prompt is the transaction: without it you are yourself again.',
      ]);
      return;
    }
    say(`${name} works in ${department}: employee ${id}, role epic_${department}.`);
    say('Type this into psql, on the same database:\n');
    process.stdout.write(impersonationScript(impersonation));
  });
}
