import { type Command, Option } from 'commander';
import { interruptionSignal } from './until-stopped.ts';

// The tools of schema dba. Each command imports what it needs when it runs.

const matrixFormats = ['table', 'markdown', 'html', 'json'] as const;

/** Adds `epic-server policies …` to the program. */
export function addPolicies(program: Command): void {
  const policies = program
    .command('policies')
    .description('tools for DBAs; DATABASE_ADMIN_URL is the database');

  policies
    .command('matrix')
    .description('who may do what: records, verbs, roles, columns and policies, from the catalogue')
    .addOption(
      new Option('--format <format>', 'output format').choices(matrixFormats).default('table'),
    )
    .option('--record <name>', 'only this table or view: client')
    .option('--role <name>', 'only this role: sales')
    .action(printMatrix);

  policies
    .command('lint')
    .description('find faults in permissions and structure; exit code 1 for an ERROR or WARN')
    .option('--explain', 'also list every rule, and every suppression with its reason', false)
    .option('--json', 'print a JSON array of findings; with --explain, of rules', false)
    .action(lintPolicies);

  policies
    .command('try')
    .description('print what to type into psql to act as an employee in a transaction')
    .argument('<email>', 'the e-mail address of the employee')
    .option('--psql', 'open psql in that transaction', false)
    .action(impersonate);

  policies
    .command('test')
    .description('run tests/sql in scratch databases; prints TAP, or on a terminal a line per file')
    .argument('[file...]', 'only these tests')
    .option('--database <url>', 'a superuser of a server (default: EPIC_TEST_DATABASE_URL)')
    .option('--tap', 'print TAP on a terminal too', false)
    .action(async (files: string[], options: { database?: string; tap: boolean }) =>
      (await import('./policies-tests.ts')).testPolicies(files, options),
    );

  policies
    .command('mutate')
    .description('change the rules one by one in copies of the database, and run tests/sql on each')
    .argument('[file...]', 'only these tests')
    .option('--only <regexp>', 'only mutants whose name matches')
    .option('--jobs <number>', 'copies at a time (default: processors + 1)')
    .option('--database <url>', 'a superuser of a server (default: EPIC_TEST_DATABASE_URL)')
    .option('--json', 'print a JSON object', false)
    .action(
      async (
        files: string[],
        options: { only?: string; jobs?: string; database?: string; json: boolean },
      ) => (await import('./policies-tests.ts')).mutatePolicies(files, options),
    );

  policies
    .command('diff')
    .description('compare the database and its roles with db/; exit code 1 if they differ')
    .option('--json', 'print a JSON object', false)
    .action(diffPolicies);
}

async function printMatrix({
  format,
  ...wanted
}: {
  format: (typeof matrixFormats)[number];
  record?: string;
  role?: string;
}): Promise<void> {
  const [{ withAdminConnection }, { readMatrix, select }, { matrixDocument }] = await Promise.all([
    import('../database/deploy/admin.ts'),
    import('../dba/matrix/matrix.ts'),
    import('../dba/matrix/document.ts'),
  ]);
  const selection = await withAdminConnection(process.env, async ({ client }) =>
    select(await readMatrix(client), wanted),
  );
  const print = {
    table: async () => (await import('../dba/matrix/table.ts')).matrixTable(selection),
    markdown: async () =>
      (await import('../document/markdown.ts')).markdownOf(matrixDocument(selection)),
    html: async () => (await import('../document/html.ts')).htmlOf(matrixDocument(selection)),
    json: async () => `${JSON.stringify(selection.matrix, null, 2)}\n`,
  }[format];
  process.stdout.write(await print());
}

async function lintPolicies({ json, explain }: { json: boolean; explain: boolean }): Promise<void> {
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { fails, findingsOf, lint, lintText } = await import('../dba/lint/lint.ts');
  const rules = await withAdminConnection(process.env, ({ client }) => lint(client));
  const report = explain ? rules : findingsOf(rules);
  process.stdout.write(
    json ? `${JSON.stringify(report, null, 2)}\n` : lintText(rules, { explain }),
  );
  if (fails(rules)) process.exitCode = 1;
}

async function impersonate(email: string, options: { psql: boolean }): Promise<void> {
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { impersonationScript, openingLines, readImpersonation } = await import(
    '../dba/try/impersonation.ts'
  );
  const { openPsql } = await import('../dba/try/psql.ts');
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await withAdminConnection(process.env, async ({ client, url }) => {
    const impersonation = await readImpersonation(client, email);
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

async function diffPolicies({ json }: { json: boolean }): Promise<void> {
  const interrupted = interruptionSignal();
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { compareWithFiles } = await import('../dba/diff/diff.ts');
  const { describeComparison } = await import('../dba/diff/report.ts');
  const comparison = await withAdminConnection(process.env, (connection) =>
    compareWithFiles(connection, interrupted),
  );
  process.stdout.write(
    json ? `${JSON.stringify(comparison, null, 2)}\n` : describeComparison(comparison),
  );
  if (comparison.differences.length > 0) process.exitCode = 1;
}
