import { Client } from 'pg';
import { openLocalDatabase } from '../../src/server/database/deploy/local.ts';
import { loadCompany } from '../../src/server/demo/company.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// What the tool says and leaves behind; how much policies cost is measured by `npm run bench -- cost`.

let database: Awaited<ReturnType<typeof openLocalDatabase>>;
let folder: string;

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  database = await openLocalDatabase(folder, () => {});
  await loadCompany(database.adminUrl);
});

afterAll(async () => {
  await database.cluster.close();
  await removeFolder(folder);
});

const cost = (options: string[], url = database.adminUrl) =>
  runProgram(programs.server, ['policies', 'cost', '--rounds', '15', ...options], {
    env: { DATABASE_ADMIN_URL: url },
  });

const GENEROUS = ['--budget', '100'];

const contents = () =>
  query(`select
    (select json_agg(client order by id) from crm.client)::text as clients,
    (select json_agg(contract order by id) from crm.contract)::text as contracts,
    (select json_agg(event order by id) from crm.event)::text as events,
    (select count(*) from crm.payment) as payments, (select max(id) from audit.change) as history,
    (select count(*) from identity.session) as sessions, (select count(*) from identity.access_token) as tokens,
    (select json_agg(rolname order by rolname) from pg_roles)::text as roles`);

test('policies cost compares every department, and ends with 0 within the budget', async () => {
  const { code, stdout } = await cost(GENEROUS);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Database epic on 127\.0\.0\.1:\d+ \(PostgreSQL \d+\.\d+, as postgres\)\n/,
  );
  for (const department of ['management', 'sales', 'support']) {
    expect(stdout).toMatch(new RegExp(`^${department} +contract list --unsigned +\\d`, 'm'));
  }
  expect(stdout).toMatch(/^sales +client create /m);
  expect(stdout).not.toMatch(/^support +client create /m); // what is refused is not measured
  expect(stdout).toMatch(/Entering a\s+session, once a transaction:\s+\d+\.\d{3}\./);
  expect(stdout).toMatch(/\nAll within 100 times the statement by hand\.\n$/);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('policies cost leaves nothing behind: no change, no session, no role', async () => {
  const before = await contents();
  const { code } = await cost(GENEROUS);
  expect(code).toBe(0);
  expect(await contents()).toEqual(before);
});

test('policies cost --json has times, plans, and what is in one plan alone', async () => {
  const { code, stdout, stderr } = await cost([...GENEROUS, '--json', '--only', 'contract view']);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^Database epic on /);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ database: { name: 'epic' }, budget: 100, skipped: [] });
  expect(report.enter).toBeGreaterThan(0);
  expect(report.comparisons).toHaveLength(3);
  for (const comparison of report.comparisons) {
    expect(comparison).toMatchObject({ operation: 'contract view', kind: 'read', holds: true });
    expect(comparison.ratio).toBeCloseTo(comparison.policies / comparison.byHand);
    // the session is asked for each table under the policies, and once by hand
    const asked = (nodes: string[]) =>
      nodes.filter((node) => node.includes('evaluated once')).length;
    expect(asked(comparison.plans.policies.nodes)).toBeGreaterThan(
      asked(comparison.plans.byHand.nodes),
    );
    expect(comparison.plans.onlyPolicies.length).toBeGreaterThan(0);
  }
});

test('policies cost ends with 1 and shows the plans of a policy that is slow for each row', async () => {
  // slow for the department alone: what is as slow by hand is no cost of row-level security
  await query(`
    create function crm.is_slow() returns boolean language plpgsql volatile
      as $$ begin
        if current_user = 'epic_support' then perform pg_sleep(0.005); end if;
        return true;
      end $$;
    grant execute on function crm.is_slow() to public;
    create policy trial_slow on crm.contract as restrictive for select to epic_support using (id > 0 and crm.is_slow())`);
  try {
    const { code, stdout } = await cost(['--budget', '5', '--only', 'contract view']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^support +contract view +\d+\.\d+ +\d+\.\d+ +\d+\.\d+!$/m);
    expect(stdout).toMatch(
      /\nsupport, contract view\n( {2}.*\n)*? {2}\+ .*\bon contract\b(.*\n {4})*?.*is_slow\(\)/,
    );
    expect(stdout).toMatch(/\n1 above 5 times the statement by hand\.\n$/);
  } finally {
    await query('drop policy trial_slow on crm.contract; drop function crm.is_slow()');
  }
});

test('policies cost ends with 2 where it cannot make a role that bypasses the policies', async () => {
  await query(`create role trial_dba login password 'trial' in role epic_owner, epic_employee`);
  try {
    const url = new URL(database.adminUrl);
    url.username = 'trial_dba';
    url.password = 'trial';
    const { code, stderr } = await cost(GENEROUS, url.href);
    expect(code).toBe(2);
    expect(stderr).toContain('bypasses row-level security');
    expect(stderr).toContain('Log in as a superuser');
  } finally {
    await query('drop role trial_dba');
  }
});

test('policies cost takes a ratio for its budget', async () => {
  const { code, stderr } = await cost(['--budget', 'low']);
  expect(code).toBe(2);
  expect(stderr).toContain('It is a ratio: 1.10.');
});
