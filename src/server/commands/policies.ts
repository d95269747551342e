import { type Command, InvalidArgumentError, Option } from 'commander';
import { describePlace, type Place, readPlace } from '../dba/place.ts';
import type { MutateOptions } from './policies-tests.ts';
import { interruptionSignal } from './until-stopped.ts';

// The tools of schema dba. Each command imports what it needs when it runs.

/** The formats of `policies diff --effect`. */
const effectFormats = ['table', 'json', 'markdown', 'github', 'sarif'] as const;

type DiffOptions = {
  json: boolean;
  exceptions?: string;
  effect: boolean;
  format?: (typeof effectFormats)[number];
  failOn?: 'lost';
};

const matrixFormats = ['table', 'markdown', 'html', 'json'] as const;
const lintFormats = ['text', 'json', 'github', 'sarif'] as const;

/** Adds `epic-server policies …` to the program. */
export function addPolicies(program: Command): void {
  const policies = program
    .command('policies')
    .description('tools for DBAs; the database is DATABASE_ADMIN_URL, or that of EPIC_DATA')
    .addHelpText(
      'afterAll',
      '\nExit codes: 0 nothing found, 1 findings, 2 the tool could not do its work.',
    );

  policies
    .command('matrix')
    .description('who may do what: records, verbs, roles, columns and policies, from the catalogue')
    .addOption(
      new Option('--format <format>', 'output format').choices(matrixFormats).default('table'),
    )
    .option('--record <name>', 'only this table or view: client')
    .option('--role <name>', 'only this role: sales')
    .addOption(
      new Option('--functions', 'only functions, and what bypasses row-level security').conflicts(
        'record',
      ),
    )
    .addOption(apiLoginOption())
    .addOption(ownerOption())
    .action(printMatrix);

  policies
    .command('lint')
    .description('find faults in permissions and structure; exit code 1 for an ERROR or WARN')
    .option('--explain [rule]', 'explain a rule; without one, list all, and what is suppressed')
    .option('--rule <name>', 'only this rule, by name or number')
    .option('--table <name>', 'only findings about this table: client')
    .addOption(new Option('--format <format>', 'output format').choices(lintFormats))
    .option('--json', 'the same as --format json', false)
    .addOption(apiLoginOption())
    .addOption(ownerOption())
    .addOption(exceptionsOption())
    .action(lintPolicies);

  policies
    .command('unused')
    .description('grants, columns and policies that nothing has used; exit code 1 for any')
    .option('--days <number>', 'within this number of days (default: since watched)', wholeNumber)
    .option('--json', 'print a JSON object', false)
    .action(printUnused);

  policies
    .command('cost')
    .description('time statements under the policies, and with their conditions by hand')
    .option('--budget <ratio>', 'exit code 1 above this ratio', ratio, 1.1)
    .option('--rounds <number>', 'how often each is measured', rounds, 200)
    .option('--only <regexp>', 'only statements whose name matches')
    .option('--json', 'print a JSON object, with the plans', false)
    .action(printCost);

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
    .option('--object <name>', 'only those of a table or function: contract')
    .option('--kind <kind>', 'only those of a kind: widen policy')
    .option('--resume <file>', 'keep the verdicts in this file, and go on where it ends')
    .option('--jobs <number>', 'copies at a time (default: processors + 1)')
    .option('--database <url>', 'a superuser of a server (default: EPIC_TEST_DATABASE_URL)')
    .option('--json', 'print a JSON object', false)
    .action(async (files: string[], options: MutateOptions) =>
      (await import('./policies-tests.ts')).mutatePolicies(files, options),
    );

  policies
    .command('diff')
    .description('compare the database and its roles with db/; exit code 1 if they differ')
    .option('--json', 'print a JSON object', false)
    .addOption(exceptionsOption())
    .option('--effect', 'print what db/ would open and close there; exit code 3 if it opens', false)
    .addOption(
      new Option('--format <format>', 'output format of --effect')
        .choices(effectFormats)
        .implies({ effect: true }),
    )
    .addOption(
      new Option('--fail-on <word>', 'with --effect: exit code 4 if anything is lost')
        .choices(['lost'])
        .implies({ effect: true }),
    )
    .action(async (options: DiffOptions) =>
      options.effect
        ? (await import('./policies-effect.ts')).printEffect(options)
        : diffPolicies(options),
    );
}

const apiLoginOption = () =>
  new Option('--api-login <role>', 'a login of the API, of a database that is not ours; repeatable')
    .argParser((text, before: string[]) => [...before, ...text.split(',').map((one) => one.trim())])
    .default([], 'the setting dba.api_logins');

const ownerOption = () =>
  new Option(
    '--owner <role>',
    'who owns the tables of a database that is not ours (default: the setting dba.owner, or who owns most of them)',
  );

const exceptionsOption = () =>
  new Option(
    '--exceptions <file>',
    'what this deployment accepts, as JSON: docs/operations.md, "Managed PostgreSQL"',
  ).env('EPIC_EXCEPTIONS');

type SettingOptions = { apiLogin: string[]; owner?: string };

/** The first line of a tool: on standard error where standard output is for a program, or is a document. */
function announce(place: Place, isForPeople: boolean): void {
  if (isForPeople) process.stdout.write(`${describePlace(place)}\n\n`);
  else process.stderr.write(`${describePlace(place)}\n`);
}

