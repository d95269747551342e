import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { type ApiAnswer, ask, logIn } from './support/api.ts';

// A mutation that is sent again with the same Idempotency-Key changes nothing more. That a server dies between is in
// idempotency.slow.test.ts; how keys are kept in tests/sql/idempotency.sql.

let database: TestDatabase;
let server: RunningServer;
let alice: number;
let contract: number;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  database = await cloneDatabase();
  alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  await addEmployee(database, { email: 'mia@epic.example', department: 'management' });
  server = await startServer(database);
  for (const name of ['alice', 'mia']) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
});

beforeEach(async () => {
  const client = await addClient(database, alice, 'Anaïs Durand');
  const [row] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, status) values ($1, 1000, 'signed') returning id`,
    [client],
  );
  contract = row?.id ?? 0;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const send = <Data = Record<string, unknown>>(
  name: string,
  key: string | undefined,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<ApiAnswer<Data>> =>
  ask<Data>(server.url, query, {
    token: tokens[name],
    variables,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });

const pay = (name: string, key: string | undefined, amount = '100') =>
  send(
    name,
    key,
    `mutation ($input: RecordPaymentInput!) {
       recordPayment(input: $input) { payment { id amount recordedBy { id } contract { amountToBePaid } } }
     }`,
    { input: { contractId: contract, amount } },
  );

async function payments(): Promise<unknown[]> {
  const rows = await database.query<{ amount: string }>(
    'select amount from crm.payment where contract_id = $1 order by id',
    [contract],
  );
  return rows.map(({ amount }) => amount);
}

const keyOf = (name: string) => `${name} ${contract}`.replaceAll(' ', '-');

test('a payment that is recorded again is the same payment, and the answer is the same', async () => {
  const first = await pay('alice', keyOf('again'));
  expect(first).toMatchObject({ status: 200, errors: [] });
  expect(await pay('alice', keyOf('again'))).toEqual(first);
  // the string of an HTTP header, as the draft of the IETF writes it
  expect(await pay('alice', `"${keyOf('again')}"`)).toEqual(first);
  expect(await payments()).toEqual(['100.00']);
});

test('without a key, and with another one, it is another payment', async () => {
  for (const key of [undefined, undefined, keyOf('one'), keyOf('two')]) await pay('alice', key);
  expect(await payments()).toEqual(['100.00', '100.00', '100.00', '100.00']);
});

test('the key is good in another session of the same person, and is another key of someone else', async () => {
  const first = await pay('alice', keyOf('mine'));
  const before = tokens.alice ?? '';
  tokens.alice = (await logIn(server.url, 'alice@epic.example')).accessToken;
  expect(await pay('alice', keyOf('mine'))).toEqual(first);
  tokens.alice = before;
  expect((await pay('mia', keyOf('mine'))).errors).toEqual([]);
  expect(await payments()).toEqual(['100.00', '100.00']);
});

test('a key that was used for another request is refused', async () => {
  await pay('alice', keyOf('reused'));
  const { status, errors } = await pay('alice', keyOf('reused'), '200');
  expect(status).toBe(200);
  expect(errors).toEqual([
    {
      message: 'This idempotency key belongs to another request.',
      path: ['recordPayment'],
      locations: expect.anything(),
      extensions: {
        code: 'CONFLICT',
        kind: 'idempotency_key_reused',
        hint: 'Send each request with a key of its own.',
      },
    },
  ]);
  expect(await payments()).toEqual(['100.00']);
});

test.each(['', 'a'.repeat(256), 'two words', '"unbalanced', 'é', 'a"b', 'a\\b'])(
  'a key that is none is refused: %j',
  async (key) => {
    const { errors } = await pay('alice', Buffer.from(key).toString('latin1'));
    expect(errors).toEqual([
      {
        message: 'An idempotency key has 1 to 255 visible ASCII characters.',
        extensions: {
          code: 'INVALID',
          kind: 'idempotency_key_invalid',
          hint: 'Send a UUID: Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324".',
        },
      },
    ]);
    expect(await payments()).toEqual([]);
  },
);

test('a refused mutation leaves no key: it is tried again', async () => {
  const refused = await pay('alice', keyOf('retried'), '1001');
  expect(refused.errors).toMatchObject([{ extensions: { code: 'INVALID' } }]);
  await database.query('update crm.contract set total_amount = 2000 where id = $1', [contract]);
  expect((await pay('alice', keyOf('retried'), '1001')).errors).toEqual([]);
  expect(await payments()).toEqual(['1001.00']);
});

test('an update that a policy refuses leaves no key either', async () => {
  const update = () =>
    send(
      'mia',
      keyOf('update'),
      `mutation { updateClient(input: { id: ${contract}, patch: { phone: "1" } }) { client { id } } }`,
    );
  await database.query('update crm.contract set client_id = client_id where id = $1', [contract]);
  const [first, second] = [await update(), await update()];
  expect(first.errors).toMatchObject([
    { extensions: { code: expect.stringMatching(/FORBIDDEN|NOT_FOUND/) } },
  ]);
  expect(second).toEqual(first);
});

test('each mutation of a request is carried out once, and one that was refused is tried again', async () => {
  const both = () =>
    send(
      'alice',
      keyOf('both'),
      `mutation ($id: Int!) {
         first: recordPayment(input: { contractId: $id, amount: "600" }) { payment { id amount } }
         second: recordPayment(input: { contractId: $id, amount: "600" }) { payment { id amount } }
       }`,
      { id: contract },
    );
  const before = await both();
  expect(before.errors).toMatchObject([{ path: ['second'], extensions: { code: 'INVALID' } }]);
  await database.query('update crm.contract set total_amount = 2000 where id = $1', [contract]);
  const after = await both();
  expect(after.errors).toEqual([]);
  expect(after.data?.first).toEqual(before.data?.first);
  expect(await payments()).toEqual(['600.00', '600.00']);
});

/** Runs work while the contract is locked, so that payments wait. */
async function withLock(work: (unlock: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const holder = new Client({ connectionString: database.adminUrl });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('select from crm.contract where id = $1 for update', [contract]);
    await work(() => holder.query('rollback'));
  } finally {
    await holder.end();
  }
}

const waiting = async () => {
  const [row] = await database.query<{ waiting: number }>(
    `select count(*)::integer as waiting from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return row?.waiting;
};

