import { Client } from 'pg';
import { openLocalDatabase } from '../../src/server/database/deploy/local.ts';
import { loadCompany } from '../../src/server/demo/company.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// Grants, columns and policies that nothing has used, with pg_stat_statements, which a server loads when it starts. What is
// listed of writes is in tests/sql/catalogue/unused.sql.

let database: Awaited<ReturnType<typeof openLocalDatabase>>;
let folder: string;

const say = () => {};

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  database = await openLocalDatabase(folder, say);
  await loadCompany(database.adminUrl);
  await query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
  await database.cluster.close();
  database = await openLocalDatabase(folder, say);
});

afterAll(async () => {
  await database.cluster.close();
  await removeFolder(folder);
});

const unused = (...options: string[]) =>
  runProgram(programs.server, ['policies', 'unused', ...options], {
    env: { DATABASE_ADMIN_URL: database.adminUrl },
  });

type Report = {
  watched: { what: string; watchedBy: string | null; since: string | null }[];
  unused: { kind: string; role: string; relation: string; name: string; watchedBy: string }[];
};

async function report(): Promise<Report> {
  const { code, stdout } = await unused('--json');
  expect(code).toBe(1);
  return JSON.parse(stdout);
}

const listed = ({ unused }: Report, relation: string) =>
  unused.filter((one) => one.relation === relation && one.watchedBy === 'pg_stat_statements');

test('policies unused says where reads are not watched', async () => {
  const { code, stdout, stderr } = await unused();
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const [place, , writes, reads] = stdout.split('\n');
  expect(place).toMatch(/^Database epic on 127\.0\.0\.1:\d+ \(PostgreSQL .+, as postgres\)$/);
  expect(writes).toMatch(/^Writes: history, since \d{4}-\d\d-\d\d\.$/);
  expect(reads).toBe('Reads are not watched: pg_stat_statements is not there.');
  expect(stdout).toMatch(/\n\d+ not used\.\n$/);
  expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
});

test('where they are watched, reading a table takes its grant and its policy off the list', async () => {
  await query('create extension pg_stat_statements');
  await query('select pg_stat_statements_reset()');
  await query('select 1');
  const before = await report();
  expect(before.watched[1]).toMatchObject({ what: 'reads', watchedBy: 'pg_stat_statements' });
  expect(before.watched[1]?.since).not.toBeNull();
  expect(listed(before, 'crm.event')).toMatchObject([
    { kind: 'grant', role: 'epic_employee', name: 'select' },
    { kind: 'policy', role: 'epic_employee', name: 'employee_read_all' },
  ]);

  await query(`begin; select dba.impersonate('alice.martin@epicevents.example');
    select "e"."title" from "crm"."event" as "e" where id = 1; rollback`);
  const after = await report();
  expect(listed(after, 'crm.event')).toEqual([]);
  expect(listed(after, 'crm.payment')).toHaveLength(2);
});

test('a read as another role takes nothing off the list', async () => {
  await query('select * from crm.payment');
  expect(listed(await report(), 'crm.payment')).toHaveLength(2);
});

test('a wrong number of days, or no database, ends with exit code 2', async () => {
  const wrong = await unused('--days', 'many');
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('It is a number of days.');
  const { code } = await runProgram(programs.server, ['policies', 'unused'], {
    env: { DATABASE_ADMIN_URL: 'postgres://postgres@127.0.0.1:1/epic' },
  });
  expect(code).toBe(2);
});
