import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { deploy, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import { databasePath } from '../../src/server/database/sql-file.ts';
import type { Difference } from '../../src/server/dba/diff/compare.ts';
import { type Comparison, compareWithReference } from '../../src/server/dba/diff/diff.ts';
import { type Reference, readReference } from '../../src/server/dba/diff/reference.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs, root } from '../support/paths.ts';
import { plainEnvironment, runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { byHand } from './support/changes-by-hand.ts';

let database: TestDatabase;
let client: Client;
let reference: Reference;
const found = new Map<string, Comparison>();

beforeAll(async () => {
  database = await cloneDatabase();
  client = await connect(database);
  reference = await readReference(client, database.adminUrl, [], new AbortController().signal);
  for (const [round, changes] of Object.entries(byHand)) {
    found.set(round, await compareAfter(changes.map(({ sql }) => sql)));
  }
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

async function connect({ adminUrl }: Pick<TestDatabase, 'adminUrl'>): Promise<Client> {
  const connection = new Client({ connectionString: adminUrl });
  connection.on('error', () => undefined);
  await connection.connect();
  return connection;
}

/** Makes changes, compares, and takes them back: those to roles concern the whole server. */
async function compareAfter(
  changes: readonly string[],
  options: { connection?: Client; accepted?: Reference['accepted'] } = {},
): Promise<Comparison> {
  const { connection = client, accepted = reference.accepted } = options;
  await connection.query('begin');
  try {
    for (const sql of changes) await connection.query(sql);
    return await compareWithReference(connection, { ...reference, accepted });
  } finally {
    await connection.query('rollback');
  }
}

const inWords = ({ state, kind, name, properties }: Difference) =>
  state === 'changed'
    ? `changed ${kind} ${name}: ${properties.map(({ property }) => property).join(', ')}`
    : `${state} ${kind} ${name}`;

const diff = (...options: string[]) =>
  runProgram(programs.server, ['policies', 'diff', ...options], {
    env: { DATABASE_ADMIN_URL: database.adminUrl },
  });

const scratchDatabases = () =>
  database.query(`select datname from pg_database where datname like 'epic\\_reference\\_%'`);

async function heading(): Promise<string> {
  const { hostname, port, username } = new URL(database.adminUrl);
  const [server] = await database.query<{ version: string }>(
    `select split_part(current_setting('server_version'), ' ', 1) as version`,
  );
  return `Database ${database.name} on ${hostname}:${port} (PostgreSQL ${server?.version}, as ${username}) and db/:`;
}

for (const [round, changes] of Object.entries(byHand)) {
  describe(`of what is changed by hand about ${round}`, () => {
    test.each(changes)('policies diff finds that $what', ({ finds }) => {
      expect(found.get(round)?.differences.map(inWords)).toEqual(expect.arrayContaining(finds));
    });

    test('policies diff finds nothing else', () => {
      expect(found.get(round)?.differences.map(inWords).sort()).toEqual(
        changes.flatMap(({ finds }) => finds).sort(),
      );
    });
  });
}

describe('a comparison', () => {
  test('a comparison uses the queries of db/: an altered schema dba hides nothing', async () => {
    const { differences } = await compareAfter([
      'drop view dba.snapshot',
      'create view dba.snapshot as select * from dba.role_snapshot where false',
      'alter policy sales_update_own on crm.contract using (true)',
    ]);

    expect(differences.map(inWords)).toEqual(
      expect.arrayContaining([
        'changed policy sales_update_own on crm.contract: using',
        'changed view dba.snapshot: comment, definition, options, owner',
      ]),
    );
  });

  test('a comparison does not depend on the settings of the database', async () => {
    const { differences } = await compareAfter([
      'set local quote_all_identifiers = on',
      `set local statement_timeout = '20ms'`,
      'set local search_path = crm, public',
      'set local extra_float_digits = -15',
      `set local timezone = 'Europe/Paris'`,
      `set local datestyle = 'German'`,
      `set local intervalstyle = 'iso_8601'`,
    ]);

    expect(differences).toEqual([]);
  });

  test('a comparison lists accepted differences apart, with the reason', async () => {
    const accepted = new Map([['membership somebody in epic_owner', 'Somebody deploys.']]);
    const comparison = await compareAfter(
      ['create role somebody', 'grant epic_owner to somebody'],
      {
        accepted,
      },
    );

    expect(comparison.differences).toEqual([]);
    expect(comparison.accepted).toEqual([
      {
        kind: 'membership',
        name: 'somebody in epic_owner',
        state: 'extra',
        reason: 'Somebody deploys.',
      },
    ]);
  });

  test('a comparison needs an administrator', async () => {
    await client.query('begin; set local role epic_owner');
    const refusal = await readReference(
      client,
      database.adminUrl,
      [],
      new AbortController().signal,
    ).catch((error) => error);
    await client.query('rollback');

    expect(refusal.message).toBe(
      'Comparing needs CREATEDB and CREATEROLE, which epic_owner does not have: it deploys db/ to a scratch database, roles included.',
    );
    expect(refusal.hint).toBe(
      'Set DATABASE_ADMIN_URL to the address of the administrator who runs epic-server migrate --roles.',
    );
  });

  test('a comparison leaves nothing behind', async () => {
    expect(await scratchDatabases()).toEqual([]);
    expect(await database.query(`select rolname from pg_roles where rolname ~ 'aside'`)).toEqual(
      [],
    );
  });

  test('a comparison reads every catalogue that holds definitions', async () => {
    // Data and statistics; what other catalogues say too; and what belongs to the server and not to its roles.
    const passedOver = [
      'pg_statistic',
      'pg_statistic_ext_data',
      'pg_shdepend',
      'pg_init_privs',
      'pg_subscription_rel',
      'pg_partitioned_table',
      'pg_replication_origin',
      'pg_shseclabel',
    ];
    const catalogues = await database.query<{ relname: string }>(
      `select relname from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' order by 1`,
    );
    const { queries } = reference;

    expect(
      catalogues
        .map(({ relname }) => relname)
        .filter((name) => !new RegExp(`\\b${name}\\b`).test(queries.database + queries.roles)),
    ).toEqual(
      passedOver.filter((name) => catalogues.some(({ relname }) => relname === name)).sort(),
    );
  });
});

describe('the fix of a difference', () => {
  const remaining = ({ differences }: Comparison, fix: Difference['fix']) =>
    differences.filter((one) => one.fix === fix).map(inWords);

  test('epic-server migrate --repair removes the differences it is named for', async () => {
    const other = await cloneDatabase();
    const connection = await connect(other);
    try {
      const changes = byHand['policies and grants'];
      for (const { sql } of changes) await connection.query(sql);
      const before = await compareAfter([], { connection });
      await deploy({
        adminUrl: other.adminUrl,
        rolesToo: false,
        everything: true,
        say: () => undefined,
      });
      const after = await compareAfter([], { connection });

      expect(remaining(before, 'migrate --repair')).toHaveLength(before.differences.length);
      expect(after.differences).toEqual([]);
    } finally {
      await connection.end();
      await other.drop();
    }
  });

  test('epic-server migrate --roles removes the differences it is named for', async () => {
    const changes = byHand.roles.map(({ sql }) => sql);
    const before = await compareAfter(changes);
    const after = await compareAfter([
      ...changes,
      await readFile(databasePath('roles.sql'), 'utf8'),
    ]);

    expect(remaining(before, 'migrate --roles')).toHaveLength(6);
    expect(remaining(after, 'migrate --roles')).toEqual([]);
  });
});

describe('epic-server policies diff', () => {
  test('policies diff finds nothing in a deployed database', async () => {
    const compared = reference.database.size + reference.roles.size;

    expect(await diff()).toEqual({
      code: 0,
      stderr: '',
      stdout: `${await heading()}\n\nNo differences: ${compared.toLocaleString('en')} objects compared.\n`,
    });
  });

  test('policies diff prints both sides of each difference, and the remedy', async () => {
    await database.query(`
      alter policy sales_update_own on crm.contract using (true);
      grant delete on crm.contract to epic_sales;
      alter table crm.client disable row level security;
      create schema elsewhere;
      alter function crm_private.normalize_text(text) volatile security definer;
    `);
    const { code, stdout } = await diff();

    expect(code).toBe(1);
    expect(stdout).toBe(`\
${await heading()}

Drift, fixed by epic-server migrate --repair:

  extra    grant delete on table crm.contract to epic_sales
  changed  policy sales_update_own on crm.contract
           using:
             db/   ((commercial_id = ( SELECT crm.current_employee_id() AS
                   current_employee_id)) AND (status = 'draft'::text))
             here  true
  changed  table crm.client
           row-level security: true in db/, false here

Drift, to be fixed manually:

  changed  function crm_private.normalize_text(text)
           security definer: false in db/, true here
           volatility: i in db/, v here
  extra    schema elsewhere, with 2 parts

5 differences: 2 extra, 3 changed.
`);
  });

  test('policies diff tells what is not deployed yet from what was changed by hand', async () => {
    // as if these had changed in db/ since the deployment
    await database.query(`
      create temp table recorded as select * from deployment.applied;
      update deployment.applied set digest = 'of another text'
      where name in ('policies/contract.sql', 'function crm.sign_contract');
      alter function crm.sign_contract(integer) cost 7`);
    try {
      const { code, stdout } = await diff();
      const headings = stdout
        .split('\n')
        .filter((line) => /^\S.*:$|^ {2}(policies|function)/.test(line));

      expect(code).toBe(1);
      expect(headings).toEqual([
        await heading(),
        'Not deployed yet (epic-server migrate does it):',
        '  function crm.sign_contract, policies/contract.sql',
        'Drift, fixed by epic-server migrate --repair:',
        'Drift, to be fixed manually:',
      ]);
      const [, pending = '', drift = ''] = stdout.split(/Not deployed yet.*|Drift, fixed.*/);
      expect(pending).toContain('policy sales_update_own on crm.contract');
      expect(pending).toContain('grant delete on table crm.contract');
      expect(pending).toContain('function crm.sign_contract(integer)');
      expect(drift).toContain('table crm.client');
      expect(stdout).toContain('\n3 not deployed yet, 3 drift.');
    } finally {
      await database.query(`
        update deployment.applied set digest = recorded.digest
        from recorded where recorded.name = applied.name;
        alter function crm.sign_contract(integer) cost 100`);
    }
  });

  test('policies diff --json prints one object', async () => {
    const { code, stdout } = await diff('--json');
    const { differences, ...rest } = JSON.parse(stdout);
    const { hostname, port, username } = new URL(database.adminUrl);

    expect(code).toBe(1);
    expect(rest).toEqual({
      database: {
        name: database.name,
        host: hostname,
        port: Number(port),
        login: username,
        version: expect.any(String),
      },
      compared: reference.database.size + reference.roles.size,
      pending: { migrations: [], parts: [] },
      accepted: [],
    });
    expect(differences).toHaveLength(5);
    expect(differences[0]).toEqual({
      kind: 'function',
      name: 'crm_private.normalize_text(text)',
      state: 'changed',
      fix: 'manual',
      cause: 'drift',
      parts: 0,
      properties: [
        { property: 'security definer', expected: 'false', found: 'true' },
        { property: 'volatility', expected: 'i', found: 'v' },
      ],
    });
  });

  test('policies diff says which line of db/ cannot be deployed, and what to do about that', async () => {
    const copy = await makeTemporaryFolder();
    try {
      for (const name of ['dist', 'db', 'package.json']) {
        await cp(join(root, name), join(copy, name), { recursive: true });
      }
      await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
      const file = join(copy, 'db', 'policies', 'contract.sql');
      const policies = await readFile(file, 'utf8');
      await writeFile(file, policies.replaceAll("status = 'draft'", "statuss = 'draft'"));
      const { code, stdout, stderr } = await runProgram(
        join(copy, relative(root, programs.server)),
        ['policies', 'diff'],
        { env: { DATABASE_ADMIN_URL: database.adminUrl } },
      );

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(
        /compare with: db\/policies\/contract\.sql:\d+: column "statuss" does not exist \(42703\)\n {2}Perhaps you meant /,
      );
      expect(stderr).not.toContain('role');
    } finally {
      await removeFolder(copy);
    }
  });

  test('policies diff drops its scratch database when it is interrupted', async () => {
    const child = spawn(process.execPath, [programs.server, 'policies', 'diff'], {
      env: { ...plainEnvironment(), DATABASE_ADMIN_URL: database.adminUrl },
    });
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    await until(async () => (await scratchDatabases()).length > 0);
    child.kill('SIGINT');

    expect(await ended).toEqual(['', 'epic-server: Interrupted.\n', [2, null]]);
    expect(await scratchDatabases()).toEqual([]);
  });

  test('policies diff starts an embedded PostgreSQL that is not running, and compares it', async () => {
    const folder = await makeTemporaryFolder();
    const dataFolder = join(folder, 'data');
    try {
      const cluster = await openCluster({ dataFolder, durable: false, say: () => undefined });
      const adminUrl = cluster.adminUrl('epic');
      await prepareServer({
        serverUrl: cluster.adminUrl('postgres'),
        database: 'epic',
        passwords: cluster.passwords,
      });
      await deploy({ adminUrl, rolesToo: false, say: () => undefined });
      const connection = await connect({ adminUrl });
      await connection.query('drop policy sales_update_own on crm.contract');
      await connection.end();
      await cluster.close();
      const { code, stdout, stderr } = await runProgram(programs.server, ['policies', 'diff'], {
        env: { EPIC_DATA: dataFolder },
      });

      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^PostgreSQL of .* was stopped: it is started, and stopped again afterwards\.\n$/,
      );
      expect(stdout).toContain('  missing  policy sales_update_own on crm.contract\n');
      expect(stdout).toContain('\n1 difference: 1 missing.\n');
    } finally {
      await removeFolder(folder);
    }
  });
});