test('of two requests at once with one key the second waits for the first, and answers the same', async () => {
  await withLock(async (unlock) => {
    const asked = [pay('alice', keyOf('at-once')), pay('alice', keyOf('at-once'))];
    await until(async () => (await waiting()) === 2);
    await unlock();
    const [first, second] = await Promise.all(asked);
    expect(first?.errors).toEqual([]);
    expect(second).toEqual(first);
  });
  expect(await payments()).toEqual(['100.00']);
});

test('a second request that would wait for too long is told that the first is still running', async () => {
  const first = new Client({ connectionString: database.adminUrl });
  await first.connect();
  await first.query('begin');
  await first.query(
    `insert into crm_private.idempotency_key (employee_id, service_account, key_hash, field, fingerprint)
     values ($1, '', sha256(convert_to($2, 'UTF8')), 0, '')`,
    [alice, keyOf('running')],
  );
  const { errors } = await pay('alice', keyOf('running'));
  await first.end();
  expect(errors).toEqual([
    expect.objectContaining({
      message: 'A request with this idempotency key is still running.',
      extensions: {
        code: 'CONFLICT',
        kind: 'request_in_progress',
        hint: 'Send it again in a moment, with the same key.',
      },
    }),
  ]);
  expect(await payments()).toEqual([]);
});

