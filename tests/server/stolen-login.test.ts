import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import type { Claims } from '../../src/server/database/claims.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { loadKeys } from '../../src/server/identity/keys.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, openSession } from '../support/people.ts';
import { startServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { ask, codesOf, logIn } from './support/api.ts';

// What a stolen login of the API, a stolen proof and a stolen signing key are worth, on real connections. Every table,
// verb, role and claim is tried in tests/sql/stolen_login.sql.

let database: TestDatabase;
let alice: Claims;
let emma: Claims;
let client: number;
const connections: pg.Client[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  const add = (name: string, department: string) =>
    addEmployee(database, { email: `${name}@epic.example`, department });
  alice = await openSession(database, await add('alice', 'sales'));
  emma = await openSession(database, await add('emma', 'management'));
  client = await addClient(database, alice.employeeId);
  await database.query('insert into crm.contract (client_id, total_amount) values ($1, 1000)', [
    client,
  ]);
});

afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.end();
});

afterAll(() => database.drop());

/** A connection with the password of the API's login, and no other. */
async function connect(): Promise<pg.Client> {
  const connection = new pg.Client(database.authenticatorUrl);
  await connection.connect();
  connections.push(connection);
  return connection;
}

const enter = (connection: pg.Client, { employeeId, sessionId, department, secret }: Claims) =>
  connection.query('select identity.enter($1, $2, $3, $4)', [
    employeeId,
    sessionId,
    department,
    Buffer.from(secret, 'base64url'),
  ]);

const claimNames = [
  'employee_id',
  'session_id',
  'department',
  'read_only',
  'second_factor',
  'proof',
];

/** Everything that identity.enter has set in this transaction, as statements that set it again. */
async function copyClaims(connection: pg.Client): Promise<string[]> {
  const { rows } = await connection.query<{ statement: string }>(
    `select format('select set_config(%L, %L, true)', 'jwt.claims.' || name, current_setting('jwt.claims.' || name)) as statement
     from unnest($1::text[]) name
     union all
     select format('select set_config(%L, %L, true)', 'role', current_setting('role'))`,
    [claimNames],
  );
  return rows.map(({ statement }) => statement);
}

async function run(connection: pg.Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.query(statement);
}

/** What a transaction that begins with `statements` reads of the clients. */
async function clientsSeen(connection: pg.Client, statements: readonly string[]): Promise<number> {
  await connection.query('begin');
  await run(connection, statements);
  const { rowCount } = await connection.query('select from crm.client');
  await connection.query('rollback');
  return rowCount ?? 0;
}

const price = async () =>
  (await database.query<{ total: string }>('select total_amount as total from crm.contract'))[0]
    ?.total;

const withClaims = ({ employeeId, sessionId, department }: Claims) => [
  `set local role epic_${department}`,
  `select set_config('jwt.claims.employee_id', '${employeeId}', true)`,
  `select set_config('jwt.claims.session_id', '${sessionId}', true)`,
  `select set_config('jwt.claims.department', '${department}', true)`,
];

describe('the password of the API', () => {
  test.each(['epic_sales', 'epic_support', 'epic_management'])(
    'it reads nothing as %s',
    async (role) => {
      const thief = await connect();
      expect(await clientsSeen(thief, [`set local role ${role}`])).toBe(0);
      expect(await clientsSeen(thief, [...withClaims(emma), `set local role ${role}`])).toBe(0);
    },
  );

  test('it changes nothing, and takes over no account', async () => {
    const thief = await connect();
    for (const [statement, message] of [
      [
        'update crm.contract set total_amount = 1',
        'new row violates row-level security policy "employee_update_in_session" for table "contract"',
      ],
      [
        `select crm.reset_password(${alice.employeeId}, '$argon2id$v=19$m=1,t=1,p=1$a$b')`,
        `There is no employee ${alice.employeeId}.`,
      ],
      [`select crm.erase_client(${client}, true)`, 'This is done in a session only.'],
    ] as const) {
      await thief.query('begin');
      await run(thief, withClaims(emma));
      await expect(thief.query(statement)).rejects.toThrow(message);
      await thief.query('rollback');
    }
    expect(await price()).toBe('1000.00');
  });

  test('it becomes no other role', async () => {
    const thief = await connect();
    await expect(thief.query('set role epic_owner')).rejects.toThrow(
      'permission denied to set role "epic_owner"',
    );
    await expect(thief.query('set role epic_worker')).rejects.toThrow(
      'permission denied to set role "epic_worker"',
    );
    await expect(thief.query('select from identity.proof_key')).rejects.toThrow(
      'permission denied',
    );
  });

  test('the secret of one person enters no session of another', async () => {
    const thief = await connect();
    await expect(enter(thief, { ...emma, secret: alice.secret })).rejects.toThrow(
      'This session has ended.',
    );
    await expect(
      enter(thief, { ...emma, secret: randomBytes(32).toString('base64url') }),
    ).rejects.toThrow('This session has ended.');
  });
});

