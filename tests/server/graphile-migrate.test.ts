import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databasePath } from '../../src/server/database/sql-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// What db/README.md says of writing a migration: current.sql is tried out, then committed.

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await cloneDatabase();
  folder = await makeTemporaryFolder();
  await cp(databasePath('migrations'), join(folder, 'db', 'migrations'), { recursive: true });
  await cp(databasePath('..', '.gmrc'), join(folder, '.gmrc'));
});

afterAll(async () => {
  await database.query(`drop database if exists ${database.name}_shadow`);
  await database.drop();
  await removeFolder(folder);
});

const current = () => join(folder, 'db', 'migrations', 'current.sql');

function graphileMigrate(...words: string[]) {
  const url = (name: string) => {
    const address = new URL(database.adminUrl);
    address.pathname = `/${name}`;
    return address.href;
  };
  return runProgram(
    databasePath('..', 'node_modules', 'graphile-migrate', 'dist', 'cli.js'),
    words,
    {
      cwd: folder,
      env: {
        DATABASE_URL: `${url(database.name)}?options=-crole%3Depic_owner`,
        SHADOW_DATABASE_URL: url(`${database.name}_shadow`),
        ROOT_DATABASE_URL: url('postgres'),
      },
    },
  );
}

const blank =
  '-- The migration that is being written: see "Change a rule, a function or a table" in db/README.md.\n';

test('current.sql starts empty', async () => {
  expect(await readFile(databasePath('migrations', 'current.sql'), 'utf8')).toBe(blank);
});

test('graphile-migrate applies current.sql with each change, and commits it with the next number', async () => {
  await writeFile(
    current(),
    'alter table crm.client drop column if exists vat_number;\nalter table crm.client add column vat_number text;\n',
  );
  for (let round = 0; round < 2; round += 1) {
    expect(await graphileMigrate('watch', '--once')).toMatchObject({ code: 0 });
  }
  expect(await database.query('select vat_number from crm.client')).toEqual([]);

  expect(await graphileMigrate('commit', '--message', 'vat number')).toMatchObject({ code: 0 });

  expect(await readFile(current(), 'utf8')).toBe(blank);
  const committed = await readdir(join(folder, 'db', 'migrations', 'committed'));
  expect(committed.sort().at(-1)).toMatch(/^00\d+-vat-number\.sql$/);
  const [owner] = await database.query(
    `select tableowner from pg_tables where schemaname = 'crm' and tablename = 'client'`,
  );
  expect(owner).toEqual({ tableowner: 'epic_owner' });
  expect(await database.query('select max(filename) from graphile_migrate.migrations')).toEqual([
    { max: `${committed.sort().at(-1)?.slice(0, 6)}.sql` },
  ]);
});
