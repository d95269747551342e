import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databasePath } from '../../src/server/database/sql-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test('every table has a policy file and a test file that states its columns', async () => {
  const tables = await database.query<{ schema: string; name: string }>(
    `select nspname as schema, relname as name
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where relkind in ('r', 'p') and relowner = 'epic_owner'::regrole
       and nspname !~ '^(graphile_|dba$)'
     order by 1, 2`,
  );
  expect(tables.length).toBeGreaterThan(10);
  const textOf = (path: string) => readFile(path, 'utf8').catch(() => '');
  for (const { schema, name } of tables) {
    const file = `${schema === 'crm' ? '' : `${schema}_`}${name}.sql`;
    expect({ file, text: await textOf(databasePath('policies', file)) }).toEqual({
      file,
      text: expect.stringContaining(`dba.close_table('${schema}.${name}')`),
    });
    expect({ file, text: await textOf(join(import.meta.dirname, '../sql', file)) }).toEqual({
      file,
      text: expect.stringContaining(`test.has_structure('${schema}.${name}',`),
    });
  }
});
