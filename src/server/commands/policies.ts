import { type Command, Option } from 'commander';
import type { MatrixFormat } from './policies/matrix.ts';

/** Adds `epic-server policies …`, the tools of schema dba, to the program. Each loads what it needs when it is called. */
export function addPolicies(program: Command): void {
  const policies = program
    .command('policies')
    .description('what a DBA asks about permissions; DATABASE_ADMIN_URL names the database');

  policies
    .command('matrix')
    .description('who may do what: records, verbs, roles, columns and policies, from the catalogue')
    .addOption(
      new Option('--format <format>', 'for a terminal, a document, a page or a program')
        .choices(['table', 'markdown', 'html', 'json'])
        .default('table'),
    )
    .option('--record <name>', 'one table or view only: client')
    .option('--role <name>', 'one role only: sales')
    .action(async (options: { format: MatrixFormat; record?: string; role?: string }) =>
      (await import('./policies/matrix.ts')).printMatrix(options),
    );

  policies
    .command('lint')
    .description('what is wrong with the permissions and the structure; exit 1 for ERROR or WARN')
    .option('--explain', 'also every rule, and every suppression with its reason', false)
    .option('--json', 'one JSON array: a finding each; with --explain a rule each', false)
    .action(async (options: { explain: boolean; json: boolean }) =>
      (await import('./policies/lint.ts')).lintPolicies(options),
    );

  policies
    .command('try')
    .description('what to type into psql to become an employee for a transaction')
    .argument('<email>', 'the address of the employee')
    .option('--psql', 'open psql, in that transaction', false)
    .action(async (email: string, options: { psql: boolean }) =>
      (await import('./policies/try.ts')).tryAs(email, options),
    );

  policies
    .command('test')
    .description('run tests/sql in scratch databases: TAP, or on a terminal a line for each file')
    .argument('[file...]', 'some of the tests only')
    .option('--database <url>', 'a superuser of your own server (or EPIC_TEST_DATABASE_URL)')
    .option('--tap', 'TAP on a terminal too', false)
    .action(async (files: string[], options: { database?: string; tap: boolean }) =>
      (await import('./policies/test.ts')).testPolicies(files, options),
    );

  policies
    .command('mutate')
    .description('change the rules one by one in copies of the database: does tests/sql notice?')
    .argument('[file...]', 'some of the tests only')
    .option('--only <regexp>', 'the mutants with a name like this')
    .option('--jobs <number>', 'how many copies at once; otherwise one more than processors')
    .option('--database <url>', 'a superuser of your own server (or EPIC_TEST_DATABASE_URL)')
    .option('--json', 'one JSON object', false)
    .action(
      async (
        files: string[],
        options: { only?: string; jobs?: string; database?: string; json: boolean },
      ) => (await import('./policies/mutate.ts')).mutatePolicies(files, options),
    );

  policies
    .command('diff')
    .description('what in the database, and about its roles, is not as db/ says; 1 if anything')
    .option('--json', 'one JSON object', false)
    .action(async (options: { json: boolean }) =>
      (await import('./policies/diff.ts')).diffPolicies(options),
    );
}
