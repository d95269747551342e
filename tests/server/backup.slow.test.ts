// What needs pg_dump, which npm does not bring, is in tests/operations/backup.ts.

import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { beginReadingEverything, readManifest } from '../../src/server/dba/backup/manifest.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

let database: TestDatabase;
let folder: string;
let backup: string;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  backup = join(await mkdtemp(join(folder, 'of-')), 'epic.dump');
  database = await cloneDatabase();
  const alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  for (const name of ['One', 'Two', 'Three']) await addClient(database, alice, name);
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  await beginReadingEverything(client);
  await writeFile(`${backup}.json`, JSON.stringify(await readManifest(client)));
  await client.end();
});

afterAll(async () => {
  await database.drop();
  await removeFolder(folder);
});

const epicServer = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runProgram(programs.server, ['backup', ...args], {
    env: { DATABASE_ADMIN_URL: database.adminUrl, ...env },
  });

test('backup verify finds nothing where nothing differs, and names both sides', async () => {
  const { code, stdout } = await epicServer(['verify', backup]);
  const lines = stdout.split('\n');

  expect(code).toBe(0);
  expect(lines[0]).toMatch(new RegExp(`^Database ${database.name} on .*as postgres\\)$`));
  expect(lines[1]).toMatch(/^and .*epic\.dump, as of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ:$/);
  expect(lines[3]).toMatch(/^The same: \d+ tables, \d+ rows, \d+ sequences, history\.$/);
});

test('without a file, backup verify compares with DATABASE_BACKUP_URL', async () => {
  const { code, stdout } = await epicServer(['verify'], {
    DATABASE_BACKUP_URL: database.adminUrl,
  });

  expect(stdout).toContain(`\nand database ${database.name} on `);
  expect(code).toBe(0);
});

test('backup verify finds rows that are missing, changed or not in history, and sequences that are behind', async () => {
  await database.query(`
    create table crm.trial (id integer);
    alter sequence crm.employee_id_seq restart;
    alter table crm.client disable trigger all;
    update crm.client set full_name = 'Other' where full_name = 'One';
    drop table staging.import_line`);
  const { code, stdout } = await epicServer(['verify', backup]);

  expect(code).toBe(1);
  expect(stdout.split('\n').slice(3, -1)).toEqual([
    '  crm.client has 3 rows, but not the same',
    '  crm.trial is not in the backup',
    '  staging.import_line is missing',
    '  crm.employee_id_seq is at 0, behind 1',
    '  crm.client has 1 row that history knows otherwise, such as 1',
    '',
    '5 findings.',
  ]);
});

test.each(['authenticatorUrl', 'workerUrl'] as const)(
  'no backup is made by a login that does not see every row: %s',
  async (login) => {
    const { code, stderr } = await epicServer(['create', join(folder, 'x.dump')], {
      DATABASE_BACKUP_URL: database[login],
    });

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /does not see every row of \d+ tables, such as audit\.change: what it reads is no backup\./,
    );
  },
);

test('a backup that cannot be made leaves no file behind', async () => {
  const env = { DATABASE_BACKUP_URL: database.adminUrl, PATH: '' };
  const { code, stderr } = await epicServer(['create', join(folder, 'y.dump')], env);

  expect(code).toBe(2);
  expect(stderr).toContain('pg_dump cannot be started (ENOENT).');
  expect((await readdir(folder)).filter((name) => name.includes('.dump'))).toEqual([]);
});

test.each([
  ['no DATABASE_BACKUP_URL', ['create', 'z.dump'], 'DATABASE_BACKUP_URL is not set.'],
  ['no manifest', ['verify', 'none.dump'], 'The manifest none.dump.json cannot be read (ENOENT).'],
])('with %s, backup ends with 2 and says so', async (_, args, message) => {
  const { code, stderr } = await epicServer(args);

  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
