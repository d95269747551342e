import { readFile } from 'node:fs/promises';
import jwt from 'jsonwebtoken';
import {
  buildSchema,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'postgraphile/graphql';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, askToRefresh, codesOf, logIn } from './support/api.ts';
import { connect } from './support/socket.ts';

// A session that was opened with readOnly, and a token of createReadOnlyToken, read and do nothing else.

let database: TestDatabase;
let server: RunningServer;
const ids = { sales: 0, support: 0, management: 0, client: 0 };

type Department = 'sales' | 'support' | 'management';

beforeAll(async () => {
  database = await cloneDatabase();
  for (const department of ['sales', 'support', 'management'] as const) {
    ids[department] = await addEmployee(database, {
      email: `${department}@epic.example`,
      department,
    });
  }
  ids.client = await addClient(database, ids.sales);
  await database.query(
    `insert into crm.contract (client_id, total_amount, status, signed_at)
     values ($1, 5000, 'signed', now()), ($1, 100, 'draft', null)`,
    [ids.client],
  );
  await database.query(
    `insert into crm.event (contract_id, title, start_date, end_date, support_contact_id)
     values (1, 'Gala', '2030-01-01', '2030-01-02', $1)`,
    [ids.support],
  );
  await database.query(
    'insert into crm.payment (contract_id, amount, recorded_by) values (1, 10, $1)',
    [ids.sales],
  );
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

type Tokens = { accessToken: string; refreshToken: string };

async function logInToRead(department: Department): Promise<Tokens> {
  const { data, errors } = await ask<{ login: Tokens }>(
    server.url,
    `mutation Login($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }`,
    { variables: { input: { email: `${department}@epic.example`, password, readOnly: true } } },
  );
  expect(errors).toEqual([]);
  return data?.login as Tokens;
}

type ReadOnlyToken = { accessToken: string; accessTokenExpiresAt: string };

async function createReadOnlyToken(token: string): Promise<ReadOnlyToken> {
  const { data, errors } = await ask<{ createReadOnlyToken: ReadOnlyToken }>(
    server.url,
    'mutation { createReadOnlyToken { accessToken accessTokenExpiresAt } }',
    { token },
  );
  expect(errors).toEqual([]);
  return data?.createReadOnlyToken as ReadOnlyToken;
}

const isReadOnly = async (token: string) => {
  const { data } = await ask<{ mySessions: { nodes: { current: boolean; readOnly: boolean }[] } }>(
    server.url,
    '{ mySessions { nodes { current readOnly } } }',
    { token },
  );
  return data?.mySessions.nodes.find(({ current }) => current)?.readOnly;
};

const refusal = {
  message: 'This session is read-only.',
  extensions: { code: 'FORBIDDEN', kind: 'session_is_read_only' },
};

/** What needs no session, or what a read-only session does all the same. */
const exceptions = ['authenticateService', 'login', 'refresh', 'logout', 'createReadOnlyToken'];

/** What management may not do anyway. */
const salesOnly = ['createClient', 'updateClient', 'recordContact', 'runImport'];

/** The values without which a mutation would be refused for another reason. */
const chosen: Record<string, unknown> = {
  contractId: 1,
  eventId: 1,
  paymentId: 1,
  currentPassword: password,
  newPassword: 'another horse battery',
  lines: [{ line: 1, values: { full_name: 'A' } }],
  record: 'client',
};

const chosenByType: Record<string, unknown> = {
  Boolean: true,
  Datetime: '2030-01-01T10:00:00Z',
  Date: '2030-01-02',
  Int: 1,
  Money: '1.00',
  UUID: '00000000-0000-4000-8000-000000000000',
};

function sampleOf(type: GraphQLInputType, name: string): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType, name);
  if (name in chosen) return chosen[name];
  if (isListType(type)) return [sampleOf(type.ofType, name)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return chosenByType[type.name] ?? 'x@epic.example';
  const fields = Object.values(type.getFields());
  const required = fields.filter(isRequiredInputField);
  return Object.fromEntries(
    (required.length > 0 ? required : fields).map((field) => [
      field.name,
      sampleOf(field.type, field.name),
    ]),
  );
}

describe('a read-only session', () => {
  test('every mutation is refused in it, with a kind and a sentence', async () => {
    const schema = buildSchema(await readFile('schema.graphql', 'utf8'));
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(
      ({ name }) => !exceptions.includes(name),
    );
    const sales = await logInToRead('sales');
    const management = await logInToRead('management');
    for (const { name, args } of mutations) {
      const types = args.map((arg) => `$${arg.name}: ${arg.type}`).join();
      const given = args.map((arg) => `${arg.name}: $${arg.name}`).join();
      const query =
        args.length === 0
          ? `mutation { ${name} { __typename } }`
          : `mutation (${types}) { ${name}(${given}) { __typename } }`;
      const input = args[0] && sampleOf(args[0].type, 'input');
      const { accessToken: token } = salesOnly.includes(name) ? sales : management;
      const { errors } = await ask(server.url, query, {
        token,
        variables: { input: name === 'signContract' ? { contractId: 2 } : input },
      });
      expect({ name, errors }).toEqual({ name, errors: [expect.objectContaining(refusal)] });
    }
    expect(mutations.length).toBeGreaterThan(25);
  });

  test('it reads, follows what changes, and goes on after a refresh', async () => {
    const session = await logInToRead('support');
    const { data, errors } = await ask<{ subscriptionPosition: string }>(
      server.url,
      '{ clients { totalCount } search(text: "Moreau") { kind id } subscriptionPosition }',
      { token: session.accessToken },
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      clients: { totalCount: 1 },
      search: expect.arrayContaining([{ kind: 'client', id: ids.client }]),
    });

    const connected = await connect(server.url, session.accessToken);
    const events = connected.subscribe(
      'subscription ($after: BigInt) { eventChanged(after: $after) { eventId } }',
      { after: data?.subscriptionPosition },
    );
    await database.query(`update crm.event set location = 'Rome'`);
    expect(await events.has(1)).toMatchObject([{ eventChanged: { eventId: 1 } }]);
    await connected.leave();

    const refreshed = await askToRefresh(server.url, session.refreshToken);
    expect(await isReadOnly(refreshed.data?.refresh?.accessToken ?? '')).toBe(true);
  });

  test('it is told beforehand that it may not write, and why', async () => {
    const { accessToken: token } = await logInToRead('sales');
    const { data } = await ask(
      server.url,
      `{ may: explainAccess(record: client, verb: update, rowId: ${ids.client}) { kind name holds sentence }
         why: explainRefusal(record: client, verb: update, rowId: ${ids.client}) { message policy reason contactDepartment } }`,
      { token },
    );
    expect(data?.may).toContainEqual({
      kind: 'verdict',
      name: 'session_is_read_only',
      holds: false,
      sentence: 'This session is read-only.',
    });
    expect(data?.why).toEqual({
      message: `You may not update client ${ids.client}.`,
      policy: 'session_is_read_only',
      reason: 'This session is read-only.',
      contactDepartment: null,
    });
  });

  test('it ends itself, and no other session', async () => {
    const [session, other] = [await logInToRead('sales'), await logInToRead('sales')];
    const logout = await ask(server.url, 'mutation { logout { ok } }', {
      token: session.accessToken,
    });
    expect(logout.data).toEqual({ logout: { ok: true } });
    expect(codesOf(await askToRefresh(server.url, session.refreshToken))).toEqual([
      'UNAUTHENTICATED',
    ]);
    expect(await isReadOnly(other.accessToken)).toBe(true);
  });

  test('a one-time password opens none, since it could not be changed there', async () => {
    await addEmployee(database, {
      email: 'new@epic.example',
      department: 'sales',
      mustChange: true,
    });
    const input = { email: 'new@epic.example', password, readOnly: true };
    const { errors } = await ask(
      server.url,
      'mutation Login($input: LoginInput!) { login(input: $input) { accessToken } }',
      { variables: { input } },
    );
    expect(errors[0]).toMatchObject({
      message: 'A read-only session cannot replace a one-time password.',
      extensions: { code: 'FORBIDDEN', kind: 'one_time_password_is_changed_first' },
    });
  });
});

