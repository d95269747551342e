import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';

let database: TestDatabase;
let tried: string;

beforeAll(async () => {
  database = await cloneDatabase();
  const [counts] = await database.query<{ rules: string; suppressed: string }>(
    `select (select count(*) from dba.lint_rule) as rules,
            (select count(*) from dba.suppression) as suppressed`,
  );
  tried = `${counts?.rules} rules, ${counts?.suppressed} suppressed.`;
});

afterAll(async () => {
  await database.drop();
});

const lint = (...options: string[]) =>
  runProgram(programs.server, ['policies', 'lint', ...options], {
    env: { DATABASE_ADMIN_URL: database.adminUrl },
  });

afterEach(async () => {
  await database.query(`
    alter table crm.client enable row level security;
    revoke truncate on crm.client, crm.event from epic_sales;
    comment on function crm_private.normalize_text(text) is 'The text as it is searched.';
  `);
  await database.query(`alter database ${database.name} reset dba.enough_scans`);
  await database.query(`alter database ${database.name} reset dba.enough_bytes`);
});

describe('epic-server policies lint', () => {
  test('policies lint finds nothing in a deployed database', async () => {
    expect(await lint()).toEqual({ code: 0, stdout: `No findings. ${tried}\n`, stderr: '' });
  });

  test('policies lint prints an empty JSON array when it finds nothing', async () => {
    expect(await lint('--json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  });

  test('policies lint prints its findings, the worst first, with the reason and the remedy', async () => {
    await database.query(`
      alter table crm.client disable row level security;
      grant truncate on crm.client, crm.event to epic_sales;
      comment on function crm_private.normalize_text(text) is null;
    `);

    expect(await lint()).toEqual({
      code: 1,
      stderr: '',
      stdout: `\
ERROR  grant_bypassing_rls
       truncate on crm.client to epic_sales
         No policy is asked about truncate.
       truncate on crm.event to epic_sales
         No policy is asked about truncate.
  why  TRUNCATE, REFERENCES, TRIGGER and MAINTAIN ask no policy, and neither do
       sequences.
  fix  revoke … on … from …

ERROR  rls_disabled
       crm.client
         Row-level security is off: a role with a grant reaches every row,
         whatever the policies say.
  why  Without row-level security a grant opens every row, and policies are
       ornaments.
  fix  alter table … enable row level security, force row level security

WARN   grant_without_comment
       crm_private.normalize_text(text)
         epic_employee has been granted execute, and it has no comment.
  why  A grant has no comment of its own: what is granted must say what it is; a
       table's policies say the rest.
  fix  comment on … is '…'

4 findings: 3 ERROR, 1 WARN, 0 INFO. ${tried}
`,
    });
  });

  test('policies lint fails for a WARN, and prints it as JSON', async () => {
    await database.query('comment on function crm_private.normalize_text(text) is null');

    const { code, stdout, stderr } = await lint('--json');

    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      {
        name: 'grant_without_comment',
        level: 'WARN',
        object: 'crm_private.normalize_text(text)',
        detail: 'epic_employee has been granted execute, and it has no comment.',
        why: "A grant has no comment of its own: what is granted must say what it is; a table's policies say the rest.",
        fix: "comment on … is '…'",
      },
    ]);
  });

  test('policies lint does not fail for an INFO', async () => {
    // On a young database every index is unused: ask as if it had been in use for long.
    await database.query(`alter database ${database.name} set dba.enough_scans = 0`);
    await database.query(`alter database ${database.name} set dba.enough_bytes = 0`);

    const { code, stdout } = await lint();

    expect(code).toBe(0);
    expect(stdout).toContain('INFO   unused_index\n');
    expect(stdout).toMatch(/findings: 0 ERROR, 0 WARN, \d+ INFO\./);
  });

  test('policies lint explains every rule and every suppression on request', async () => {
    const { code, stdout } = await lint('--explain');

    expect(code).toBe(0);
    expect(stdout).toContain(`No findings. ${tried}

Every rule

ERROR  create_granted
  why  Who creates objects puts functions and tables where others find them
       first.
  fix  revoke create, temporary on … from …
`);
    expect(stdout).toContain(`
Suppressed, in db/dba/41_suppression.sql

ERROR  missing_audit_trigger
       crm.notification
         Its history would show everyone who reads what, and what it tells of is
         in the history already.

ERROR  rls_disabled
       graphile_migrate.current
         graphile-migrate's notes, which it writes as epic_owner; granted to no
         other role.
`);
    const tooLong = stdout.split('\n').filter((line) => line.length > 80);
    expect(tooLong).toEqual([]);
  });

  test('policies lint explains in JSON: each rule with its findings and suppressions', async () => {
    await database.query('grant truncate on crm.client to epic_sales');

    const { code, stdout } = await lint('--explain', '--json');
    const rules: { name: string }[] = JSON.parse(stdout);

    expect(code).toBe(1);
    expect(rules.find(({ name }) => name === 'grant_bypassing_rls')).toEqual({
      name: 'grant_bypassing_rls',
      level: 'ERROR',
      why: 'TRUNCATE, REFERENCES, TRIGGER and MAINTAIN ask no policy, and neither do sequences.',
      fix: 'revoke … on … from …',
      findings: [
        {
          object: 'truncate on crm.client to epic_sales',
          detail: 'No policy is asked about truncate.',
        },
      ],
      suppressed: [],
    });
  });
});
