import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { newProgram } from '../support/programs.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, codesOf, logIn } from './support/api.ts';
import { attack, changesNothing } from './support/attack.ts';
import { sendRaw } from './support/raw-http.ts';

// Attacks through the header Idempotency-Key: on the answers that are kept, and on what a key permits.

let database: TestDatabase;
let server: RunningServer;
let contract: number;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  database = await cloneDatabase();
  const ids: Record<string, number> = {};
  for (const [name, department] of [
    ['alice', 'sales'],
    ['sam', 'support'],
    ['mia', 'management'],
  ] as const) {
    ids[name] = await addEmployee(database, { email: `${name}@epic.example`, department });
  }
  const [row] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, status) values ($1, 100000, 'signed') returning id`,
    [await addClient(database, ids.alice ?? 0)],
  );
  contract = row?.id ?? 0;
  server = await startServer(database);
  for (const name of Object.keys(ids)) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const pay = (token: string | undefined, key: string, amount = '10') =>
  attack<{ recordPayment: { payment: { id: number } } | null }>(
    server.url,
    `mutation { recordPayment(input: { contractId: ${contract}, amount: "${amount}" }) { payment { id } } }`,
    { token, headers: { 'idempotency-key': key } },
  );

const idOf = async (answer: ReturnType<typeof pay>) =>
  (await answer).data?.recordPayment?.payment.id;

async function count(): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    'select count(*)::integer from crm.payment',
  );
  return row?.count ?? 0;
}

test('the key of a colleague is another key', async () => {
  const [hers, mine] = [
    await idOf(pay(tokens.alice, 'shared')),
    await idOf(pay(tokens.mia, 'shared')),
  ];
  expect(hers).toBeGreaterThan(0);
  expect(mine).toBeGreaterThan(hers ?? 0);
});

test('a program does not share the keys of its owner', async () => {
  const program = await newProgram(database, 'stock-check', 'alice@epic.example');
  const opened = await ask<{ authenticateService: { accessToken: string } }>(
    server.url,
    'mutation ($assertion: String!) { authenticateService(input: { assertion: $assertion }) { accessToken } }',
    { variables: { assertion: program.assertion() } },
  );
  const token = opened.data?.authenticateService.accessToken;
  const owners = await idOf(pay(tokens.alice, 'of-the-owner'));
  expect(await idOf(pay(token, 'of-the-owner'))).toBeGreaterThan(owners ?? 0);
});

test('a key without a session gives nothing, whatever was answered before', async () => {
  const { accessToken } = await logIn(server.url, 'alice@epic.example');
  await pay(accessToken, 'before');
  await ask(server.url, 'mutation { logout { ok } }', { token: accessToken });
  await changesNothing(database, async () => {
    for (const token of [accessToken, undefined, 'made.up.token']) {
      const answer = await pay(token, 'before');
      expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
      expect(answer.data?.recordPayment ?? null).toBeNull();
    }
  });
});

test('a key makes nothing permitted', async () => {
  await pay(tokens.alice, 'not-for-support');
  await changesNothing(database, async () => {
    for (let time = 0; time < 2; time++) {
      expect(codesOf(await pay(tokens.sam, 'not-for-support'))).toEqual(['FORBIDDEN']);
    }
  });
});

test.each([
  ['SQL', `idempotency-key: '); delete from crm_private.idempotency_key; --`, 'INVALID'],
  ['SQL in one word', `idempotency-key: ');delete/**/from/**/crm.payment;--`, null],
  ['two headers', 'idempotency-key: one\r\nidempotency-key: two', 'INVALID'],
  ['a property that every object has', 'idempotency-key: __proto__', null],
  ['4,000 characters', `idempotency-key: ${'k'.repeat(4000)}`, 'INVALID'],
  ['NUL', 'idempotency-key: \u0000', 'INVALID'],
])('a key is a text, and nothing else: %s', async (_, header, code) => {
  const before = await count();
  const body = JSON.stringify({
    query: `mutation { recordPayment(input: { contractId: ${contract}, amount: "1" }) { payment { amount } } }`,
  });
  const { status, body: answer } = await sendRaw(
    server.url,
    `POST /graphql HTTP/1.1\r\nhost: epic\r\nconnection: close\r\ncontent-type: application/json\r\nauthorization: Bearer ${tokens.alice}\r\n${header}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  expect(status).toBeLessThan(500);
  const { errors = [] } = answer as { errors?: { extensions: { code: string } }[] };
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(code === null ? [] : [code]);
  expect(await count()).toBe(before + (code === null ? 1 : 0));
});

test('of twenty requests at once with one key, one is carried out', async () => {
  const before = await count();
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => idOf(pay(tokens.alice, 'twenty'))),
  );
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toBeGreaterThan(0);
  expect(await count()).toBe(before + 1);
});

test('no session and no login of the server reads a key', async () => {
  await pay(tokens.alice, 'kept');
  for (const url of [database.authenticatorUrl, database.workerUrl]) {
    const login = new Client({ connectionString: url });
    await login.connect();
    await expect(login.query('select * from crm_private.idempotency_key')).rejects.toThrow(
      /permission denied/,
    );
    await login.end();
  }
  const answer = await attack(server.url, '{ idempotencyKeys { nodes { answer } } }', {
    token: tokens.mia,
  });
  expect(codesOf(answer)).toEqual(['INVALID']);
});
