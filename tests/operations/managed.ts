// node tests/operations/managed.ts: Epic Events CRM where there is no superuser, as on managed PostgreSQL, by an
// administrator with CREATEROLE and CREATEDB. On the server of EPIC_TEST_DATABASE_URL, which has none of our roles yet, or
// else on the embedded one.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { runTests, test } from '../../scripts/test-runner.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import { onDatabase } from '../../src/server/dba/diff/reference.ts';
import { programs } from '../support/paths.ts';
import { type Run, runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

/** What a superuser of Supabase prepares: schemas, extensions and roles of its own. */
const SUPABASE = `
  create schema auth authorization supabase_auth_admin;
  create table auth.users (id uuid primary key, email text);
  grant usage on schema auth to anon, authenticated, administrator;
  create schema storage;
  create table storage.objects (id uuid primary key);
  create schema extensions authorization administrator;
  grant usage on schema extensions to anon, authenticated;
  create extension pgcrypto with schema extensions;
  create extension "uuid-ossp" with schema extensions;
  create function storage.notify() returns event_trigger language plpgsql as 'begin end';
  create event trigger api_reload on ddl_command_end execute function storage.notify();`;

const EXCEPTIONS = {
  foreignSchemas: {
    auth: "The platform's own.",
    storage: "The platform's own.",
    extensions: "The platform's own, with extensions of ours in it.",
  },
  accepted: [
    { rule: 'drift', object: 'extension pgcrypto', reason: 'The platform had it before.' },
    { rule: 'drift', object: 'extension "uuid-ossp"', reason: "The platform's own." },
    { rule: 'drift', object: 'event trigger api_reload', reason: "The platform's own." },
    {
      rule: 'extension_in_exposed_schema',
      object: 'extension "uuid-ossp"',
      reason: 'Its functions take and give identifiers.',
    },
  ],
};

const folder = await makeTemporaryFolder();
const cluster =
  process.env.EPIC_TEST_DATABASE_URL === undefined
    ? await openCluster({
        dataFolder: join(folder, 'cluster'),
        durable: false,
        say: () => undefined,
      })
    : undefined;
const superuserUrl =
  cluster?.adminUrl('postgres') ?? (process.env.EPIC_TEST_DATABASE_URL as string);

await runTests(async () => {
  try {
    await asSuperuser(
      'postgres',
      ...['administrator', 'second'].map(
        (name) => `create role ${name} login createrole createdb password 'secret'`,
      ),
      'create role anon; create role authenticated; create role supabase_auth_admin',
    );
    await test('the roles are made without a superuser, and once more by another', makesRoles);
    await test('a deployed database has no differences and no findings', deploys);
    await test("a database of the administrator's is refused with what to do", refusesOwnership);
    await test('a database in LATIN1 is refused', refusesEncoding);
    await test('a database with the schemas of a platform is deployed beside them', besidePlatform);
    await test('the SQL tests say that they need a superuser', testsNeedSuperuser);
  } finally {
    if (cluster === undefined) await cleanUp();
    else await cluster.close();
    await removeFolder(folder);
  }
});

async function makesRoles(): Promise<void> {
  for (const login of ['administrator', 'administrator']) {
    await as(login, 'postgres', 'create database epic').catch(() => undefined);
    const { stderr } = await epicServer(login, 'epic', 'migrate', '--roles');
    assert.doesNotMatch(stderr, /permission denied/);
  }
  // nothing differs, so nothing is run that would need to administer the roles
  const { stderr } = await epicServer('second', 'epic', 'migrate', '--roles');
  assert.doesNotMatch(stderr, /permission denied/);
  await as('administrator', 'postgres', 'drop database epic');
}

async function deploys(): Promise<void> {
  await as('administrator', 'postgres', 'create database epic owner epic_owner template template0');
  await succeeds(epicServer('administrator', 'epic', 'migrate'));
  await hasNoDifferences('epic');
}

async function refusesOwnership(): Promise<void> {
  await as('administrator', 'postgres', 'create database own template template0');
  const { code, stderr } = await epicServer('administrator', 'own', 'migrate');
  assert.equal(code, 1);
  assert.match(stderr, /The role epic_owner may not create schemas in the database "own"/);
  assert.match(stderr, /alter database "own" owner to epic_owner/);
  await as('administrator', 'own', 'alter database own owner to epic_owner');
  await succeeds(epicServer('administrator', 'own', 'migrate'));
  await hasNoDifferences('own');
}

async function refusesEncoding(): Promise<void> {
  await as(
    'administrator',
    'postgres',
    `create database latin owner epic_owner template template0
       encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' locale_provider libc`,
  );
  const { code, stderr } = await epicServer('administrator', 'latin', 'migrate');
  assert.equal(code, 1);
  assert.match(stderr, /The database "latin" has the encoding LATIN1, and UTF8 is needed\./);
}

async function besidePlatform(): Promise<void> {
  await as('administrator', 'postgres', 'create database platform template template0');
  await asSuperuser('platform', SUPABASE);
  await as(
    'administrator',
    'platform',
    'alter database platform owner to epic_owner',
    'grant usage, create on schema extensions to epic_owner with grant option',
  );
  await succeeds(epicServer('administrator', 'platform', 'migrate'));
  const file = join(folder, 'exceptions.json');
  await writeFile(file, JSON.stringify(EXCEPTIONS));
  await hasNoDifferences('platform', '--exceptions', file);
  // what is not excepted is still found
  await as('administrator', 'platform', 'create schema forgotten');
  const { code, stdout } = await epicServer(
    'administrator',
    'platform',
    ...['policies', 'diff', '--exceptions', file],
  );
  assert.equal(code, 1);
  assert.match(stdout, /extra +schema forgotten/);
}

async function testsNeedSuperuser(): Promise<void> {
  const { code, stderr } = await epicServer(
    'administrator',
    'epic',
    ...['policies', 'test', '--database', urlOf('administrator', 'postgres')],
  );
  assert.equal(code, 2);
  assert.match(stderr, /need the login of a superuser/);
}

async function hasNoDifferences(database: string, ...options: string[]): Promise<void> {
  const difference = await epicServer('administrator', database, 'policies', 'diff', ...options);
  assert.equal(difference.code, 0, difference.stdout + difference.stderr);
  const lint = await epicServer('administrator', database, 'policies', 'lint', ...options);
  assert.equal(lint.code, 0, lint.stdout + lint.stderr);
}

async function succeeds(running: Promise<Run>): Promise<void> {
  const { code, stderr } = await running;
  assert.equal(code, 0, stderr);
}

function epicServer(login: string, database: string, ...args: string[]): Promise<Run> {
  return runProgram(programs.server, args, {
    env: { DATABASE_ADMIN_URL: urlOf(login, database) },
  });
}

function urlOf(login: string, database: string): string {
  const url = new URL(onDatabase(superuserUrl, database));
  url.username = login;
  url.password = 'secret';
  return url.href;
}

function as(login: string, database: string, ...statements: string[]): Promise<void> {
  return runStatements(urlOf(login, database), statements);
}

function asSuperuser(database: string, ...statements: string[]): Promise<void> {
  return runStatements(onDatabase(superuserUrl, database), statements);
}

async function runStatements(url: string, statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function cleanUp(): Promise<void> {
  for (const name of ['epic', 'own', 'latin', 'platform']) {
    await asSuperuser('postgres', `drop database if exists ${name} with (force)`);
  }
  await asSuperuser(
    'postgres',
    `do $$
     declare
       role name;
     begin
       for role in
         select rolname from pg_roles
         where rolname ~ '^epic_' or rolname in ('administrator', 'second', 'anon', 'authenticated', 'supabase_auth_admin')
       loop
         execute format('drop owned by %I cascade', role);
       end loop;
       for role in
         select rolname from pg_roles
         where rolname ~ '^epic_' or rolname in ('administrator', 'second', 'anon', 'authenticated', 'supabase_auth_admin')
         order by rolname ~ '^epic_' desc
       loop
         execute format('drop role %I', role);
       end loop;
     end
     $$`,
  );
}
