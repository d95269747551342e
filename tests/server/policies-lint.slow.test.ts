import { readPolicyFiles } from '../../src/server/dba/policy-files.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { withoutPlace } from '../support/place.ts';
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

const lint = async (...options: string[]) =>
  withoutPlace(
    await runProgram(programs.server, ['policies', 'lint', ...options], {
      env: { DATABASE_ADMIN_URL: database.adminUrl },
    }),
  );

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
ERROR  201  rls_disabled
       crm.client
         Row-level security is off: a role with a grant reaches every row,
         whatever the policies say.
  why  Without row-level security a grant opens every row, and policies are
       ornaments.
  fix  alter table … enable row level security, force row level security

ERROR  504  grant_bypassing_rls
       truncate on crm.client to epic_sales
         No policy is asked about truncate.
       truncate on crm.event to epic_sales
         No policy is asked about truncate.
  why  TRUNCATE, REFERENCES, TRIGGER and MAINTAIN ask no policy, and neither do
       sequences.
  fix  revoke … on … from …

WARN   415  policy_reads_open_table
       sales_create_own on crm.contract
         crm.client has no row-level security: its rows decide what this policy
         opens.
  why  A policy is as strict as what it reads: a row that is written there opens
       others here.
  fix  alter table … enable row level security, force row level security; and
       give it policies

WARN   508  grant_without_comment
       crm_private.normalize_text(text)
         epic_employee has been granted execute, and it has no comment.
  why  A grant has no comment of its own: what is granted must say what it is; a
       table's policies say the rest.
  fix  comment on … is '…'

5 findings: 3 ERROR, 2 WARN, 0 INFO. ${tried}
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
        number: 508,
        name: 'grant_without_comment',
        level: 'WARN',
        object: 'crm_private.normalize_text(text)',
        detail: 'epic_employee has been granted execute, and it has no comment.',
        why: "A grant has no comment of its own: what is granted must say what it is; a table's policies say the rest.",
        fix: "comment on … is '…'",
        exposure: 3,
      },
    ]);
  });

  test('policies lint does not fail for an INFO', async () => {
    // On a young database every index is unused: ask as if it had been in use for long.
    await database.query(`alter database ${database.name} set dba.enough_scans = 0`);
    await database.query(`alter database ${database.name} set dba.enough_bytes = 0`);

    const { code, stdout } = await lint();

    expect(code).toBe(0);
    expect(stdout).toContain('INFO   804  unused_index\n');
    expect(stdout).toMatch(/findings: 0 ERROR, 0 WARN, \d+ INFO\./);
  });

  test('policies lint explains every rule and every suppression on request', async () => {
    const { code, stdout } = await lint('--explain');

    expect(code).toBe(0);
    expect(stdout).toContain(`No findings. ${tried}

Every rule

ERROR  101  privileged_api_role
  why  Superusers and roles with bypassrls are asked no policy; one that creates
       roles can make itself a way in.
  fix  alter role … nosuperuser nobypassrls nocreaterole nocreatedb
       noreplication
`);
    expect(stdout).toContain(`
Suppressed, in db/dba/41_suppression.sql

ERROR  201  rls_disabled
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
      number: 504,
      name: 'grant_bypassing_rls',
      level: 'ERROR',
      why: 'TRUNCATE, REFERENCES, TRIGGER and MAINTAIN ask no policy, and neither do sequences.',
      fix: 'revoke … on … from …',
      findings: [
        {
          object: 'truncate on crm.client to epic_sales',
          detail: 'No policy is asked about truncate.',
          exposure: 3,
        },
      ],
      suppressed: [],
    });
  });

  test('policies lint explains one rule by name or number, with what it finds and what is accepted', async () => {
    await database.query('alter table crm.client disable row level security');

    const run = await lint('--explain', 'rls_disabled');

    expect(run).toEqual({
      code: 1,
      stderr: '',
      stdout: `\
ERROR  201  rls_disabled
  why  Without row-level security a grant opens every row, and policies are
       ornaments.
  fix  alter table … enable row level security, force row level security

Found
       crm.client
         Row-level security is off: a role with a grant reaches every row,
         whatever the policies say.

Suppressed
       graphile_migrate.current
         graphile-migrate's notes, which it writes as epic_owner; granted to no
         other role.
       graphile_migrate.migrations
         graphile-migrate's ledger, which it writes as epic_owner; granted to no
         other role.
`,
    });
    expect(await lint('--explain', '201')).toEqual(run);
  });

  test('policies lint names the rules that are called alike when there is none of that name', async () => {
    const { code, stdout, stderr } = await lint('--rule', 'rls_dis');

    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('There is no rule rls_dis.');
    expect(stderr).toContain('Did you mean rls_disabled?');
  });

  test('policies lint finds by rule and by table, with the schema or without', async () => {
    await database.query('grant truncate on crm.client, crm.event to epic_sales');
    const objects = async (...options: string[]) => {
      const { code, stdout } = await lint('--format', 'json', ...options);
      return { code, objects: JSON.parse(stdout).map(({ object }: { object: string }) => object) };
    };
    const onClient = { code: 1, objects: ['truncate on crm.client to epic_sales'] };

    expect(await objects('--table', 'client')).toEqual(onClient);
    expect(await objects('--table', 'crm.client')).toEqual(onClient);
    expect(await objects('--table', 'payment')).toEqual({ code: 0, objects: [] });
    expect(await objects('--rule', 'rls_disabled')).toEqual({ code: 0, objects: [] });
    expect(await objects('--rule', 'grant_bypassing_rls', '--table', 'client')).toEqual(onClient);
  });

  test('policies lint sorts what it finds by level, then by how many roles reach it', async () => {
    await database.query(`
      grant truncate on crm.client to epic_sales;
      grant truncate on identity.proof_key to epic_sales;
      comment on function crm_private.normalize_text(text) is null;
    `);

    const found: { level: string; exposure: number }[] = JSON.parse((await lint('--json')).stdout);

    expect(found.map(({ level }) => level)).toEqual(['ERROR', 'ERROR', 'WARN']);
    expect(found[0]?.exposure).toBeGreaterThan(found[1]?.exposure ?? Number.POSITIVE_INFINITY);
    await database.query('revoke truncate on identity.proof_key from epic_sales');
  });

  test('policies lint annotates lines of db/policies for GitHub', async () => {
    await database.query('grant truncate on crm.client to epic_sales');

    const { code, stdout } = await lint('--format', 'github');

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^::error file=db\/policies\/client\.sql,line=\d+,title=grant_bypassing_rls::truncate on crm\.client to epic_sales: No policy is asked about truncate\.%0Arevoke … on … from …\n$/,
    );
  });

  test('policies lint writes SARIF that points at the policy', async () => {
    await database.query(`alter policy sales_update_own on crm.contract using (status = 'draft')`);

    const { runs } = JSON.parse((await lint('--format', 'sarif')).stdout);

    await database.query(`
      alter policy sales_update_own on crm.contract
      using (commercial_id = (select crm.current_employee_id()) and status = 'draft')`);
    const files = await readPolicyFiles();
    expect(runs[0].results).toEqual([
      expect.objectContaining({
        ruleId: 'policy_disagrees',
        level: 'warning',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'db/policies/contract.sql' },
              region: { startLine: files.policy('crm.contract', 'sales_update_own').line },
            },
          },
        ],
      }),
    ]);
  });
});