async function printMatrix({
  format,
  apiLogin,
  owner,
  ...wanted
}: {
  format: (typeof matrixFormats)[number];
  record?: string;
  role?: string;
  functions?: boolean;
} & SettingOptions): Promise<void> {
  const [{ withAdminConnection }, { inSnapshot }, { readMatrix, select }, { matrixDocument }] =
    await Promise.all([
      import('../database/deploy/admin.ts'),
      import('../dba/tools.ts'),
      import('../dba/matrix/matrix.ts'),
      import('../dba/matrix/document.ts'),
    ]);
  const { place, matrix } = await withAdminConnection(
    process.env,
    (connection) =>
      inSnapshot(connection, { apiLogins: apiLogin, owner }, async ({ client, place }) => ({
        place,
        matrix: await readMatrix(client),
      })),
    { anyDatabase: true },
  );
  announce(place, format === 'table');
  const selection = select(matrix, wanted);
  const print = {
    table: async () => (await import('../dba/matrix/table.ts')).matrixTable(selection),
    markdown: async () =>
      (await import('../document/markdown.ts')).markdownOf(matrixDocument(selection)),
    html: async () => (await import('../document/html.ts')).htmlOf(matrixDocument(selection)),
    json: async () => `${JSON.stringify(selection.matrix, null, 2)}\n`,
  }[format];
  process.stdout.write(await print());
}

async function lintPolicies({
  explain = false,
  json,
  format = json ? 'json' : 'text',
  apiLogin,
  owner,
  exceptions: exceptionsFile,
  ...wanted
}: {
  explain?: boolean | string;
  json: boolean;
  format?: (typeof lintFormats)[number];
  rule?: string;
  table?: string;
  exceptions?: string;
} & SettingOptions): Promise<void> {
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { inSnapshot } = await import('../dba/tools.ts');
  const { fails, findingsOf, lint, ruleNamed, selectFindings } = await import(
    '../dba/lint/lint.ts'
  );
  const { readExceptions } = await import('../dba/exceptions.ts');
  const { foreignSchemas, accepted } = await readExceptions(exceptionsFile);
  const settings = { apiLogins: apiLogin, owner, foreignSchemas: Object.keys(foreignSchemas) };
  const { place, all } = await withAdminConnection(
    process.env,
    (connection) =>
      inSnapshot(connection, settings, async ({ client, place }) => ({
        place,
        all: await lint(client, accepted),
      })),
    { anyDatabase: true },
  );
  announce(place, format === 'text');
  const explained = typeof explain === 'string' ? [ruleNamed(all, explain)] : all;
  const rules = selectFindings(explained, wanted);
  const print = {
    text: async () => {
      const { lintText, ruleText } = await import('../dba/lint/text.ts');
      return typeof explain === 'string'
        ? rules.map(ruleText).join('')
        : lintText(rules, { explain });
    },
    json: async () => `${JSON.stringify(explain === false ? findingsOf(rules) : rules, null, 2)}\n`,
    github: async () =>
      (await import('../dba/annotations.ts')).githubCommands(await annotations(rules)),
    sarif: async () =>
      (await import('../dba/annotations.ts')).sarifLog(await annotations(rules), {
        name: 'epic-server policies lint',
        rules,
      }),
  }[format];
  process.stdout.write(await print());
  if (fails(rules)) process.exitCode = 1;

  async function annotations(reports: typeof rules) {
    const { annotationsOf } = await import('../dba/lint/annotations.ts');
    const { readPolicyFiles } = await import('../dba/policy-files.ts');
    return annotationsOf(findingsOf(reports), await readPolicyFiles());
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('It is a number of days.');
  return Number(text);
}

async function printUnused({ days, json }: { days?: number; json: boolean }): Promise<void> {
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { readUnused, unusedText } = await import('../dba/unused/unused.ts');
  const report = await withAdminConnection(process.env, async ({ client }) => {
    announce(await readPlace(client), !json);
    return readUnused(client, days ?? null);
  });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : unusedText(report));
  if (report.unused.length > 0) process.exitCode = 1;
}

function ratio(text: string): number {
  if (!/^\d{1,3}(\.\d{1,3})?$/.test(text)) throw new InvalidArgumentError('It is a ratio: 1.10.');
  return Number(text);
}

function rounds(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

async function printCost({
  budget,
  rounds,
  only,
  json,
}: {
  budget: number;
  rounds: number;
  only?: string;
  json: boolean;
}): Promise<void> {
  const interrupted = interruptionSignal();
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { measureCost } = await import('../dba/cost/cost.ts');
  const { costText } = await import('../dba/cost/report.ts');
  const report = await withAdminConnection(process.env, async ({ client }) => {
    announce(await readPlace(client), !json);
    const pattern = only === undefined ? undefined : new RegExp(only);
    return measureCost(client, { budget, rounds, only: pattern }, { interrupted });
  });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : costText(report));
  if (report.comparisons.some(({ holds }) => !holds)) process.exitCode = 1;
}

async function impersonate(email: string, options: { psql: boolean }): Promise<void> {
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { impersonationScript, openingLines, readImpersonation } = await import(
    '../dba/try/impersonation.ts'
  );
  const { openPsql } = await import('../dba/try/psql.ts');
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await withAdminConnection(process.env, async ({ client, url }) => {
    announce(await readPlace(client), false);
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

async function diffPolicies({ json, exceptions }: DiffOptions): Promise<void> {
  const interrupted = interruptionSignal();
  const { withAdminConnection } = await import('../database/deploy/admin.ts');
  const { compareWithFiles } = await import('../dba/diff/diff.ts');
  const { describeComparison } = await import('../dba/diff/report.ts');
  const { readExceptions } = await import('../dba/exceptions.ts');
  const excepted = await readExceptions(exceptions);
  const comparison = await withAdminConnection(process.env, (connection) =>
    compareWithFiles(connection, excepted, interrupted),
  );
  process.stdout.write(
    json ? `${JSON.stringify(comparison, null, 2)}\n` : describeComparison(comparison),
  );
  if (json) process.stderr.write(`${describePlace(comparison.database)}\n`);
  if (comparison.differences.length > 0) process.exitCode = 1;
}