describe('a proof', () => {
  test('it holds in the transaction in which identity.enter made it', async () => {
    const connection = await connect();
    await connection.query('begin');
    await enter(connection, alice);
    await run(connection, await copyClaims(connection));
    expect((await connection.query('select from crm.client')).rowCount).toBe(1);
    await connection.query('rollback');
  });

  test('it is worth nothing in the next transaction of the connection', async () => {
    const connection = await connect();
    await connection.query('begin');
    await enter(connection, alice);
    const copied = await copyClaims(connection);
    await connection.query('commit');
    expect(await clientsSeen(connection, copied)).toBe(0);
  });

  test('it is worth nothing on another connection', async () => {
    const [one, other] = [await connect(), await connect()];
    await one.query('begin');
    await enter(one, alice);
    expect(await clientsSeen(other, await copyClaims(one))).toBe(0);
    await one.query('rollback');
  });

  test('it does not outlive a rollback to a savepoint', async () => {
    const connection = await connect();
    await connection.query('begin; savepoint before');
    await enter(connection, alice);
    await connection.query('rollback to savepoint before; set local role epic_sales');
    expect((await connection.query('select from crm.client')).rowCount).toBe(0);
    await connection.query('rollback');
  });

  test('a statement that was planned in a session reads nothing outside it', async () => {
    const connection = await connect();
    const planned = { name: 'planned', text: 'select from crm.client' };
    for (let turn = 0; turn < 8; turn++) {
      await connection.query('begin');
      await enter(connection, alice);
      expect((await connection.query(planned)).rowCount).toBe(1);
      await connection.query('commit');
    }
    await connection.query('begin; set local role epic_sales');
    expect((await connection.query(planned)).rowCount).toBe(0);
    await connection.query('rollback');
  });
});

describe("SQL injected into another's request", () => {
  /** Runs statements within a transaction of Alice's, and commits. */
  async function asAlice(statements: readonly string[]): Promise<void> {
    const connection = await connect();
    await connection.query('begin');
    await enter(connection, alice);
    try {
      await run(connection, statements);
      await connection.query('commit');
    } catch (error) {
      await connection.query('rollback');
      throw error;
    }
  }

  test.each([
    ['another role', () => ['set local role epic_management']],
    ['another role and the claims of a manager', () => withClaims(emma)],
  ])('it changes nothing with %s', async (_what, prelude) => {
    await expect(
      asAlice([...prelude(), 'update crm.contract set total_amount = 1']),
    ).rejects.toThrow(
      'new row violates row-level security policy "employee_update_in_session" for table "contract"',
    );
    expect(await price()).toBe('1000.00');
  });

  test('a claim that is set within the statement does not change who writes', async () => {
    await expect(
      asAlice([
        `with forged as materialized (select set_config('jwt.claims.employee_id', '${emma.employeeId}', true) as id)
         update crm.client set phone = '0612' from forged where client.id = ${client} and forged.id <> ''`,
      ]),
    ).rejects.toThrow(/row-level security policy|change_by_the_api_names_an_employee/);
    const [row] = await database.query<{ phone: string }>('select phone from crm.client');
    expect(row?.phone).toBe('+33 6 12 34 56 78');
  });
});

describe('a stolen signing key', () => {
  test('it makes no token that enters a session', async () => {
    const folder = await makeTemporaryFolder();
    const file = join(folder, 'keys.json');
    await writeFile(file, JSON.stringify(generateJwks()), { mode: 0o600 });
    const server = await startServer(database, { EPIC_JWT_KEYS: file });
    try {
      const real = await logIn(server.url, 'alice@epic.example');
      const { kid, privateKey } = loadKeys(file).signing;
      const payload = jwt.decode(real.accessToken) as jwt.JwtPayload;
      const forge = (changes: object) => {
        const claims: Record<string, unknown> = { ...payload, ...changes };
        return jwt.sign(
          Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)),
          privateKey,
          { algorithm: 'ES256', header: { alg: 'ES256', kid, typ: 'at+jwt' } },
        );
      };
      const as = (token: string) => ask(server.url, '{ me { email } }', { token });

      expect((await as(forge({}))).data).toEqual({ me: { email: 'alice@epic.example' } });
      for (const [changes, kind, message] of [
        [{ secret: undefined }, 'token_invalid', 'The access token is not valid.'],
        [{ secret: 'short' }, 'token_invalid', 'The access token is not valid.'],
        [
          { secret: randomBytes(32).toString('base64url') },
          'session_ended',
          'This session has ended.',
        ],
        [
          { sub: String(emma.employeeId), sid: emma.sessionId, department: 'management' },
          'session_ended',
          'This session has ended.',
        ],
      ] as const) {
        const answer = await as(forge(changes));
        expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
        expect(answer.errors[0]).toMatchObject({ message, extensions: { kind } });
      }
    } finally {
      await server.stop();
      await removeFolder(folder);
    }
  });
});
