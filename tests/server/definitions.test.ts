import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { databasePath, sqlFilesIn } from '../../src/server/database/sql-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

// The current text of every object stands in exactly one file, and a migration holds none that can be replaced in place.

let database: TestDatabase;
/** The files that define an object, by kind and name: `function crm.sign_contract`. */
const homes = new Map<string, string[]>();
/** The ends of the names of triggers that are made for every table, with their files: `_90_record_update`. */
const templates: { end: string; file: string }[] = [];

const DEFINITION =
  /^create (?:or replace )?(?:(function|procedure|view) ([\w.]+)|trigger (\w+)[\s\S]*?\bon ([\w.]+))/gim;

beforeAll(async () => {
  database = await cloneDatabase();
  for (const folder of ['migrations/committed', 'functions', 'dba', 'policies']) {
    for (const path of await sqlFilesIn(databasePath(...folder.split('/')))) {
      const text = await readFile(path, 'utf8');
      const file = relative(databasePath(), path);
      for (const [, kind, name, trigger, table] of text.matchAll(DEFINITION)) {
        const key = trigger ? `trigger ${trigger} on ${table}` : `${kind?.toLowerCase()} ${name}`;
        homes.set(key, [...(homes.get(key) ?? []), file]);
      }
      for (const [, end = ''] of text.matchAll(/\brecord \|\| '(_\d\d_\w+)'/g)) {
        templates.push({ end, file });
      }
    }
  }
});

afterAll(async () => {
  await database.drop();
});

/** The functions, procedures, views and triggers of our schemas. */
async function definedObjects(): Promise<string[]> {
  const rows = await database.query<{ name: string }>(`
    with ours as (
      select oid, nspname from pg_namespace
      where nspowner = 'epic_owner'::regrole and nspname !~ '^(graphile_|extensions$)'
    )
    select case prokind when 'p' then 'procedure ' else 'function ' end || nspname || '.' || proname as name
    from pg_proc join ours on ours.oid = pronamespace
    union all
    select 'view ' || nspname || '.' || relname
    from pg_class join ours on ours.oid = relnamespace
    where relkind = 'v'
    union all
    select 'trigger ' || tgname || ' on ' || nspname || '.' || relname
    from pg_trigger join pg_class on pg_class.oid = tgrelid join ours on ours.oid = relnamespace
    where not tgisinternal
    order by 1`);
  return rows.map(({ name }) => name);
}

function homesOf(object: string): string[] {
  const made = templates.filter(
    ({ end }) => object.startsWith('trigger ') && object.includes(`${end} on `),
  );
  return [...(homes.get(object) ?? []), ...made.map(({ file }) => file)];
}

test('every function, view and trigger of the database is defined in exactly one file', async () => {
  const objects = await definedObjects();

  expect(objects.length).toBeGreaterThan(200);
  expect(
    objects
      .map((object) => ({ object, files: homesOf(object) }))
      .filter(({ files }) => files.length !== 1),
  ).toEqual([]);
});

test('every function, view and trigger that a file defines is in the database', async () => {
  const objects = new Set(await definedObjects());

  expect([...homes.keys()].filter((object) => !objects.has(object))).toEqual([]);
});

test('a migration defines only functions that an index, a default or a constraint needs', async () => {
  const needed = await database.query<{ name: string }>(`
    with recursive needed (oid) as (
      select refobjid from pg_depend
      where refclassid = 'pg_proc'::regclass
        and classid in ('pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_class'::regclass)
      union
      select refobjid from pg_depend join needed on objid = needed.oid
      where classid = 'pg_proc'::regclass and refclassid = 'pg_proc'::regclass
    )
    select 'function ' || pronamespace::regnamespace || '.' || proname as name
    from pg_proc join needed using (oid)`);
  const inMigrations = [...homes].filter(([, files]) =>
    files.some((file) => file.startsWith('migrations')),
  );

  expect(inMigrations.length).toBeGreaterThan(3);
  expect(
    inMigrations
      .map(([object]) => object)
      .filter((object) => !needed.some(({ name }) => name === object)),
  ).toEqual([]);
});
