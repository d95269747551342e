import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { withAdminConnection } from '../../src/server/database/deploy/admin.ts';
import { readMatrix } from '../../src/server/dba/matrix/matrix.ts';
import { inSnapshot } from '../../src/server/dba/tools.ts';
import { cloneDatabase, createForeignDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { withoutPlace } from '../support/place.ts';
import { runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// Any database: the name of each has the process in it, since roles belong to the whole server.
const suffix = process.pid;
const [shop, empty] = [`shop_${suffix}`, `empty_${suffix}`];
const [owner, web, customer, clerk] = ['owner', 'web', 'customer', 'clerk'].map(
  (name) => `shop_${name}_${suffix}`,
);

let server: TestDatabase;
let shopUrl: string;
let emptyUrl: string;

beforeAll(async () => {
  server = await cloneDatabase();
  for (const name of [shop, empty]) await createForeignDatabase(server, name);
  [shopUrl, emptyUrl] = [shop, empty].map((name) => {
    const url = new URL(server.adminUrl);
    url.pathname = `/${name}`;
    return url.href;
  }) as [string, string];
  await onShop(`
    create role ${owner}; create role ${web} login noinherit; create role ${customer}; create role ${clerk};
    grant ${customer}, ${clerk} to ${web};
    create schema shop authorization ${owner};
    set role ${owner};
    create function shop.current_customer_id() returns integer
      language sql stable return nullif(current_setting('shop.customer_id', true), '')::integer;
    create table shop.customer (id integer primary key, email text);
    create table shop.orders (id integer primary key, customer_id integer references shop.customer, status text);
    alter table shop.customer enable row level security;
    alter table shop.orders enable row level security;
    grant usage on schema shop to ${customer}, ${clerk};
    grant select on shop.customer, shop.orders to ${customer}, ${clerk};
    grant insert (customer_id, status), update (status) on shop.orders to ${customer};
    create policy customer_self on shop.customer for select to ${customer} using (id = (select shop.current_customer_id()));
    create policy customer_read on shop.orders for select to ${customer} using (customer_id = (select shop.current_customer_id()));
    create policy customer_buy on shop.orders for insert to ${customer}
      with check (customer_id = (select shop.current_customer_id()) and status = 'open');
    create policy customer_change on shop.orders for update to ${customer}
      using (customer_id = (select shop.current_customer_id()) and status = 'open')
      with check (status in ('open', 'paid'));
    create policy clerk_read on shop.orders for select to ${clerk} using (true);
  `);
});

afterAll(async () => {
  for (const name of [shop, empty]) await server.query(`drop database ${name} with (force)`);
  await server.query(`drop role ${[web, customer, clerk, owner].join(', ')}`);
  await server.drop();
});

async function onShop(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: shopUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const policies = (url: string, ...args: string[]) =>
  runProgram(programs.server, ['policies', ...args], { env: { DATABASE_ADMIN_URL: url } });

describe('the tools on a database that is not ours', () => {
  test('policies matrix shows the roles that the API’s login may become', async () => {
    const { code, stdout, stderr } = withoutPlace(
      await policies(shopUrl, 'matrix', '--api-login', web ?? '', '--owner', owner ?? ''),
    );
    const lines = stdout.split('\n');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines[0]?.trim().split(/\s+/)).toEqual([clerk, customer]);
    expect(lines.slice(1, 7).map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['shop.customer read', 'closed', 'self'],
      ['shop.orders', 'read', 'all', 'own'],
      ['create –', 'own open'],
      ['update –', 'own open → open/paid'],
      [''],
      expect.anything(),
    ]);
    expect(stdout).not.toMatch(/dba\.|epic|crm\./);
  });

  test('policies matrix reads the settings of the database', async () => {
    await server.query(`alter database ${shop} set dba.api_logins = '${web}'`);
    try {
      const { code, stdout } = await policies(shopUrl, 'matrix', '--record', 'shop.orders');

      expect(code).toBe(0);
      expect(stdout).toContain('customer_change: no comment.');
    } finally {
      await server.query(`alter database ${shop} reset dba.api_logins`);
    }
  });

  test('policies lint looks at it, and says nothing about its own schema', async () => {
    const { code, stdout } = await policies(
      shopUrl,
      ...['lint', '--json', '--api-login', web ?? '', '--owner', owner ?? ''],
    );
    const findings: { name: string; object: string }[] = JSON.parse(stdout);

    expect(code).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({ name: 'rls_not_forced', object: 'shop.orders' }),
    );
    expect(findings.filter(({ object }) => /\bdba\b/.test(object))).toEqual([]);
  });

  test('the tools are loaded for one transaction: nothing stays, and its tables are locked as by a reader', async () => {
    const locks = await withAdminConnection(
      { DATABASE_ADMIN_URL: shopUrl },
      (connection) =>
        inSnapshot(connection, { apiLogins: [web ?? ''], owner }, async ({ client }) => {
          await readMatrix(client);
          await client.query('select from dba.finding');
          const { rows } = await client.query(
            `select distinct mode from pg_locks
             join pg_class on pg_class.oid = relation
             where pid = pg_backend_pid() and relnamespace = 'shop'::regnamespace`,
          );
          return rows;
        }),
      { anyDatabase: true },
    );

    expect(locks.filter(({ mode }) => mode !== 'AccessShareLock')).toEqual([]);
    expect(await onShop(`select to_regnamespace('dba') as schema`)).toEqual([{ schema: null }]);
  });

  test('a tool says what it needs to know', async () => {
    expect(await policies(shopUrl, 'lint')).toEqual({
      code: 2,
      stdout: '',
      stderr: `\
epic-server: This database is not one of Epic Events CRM, and nothing says as which role its API logs in.
  Say so: --api-login LOGIN, and --owner ROLE for the owner of its tables.
`,
    });
    expect(await policies(shopUrl, 'lint', '--api-login', 'shop_wev')).toEqual({
      code: 2,
      stdout: '',
      stderr: `\
epic-server: There is no role shop_wev.
  Name roles as pg_roles has them: --api-login LOGIN, --owner ROLE, or the settings dba.api_logins and dba.owner.
`,
    });
  });

  test('a tool finds fault with a setting that names no role', async () => {
    const { code, stderr } = await policies(server.adminUrl, 'lint', '--owner', 'shop_ovner');

    expect(code).toBe(2);
    expect(stderr).toContain('epic-server: There is no role shop_ovner.\n');
  });

  test.each([['diff'], ['try', 'alice@shop.example']])(
    'policies %s does not advise to deploy to it',
    async (...args) => {
      expect(await policies(shopUrl, ...args)).toEqual({
        code: 2,
        stdout: '',
        stderr: `\
epic-server: This database is not one of Epic Events CRM, and this tool works on no other.
  For any database there are: epic-server policies lint and matrix, with --api-login LOGIN.
`,
      });
    },
  );

  test('a schema dba of its own is left alone', async () => {
    await onShop('create schema dba; create table dba.notes (id integer)');
    try {
      const { code, stderr } = await policies(shopUrl, 'matrix', '--api-login', web ?? '');

      expect(code).toBe(2);
      expect(stderr).toContain('This database has a schema dba that is not ours');
      expect(await onShop(`select to_regclass('dba.notes') is not null as is_there`)).toEqual([
        { is_there: true },
      ]);
    } finally {
      await onShop('drop schema dba cascade');
    }
  });

  test('a login that may not connect is told what it lacks', async () => {
    await server.query(`alter role ${clerk} login password 'clerk'`);
    const url = new URL(shopUrl);
    [url.username, url.password] = [clerk ?? '', 'clerk'];

    expect(await policies(url.href, 'matrix', '--api-login', web ?? '')).toEqual({
      code: 2,
      stdout: '',
      stderr: `\
epic-server: The database refuses the connection: permission denied for database "${shop}".
  Let this login connect: grant connect on database "${shop}" to "${clerk}". Or name another in DATABASE_ADMIN_URL.
`,
    });
  });

  test.each([
    ['password', 'password authentication failed for user', 'the login and its password in'],
    ['pathname', 'database "missing" does not exist', 'the name of the database in'],
  ] as const)(
    'a connection with a wrong %s is refused with a hint that fits',
    async (part, reason, hint) => {
      const url = new URL(shopUrl);
      url[part] = 'missing';
      const { code, stderr } = await policies(url.href, 'lint');

      expect(code).toBe(2);
      expect(stderr).toContain(`epic-server: The database refuses the connection: ${reason}`);
      expect(stderr).toContain(`  Check ${hint} DATABASE_ADMIN_URL.\n`);
    },
  );

  test('a login that may not create a schema is told so', async () => {
    await server.query(
      `alter role ${web} password 'web'; grant connect on database ${shop} to ${web}`,
    );
    const url = new URL(shopUrl);
    [url.username, url.password] = [web ?? '', 'web'];
    const { code, stderr } = await policies(url.href, 'matrix', '--api-login', web ?? '');

    expect(code).toBe(2);
    expect(stderr).toContain(
      'This login may not create the schema that the tools need for one transaction.',
    );
  });

  test('an empty database is told apart', async () => {
    const { code, stderr } = await policies(emptyUrl, 'matrix');

    expect(code).toBe(2);
    expect(stderr).toBe(`\
epic-server: This database has no tables: db/ has not been deployed to it.
  If it is to be a database of Epic Events CRM, deploy: epic-server migrate. Otherwise look at DATABASE_ADMIN_URL.
`);
  });
});

describe('the tools without a database', () => {
  test.each([['matrix'], ['lint'], ['diff'], ['try', 'alice@epic.example']])(
    'policies %s creates nothing where EPIC_DATA has no database',
    async (...args) => {
      const folder = await makeTemporaryFolder();
      try {
        await mkdir(join(folder, 'empty'));
        for (const name of ['empty', 'missing']) {
          expect(
            await runProgram(programs.server, ['policies', ...args], {
              env: { EPIC_DATA: join(folder, name) },
            }),
          ).toEqual({
            code: 2,
            stdout: '',
            stderr: `\
epic-server: There is no database in ${join(folder, name)}.
  Set EPIC_DATA to the folder of one (npm run demo keeps its in .epic/demo), or DATABASE_ADMIN_URL to its address.
`,
          });
        }
        expect(await readdir(folder)).toEqual(['empty']);
        expect(await readdir(join(folder, 'empty'))).toEqual([]);
      } finally {
        await removeFolder(folder);
      }
    },
  );
});
