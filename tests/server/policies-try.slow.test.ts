import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, type DatabaseError, type QueryConfig } from 'pg';
import { connectionVariables } from '../../src/server/dba/libpq.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { withoutPlace } from '../support/place.ts';
import { runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

let database: TestDatabase;
let folder: string;
let ids: { alice: number; own: number; other: number };

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  database = await cloneDatabase();
  const add = (email: string, department: string, fullName: string) =>
    addEmployee(database, { email, department, fullName });
  const alice = await add('alice@epic.example', 'sales', "Alice O'Hara");
  const bruno = await add('bruno@epic.example', 'sales', 'Bruno Petit');
  await add('chloe@epic.example', 'support', 'Chloe Roux');
  await add('emma@epic.example', 'management', 'Emma Blanc');
  const gaston = await add('gaston@epic.example', 'sales', 'Gaston Noir');
  await database.query('update crm.employee set active = false where id = $1', [gaston]);
  ids = { alice, own: await addClient(database, alice), other: await addClient(database, bruno) };
});

afterAll(async () => {
  await database.drop();
  await removeFolder(folder);
});

const tryAs = async (args: string[], env: NodeJS.ProcessEnv = {}) =>
  withoutPlace(
    await runProgram(programs.server, ['policies', 'try', ...args], {
      env: { DATABASE_ADMIN_URL: database.adminUrl, ...env },
    }),
  );

/** Sends one message after the other; gives the rows of each, or how it was refused. */
async function send(...messages: (string | QueryConfig)[]): Promise<unknown[]> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  const answers: unknown[] = [];
  try {
    for (const message of messages) {
      answers.push(
        await client.query(message).then(
          (result) => (result.rows?.length > 0 ? result.rows : result.rowCount),
          (error: DatabaseError) => `${error.code}: ${error.message}`,
        ),
      );
    }
  } finally {
    await client.end();
  }
  return answers;
}