test('a secret is not kept: what answered with one is not carried out again', async () => {
  const create = () =>
    send<{ createEmployee: { oneTimePassword: string } }>(
      'mia',
      keyOf('employee'),
      `mutation { createEmployee(input: { fullName: "Sam Sung", email: "sam${contract}@epic.example", department: support }) {
         oneTimePassword } }`,
    );
  const first = await create();
  expect(first.errors).toEqual([]);
  const { data, errors } = await create();
  expect(data).toEqual({ createEmployee: null });
  expect(errors).toEqual([
    expect.objectContaining({
      message: 'This request was received before, and its answer is not kept.',
      extensions: {
        code: 'CONFLICT',
        kind: 'answer_not_kept',
        facts: { since: expect.stringMatching(/^\d{4}-/) },
        hint: 'Look at what has become of it before you send it again, with another key.',
      },
    }),
  ]);
});

test('a password is changed once, and a refused change may be sent again', async () => {
  const change = (currentPassword: string, newPassword: string) =>
    send(
      'alice',
      keyOf('password'),
      `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { ok } }`,
      { input: { currentPassword, newPassword } },
    );
  const next = 'another horse battery';
  for (let attempt = 0; attempt < 2; attempt++) {
    expect((await change('not my password', next)).errors).toMatchObject([
      { extensions: { kind: 'password_wrong' } },
    ]);
  }
  expect((await change(password, next)).errors).toEqual([]);
  expect((await change(password, next)).errors).toMatchObject([
    { extensions: { code: 'CONFLICT', kind: 'answer_not_kept' } },
  ]);
});

test('queries, and logging in, take no notice of a key', async () => {
  for (let time = 0; time < 2; time++) {
    expect((await send('mia', 'not a key', '{ me { email } }')).data).toEqual({
      me: { email: 'mia@epic.example' },
    });
    const login = `mutation { login(input: { email: "mia@epic.example", password: "${password}" }) { mustChangePassword } }`;
    const { errors } = await ask(server.url, login, { headers: { 'idempotency-key': 'one' } });
    expect(errors).toEqual([]);
  }
});

test('after a client was erased, no answer holds their data, and what was done is not done again', async () => {
  const create = () =>
    send<{ createClient: { client: { id: number } } }>(
      'alice',
      keyOf('client'),
      `mutation { createClient(input: { client: { fullName: "Zoé Perrin", email: "zoe@perrin.example" } }) { client { id fullName } } }`,
    );
  const first = await create();
  expect(await create()).toEqual(first);
  expect(first.errors).toEqual([]);
  const erased = await send(
    'mia',
    undefined,
    `mutation { eraseClient(input: { clientId: ${first.data?.createClient.client.id}, confirm: true }) { erasure { clientId } } }`,
  );
  expect(erased.errors).toEqual([]);
  const [row] = await database.query<{ kept: string }>(
    'select string_agg(key::text, $1) as kept from crm_private.idempotency_key key',
    ['\n'],
  );
  expect(row?.kept).not.toContain('Perrin');
  expect((await create()).errors).toMatchObject([{ extensions: { kind: 'answer_not_kept' } }]);
  expect(
    await database.query(
      `select from crm.client where full_name in ('Zoé Perrin', 'Erased client')`,
    ),
  ).toHaveLength(1);
});

test('after a day a key is new again', async () => {
  await pay('alice', keyOf('day'));
  await database.query(
    `update crm_private.idempotency_key set created_at = now() - interval '1 day'`,
  );
  await pay('alice', keyOf('day'), '200');
  expect(await payments()).toEqual(['100.00', '200.00']);
});

test('no page of the database holds a key', async () => {
  const key = keyOf('secret');
  await pay('alice', key);
  const [row] = await database.query<{ kept: string }>(
    'select string_agg(key::text, $1) as kept from crm_private.idempotency_key key',
    ['\n'],
  );
  expect(row?.kept).not.toContain(key);
  expect(row?.kept).not.toContain(Buffer.from(key).toString('hex'));
});