describe('a token that only reads', () => {
  const update = `mutation { updateClient(input: { id: 1, patch: { phone: "+33 1 23 45 67 89" } }) { client { phone } } }`;

  test('it reads as its employee, and changes nothing, while the session still may', async () => {
    const { accessToken } = await logIn(server.url, 'sales@epic.example');
    const { accessToken: token } = await createReadOnlyToken(accessToken);
    const { data } = await ask(server.url, '{ me { id } }', { token });
    expect(data).toEqual({ me: { id: ids.sales } });
    expect(await isReadOnly(token)).toBe(true);
    expect(await isReadOnly(accessToken)).toBe(false);
    expect((await ask(server.url, update, { token })).errors[0]).toMatchObject(refusal);
    expect((await ask(server.url, update, { token: accessToken })).errors).toEqual([]);
  });

  test('it expires when the token does that it was made with, also when made of one another', async () => {
    const { accessToken } = await logIn(server.url, 'sales@epic.example');
    const first = await createReadOnlyToken(accessToken);
    const second = await createReadOnlyToken(first.accessToken);
    const ends = [accessToken, first.accessToken, second.accessToken].map(
      (token) => (jwt.decode(token) as jwt.JwtPayload).exp,
    );
    expect(new Set(ends).size).toBe(1);
    expect(Math.floor(Date.parse(first.accessTokenExpiresAt) / 1000)).toBe(ends[0]);
  });

  test('it neither ends the session, nor outlives it', async () => {
    const { accessToken } = await logIn(server.url, 'sales@epic.example');
    const { accessToken: token } = await createReadOnlyToken(accessToken);
    const logout = 'mutation { logout { ok } }';
    expect((await ask(server.url, logout, { token })).errors[0]).toMatchObject(refusal);
    expect((await ask(server.url, logout, { token: accessToken })).errors).toEqual([]);
    expect((await ask(server.url, '{ me { id } }', { token })).errors[0]).toMatchObject({
      extensions: { code: 'UNAUTHENTICATED', kind: 'session_ended' },
    });
  });

  test('an anonymous caller is given none', async () => {
    const answer = await ask(server.url, 'mutation { createReadOnlyToken { accessToken } }');
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
  });
});

test('a database that takes no changes, as a standby, is not taken for a read-only session', async () => {
  const { accessToken: token } = await logIn(server.url, 'sales@epic.example');
  await database.query(
    `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`,
  );
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
  const query = 'mutation { recordContact(input: { clientId: 1 }) { client { id } } }';
  await until(async () => {
    const [error] = (await ask(server.url, query, { token })).errors;
    return error?.extensions.kind === 'database_is_read_only';
  });
  expect((await ask(server.url, query, { token })).errors[0]).toMatchObject({
    message: 'The database takes no changes at the moment.',
    extensions: { code: 'UNAVAILABLE', kind: 'database_is_read_only' },
  });
});