describe('epic-server policies try', () => {
  test('policies try prints what to type, and whose session it is', async () => {
    expect(await tryAs(['ALICE@epic.example'])).toEqual({
      code: 0,
      stderr: `\
Alice O'Hara works in sales: employee ${ids.alice}, role epic_sales.
Type this into psql, on the same database:

`,
      stdout: `\
\\set ON_ERROR_ROLLBACK on
begin;
select dba.impersonate('alice@epic.example');

-- Now you are Alice O'Hara, sales. Worth trying:

-- the clients you look after
select id, full_name from crm.client
where commercial_contact_id = crm.current_employee_id();

-- yours: updated
update crm.client set phone = phone where id = ${ids.own};

-- a colleague's client: no row is updated
update crm.client set phone = phone where id = ${ids.other};

-- and why
select name, role, holds, sentence
from crm.explain_access('client', 'update', ${ids.other});

-- What you did is undone, and you are yourself again:
rollback;
`,
    });
  });

  test('policies try prints statements that work', async () => {
    const { stdout } = await tryAs(['alice@epic.example']);
    const statements = stdout
      .split(/;\n/)
      .map((part) => part.replace(/^(\\|--).*\n?/gm, '').trim())
      .filter((statement) => statement !== '');

    const [begin, impersonate, clients, own, other, why, rollback, ...rest] = await send(
      ...statements,
      'select current_user = session_user as myself',
    );

    expect(begin).toBeNull();
    expect(impersonate).toEqual([
      {
        impersonate: `You are Alice O'Hara (employee ${ids.alice}, sales) until rollback or commit.`,
      },
    ]);
    expect(clients).toEqual([{ id: ids.own, full_name: 'Jeanne Moreau' }]);
    expect(own).toBe(1);
    expect(other).toBe(0);
    expect(why).toContainEqual({
      name: 'sales_update_own',
      role: 'epic_sales',
      holds: false,
      sentence: 'Sales change only the clients they look after.',
    });
    expect(rollback).toBeNull();
    expect(rest).toEqual([[{ myself: true }]]);
  });

  test('policies try has examples for every department', async () => {
    const support = await tryAs(['chloe@epic.example']);
    const management = await tryAs(['emma@epic.example']);

    expect(support.stdout).toContain('-- the events you run\n');
    expect(management.stdout).toContain(`\
-- but may not change the rest: refused
update crm.client set phone = phone where id = ${ids.own};

-- and why
select name, role, holds, sentence
from crm.explain_access('client', 'update', ${ids.own}, array['phone']);
`);
  });

  test('policies try reports an unknown address and an employee who has left', async () => {
    expect(await tryAs(['zoe@epic.example'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `\
epic-server: No employee has the e-mail address zoe@epic.example.
  See who does: select full_name, email, department from crm.employee where active;
`,
    });
    expect(await tryAs(['gaston@epic.example'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `\
epic-server: Gaston Noir has been deactivated, and may do nothing.
  Be another employee of sales: select email from crm.employee where active and department = 'sales';
`,
    });
  });
});

// psql itself need not be installed: what stands in for it writes down how it was called.
describe('epic-server policies try --psql', () => {
  async function withPsql(code: number): Promise<{ path: string; read: () => Promise<string> }> {
    const programsFolder = join(folder, `bin-${code}`);
    const record = join(folder, `called-${code}`);
    await mkdir(programsFolder);
    const script = join(programsFolder, 'psql');
    await writeFile(
      script,
      `#!/bin/sh
{
  echo "arguments: $*"
  echo "connection: $PGUSER $PGDATABASE $PGPORT"
  [ -n "$PGPASSWORD" ] && echo "password: $PGPASSWORD"
  echo "start-up: $PSQLRC"
  cat "$PSQLRC"
} > '${record}'
exit ${code}
`,
    );
    await chmod(script, 0o755);
    return {
      path: `${programsFolder}:${process.env.PATH}`,
      read: () => readFile(record, 'utf8'),
    };
  }

  test('policies try --psql opens psql in a transaction of that employee', async () => {
    const { path, read } = await withPsql(0);
    const startUp = join(folder, "their 'own' psqlrc");
    await writeFile(startUp, '\\timing on\n');
    const url = new URL(database.adminUrl);

    expect(await tryAs(['alice@epic.example', '--psql'], { PATH: path, PSQLRC: startUp })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const called = await read();
    expect(called.split('\n').filter((line) => !line.startsWith('start-up: '))).toEqual([
      'arguments: ',
      `connection: ${url.username} ${database.name} ${url.port}`,
      ...(url.password === '' ? [] : [`password: ${url.password}`]),
      `\\i '${startUp.replaceAll("'", "''")}'`,
      '\\set ON_ERROR_ROLLBACK on',
      'begin;',
      "select dba.impersonate('alice@epic.example');",
      '\\echo The * in the prompt is the transaction: without it you are yourself again.',
      '',
    ]);
    const removed = /^start-up: (.*)$/m.exec(called)?.[1] ?? '';
    await expect(readFile(removed)).rejects.toThrow('ENOENT');
  });

  test('policies try --psql ends with the exit code of psql', async () => {
    const { path } = await withPsql(3);

    expect((await tryAs(['alice@epic.example', '--psql'], { PATH: path })).code).toBe(3);
  });

  test('policies try --psql reports a missing psql', async () => {
    expect(await tryAs(['alice@epic.example', '--psql'], { PATH: folder })).toEqual({
      code: 2,
      stdout: '',
      stderr: `\
epic-server: psql cannot be started: it is not installed, or not on the PATH.
  Without --psql, this command prints what to type into any client.
`,
    });
  });

  test('policies try --psql opens nothing for an unknown address', async () => {
    const { code, stderr } = await tryAs(['zoe@epic.example', '--psql'], { PATH: folder });

    expect(code).toBe(2);
    expect(stderr).toContain('No employee has the e-mail address zoe@epic.example.');
  });

  test('a connection URL is taken apart into the variables that psql reads', () => {
    expect(
      connectionVariables(
        'postgres://j%40ne:s%3Acret@[::1]:5433/my%20db?sslmode=verify-full&options=-c%20a%3Db&unknown=1',
      ),
    ).toEqual({
      PGHOST: '::1',
      PGPORT: '5433',
      PGUSER: 'j@ne',
      PGPASSWORD: 's:cret',
      PGDATABASE: 'my db',
      PGSSLMODE: 'verify-full',
      PGOPTIONS: '-c a=b',
    });
    expect(connectionVariables('postgres:///crm?host=/var/run/postgresql')).toEqual({
      PGHOST: '/var/run/postgresql',
      PGDATABASE: 'crm',
    });
  });
});

// What tests/sql cannot try, since each of its files is one transaction.
describe('dba.impersonate', () => {
  const impersonate = `select dba.impersonate('alice@epic.example')`;
  const whoAmI = `select current_user::text as role, crm.current_employee_id() as employee`;
  const touch = (phone: string) => `update crm.client set phone = '${phone}' where id = ${ids.own}`;
  const phone = async () =>
    (await database.query('select phone from crm.client where id = $1', [ids.own]))[0]?.phone;
  let myself: { role: string; employee: null };
  const refusal =
    '25P01: You would be yourself again before your next statement: dba.impersonate needs a transaction that is begun before it and ended after it.';

  beforeAll(async () => {
    const [row] = await database.query<{ role: string }>('select current_user::text as role');
    myself = { role: row?.role ?? '', employee: null };
  });

  test('an impersonation lasts as long as the transaction', async () => {
    const alice = [{ role: 'epic_sales', employee: ids.alice }];

    expect(
      await send('begin', impersonate, whoAmI, 'select 1 as one', whoAmI, 'rollback', whoAmI),
    ).toEqual([null, expect.anything(), alice, [{ one: 1 }], alice, null, [myself]]);
  });

  test('an impersonation ends with the commit', async () => {
    await send('begin', impersonate, touch('+33 1 11 11 11 11'), 'commit');

    expect(await phone()).toBe('+33 1 11 11 11 11');
    expect(await send('begin', impersonate, 'end', whoAmI)).toEqual([
      null,
      expect.anything(),
      null,
      [myself],
    ]);
  });

  test('an impersonation works in successive and in read-only transactions', async () => {
    const answers = await send(
      'begin',
      impersonate,
      'commit',
      'begin read only',
      impersonate,
      'commit',
      'begin',
      impersonate,
      'commit',
    );

    expect(answers.filter((answer) => typeof answer === 'string')).toEqual([]);
  });

  test('an impersonation ends with a rollback to a savepoint, or with another one', async () => {
    expect(
      await send(
        'begin',
        'savepoint me',
        impersonate,
        'rollback to me',
        whoAmI,
        impersonate,
        'reset role',
        `select dba.impersonate('emma@epic.example')`,
        'select current_user::text as role, crm.current_department() as department',
        'commit',
        whoAmI,
      ),
    ).toEqual([
      null,
      null,
      expect.anything(),
      null,
      [myself],
      expect.anything(),
      null,
      expect.anything(),
      [{ role: 'epic_management', department: 'management' }],
      null,
      [myself],
    ]);
  });

  test.each<[string, string | QueryConfig]>([
    ['a statement of its own', impersonate],
    ['one of its own in the extended protocol', { text: impersonate, values: [] }],
    [
      'a prepared one',
      { name: 'become', text: 'select dba.impersonate($1)', values: ['alice@epic.example'] },
    ],
    ['several in one message', `${impersonate}; select 1`],
    ['a whole transaction in one message', `begin; ${impersonate}; commit`],
    [
      'a block that commits',
      `do $$ begin perform dba.impersonate('alice@epic.example'); commit; end $$`,
    ],
  ])('an impersonation is refused to %s, and the role stays as it was', async (_, message) => {
    expect(await send(message, 'rollback', whoAmI)).toEqual([refusal, null, [myself]]);
  });

  test('a refused impersonation undoes the rest of its message', async () => {
    const before = await phone();

    expect(await send(`${impersonate}; ${touch('+33 9 99 99 99 99')}`)).toEqual([refusal]);
    expect(await phone()).toBe(before);
  });
});
