import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createClient } from '../../src/client/index.ts';
import { openSubscriptions } from '../../src/client/subscriptions.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { ask, logIn } from './support/api.ts';
import { type Connected, connect, type Subscribed } from './support/socket.ts';

// `changes` as a subscription: clients, contracts, payments and all other records.

type Changed = {
  recordChanged: {
    position: string;
    record: string;
    rowId: number;
    isDeleted: boolean;
    client: { fullName: string } | null;
    contract: { totalAmount: string } | null;
    payment: { amount: string } | null;
  };
};

const subscription = `subscription Changed($after: String, $records: [ChangedRecord!]) {
  recordChanged(after: $after, records: $records) {
    position record rowId isDeleted client { fullName } contract { totalAmount } payment { amount }
  }
}`;

let database: TestDatabase;
let server: RunningServer;
let clientId: number;
let employee: number;
const open: Connected[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  employee = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  await addEmployee(database, { email: 'chloe@epic.example', department: 'support' });
  await addEmployee(database, { email: 'emma@epic.example', department: 'management' });
  clientId = await addClient(database, employee);
  server = await startServer(database);
});

afterEach(async () => {
  for (const each of open.splice(0)) await each.leave();
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function enter(name: string): Promise<Connected & { token: string }> {
  const { accessToken: token } = await logIn(server.url, `${name}@epic.example`);
  const connected = await connect(server.url, token);
  open.push(connected);
  return { ...connected, token };
}

async function positionOf(token: string): Promise<string> {
  const { data } = await ask<{ changes: { position: string } }>(
    server.url,
    '{ changes { position } }',
    { token },
  );
  return data?.changes.position ?? '';
}

async function newContract(amount = 1000): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount) values (${clientId}, ${amount}) returning id`,
  );
  return row?.id ?? 0;
}

const named = ({ received }: Subscribed<Changed>) =>
  received.map(
    ({ recordChanged: { record, rowId, isDeleted } }) =>
      `${record} ${rowId}${isDeleted ? ' gone' : ''}`,
  );

test("recordChanged delivers clients, contracts and payments, one's own changes and those of colleagues", async () => {
  const { subscribe, token } = await enter('alice');
  const changes = subscribe<Changed>(subscription, { after: await positionOf(token) });
  const { data } = await ask<{ createContract: { contract: { id: number } } }>(
    server.url,
    `mutation { createContract(input: { contract: { clientId: ${clientId}, totalAmount: "500" } }) { contract { id } } }`,
    { token },
  );
  const id = data?.createContract.contract.id ?? 0;
  const [first] = await changes.has(1);
  expect(first?.recordChanged).toEqual({
    position: expect.any(String),
    ...{ record: 'contract', rowId: id, isDeleted: false, client: null, payment: null },
    contract: { totalAmount: '500.00' },
  });

  const emma = await logIn(server.url, 'emma@epic.example');
  await ask(
    server.url,
    `mutation {
       signContract(input: { contractId: ${id} }) { contract { id } }
       recordPayment(input: { contractId: ${id}, amount: "5" }) { payment { id } }
     }`,
    { token: emma.accessToken },
  );
  await ask(
    server.url,
    `mutation { updateClient(input: { id: ${clientId}, patch: { fullName: "Jeanne Petit" } }) { client { id } } }`,
    { token },
  );
  await untilHeard(changes, `client ${clientId}`);
  const last = (kind: string) =>
    changes.received.findLast(({ recordChanged }) => recordChanged.record === kind)?.recordChanged;
  expect(last('payment')).toMatchObject({ payment: { amount: '5.00' }, contract: null });
  expect(last('client')).toMatchObject({ client: { fullName: 'Jeanne Petit' } });
  expect(changes.isOver).toBe(false);
});

async function untilHeard(changes: Subscribed<Changed>, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    if (named(changes).includes(what)) return;
  }
  throw new Error(`Nothing was heard of ${what}: ${named(changes)}`);
}

test('a deletion is delivered, and only the kinds that were asked for', async () => {
  const { subscribe } = await enter('emma');
  const contracts = subscribe<Changed>(subscription, { records: ['contract'] });
  const all = subscribe<Changed>(subscription);
  // from now on: that the two have begun is known once they deliver
  let id = 0;
  while (contracts.received.length === 0 || all.received.length === 0) {
    id = await newContract();
    await sleep(100);
  }
  await database.query(`update crm.client set phone = '3939' where id = ${clientId}`);
  await database.query(`delete from crm.contract where id = ${id}`);
  await untilHeard(contracts, `contract ${id} gone`);
  await untilHeard(all, `client ${clientId}`);
  expect(named(contracts).filter((name) => !name.startsWith('contract'))).toEqual([]);
});

test('what a subscriber may not read is not delivered, and what a policy hides is deleted', async () => {
  const { subscribe, token } = await enter('chloe');
  const changes = subscribe<Changed>(subscription, { after: await positionOf(token) });
  await database.query(`create policy hide_large on crm.contract as restrictive for select
    to epic_support using (total_amount < 5000)`);
  try {
    await database.query(`update crm.employee set phone = '3940' where id = ${employee}`);
    const hidden = await newContract(9000);
    const shown = await newContract(10);
    await untilHeard(changes, `contract ${shown}`);
    expect(named(changes)).toEqual([`contract ${hidden} gone`, `contract ${shown}`]);
    expect(JSON.stringify(changes.received)).not.toContain('9000');
  } finally {
    await database.query('drop policy hide_large on crm.contract');
  }
});

test('a subscriber goes on from a position of changes, or of a delivery', async () => {
  const { subscribe, token } = await enter('alice');
  const after = await positionOf(token);
  const ids = [await newContract(), await newContract(), await newContract()];
  const names = ids.map((id) => `contract ${id}`);
  const one = subscribe<Changed>(subscription, { after });
  await one.has(3);
  expect(named(one)).toEqual(names);
  const position = one.received.at(-1)?.recordChanged.position;
  const late = await newContract();
  const next = subscribe<Changed>(subscription, { after: position });
  await next.has(1);
  expect(named(next)).toEqual([`contract ${late}`]);
  const again = subscribe<Changed>(subscription, {
    after: one.received[0]?.recordChanged.position,
  });
  await again.has(4);
  expect(named(again)).toEqual([...names, `contract ${late}`]);
});

test('what a transaction wrote first and committed last is delivered', async () => {
  const { subscribe, token } = await enter('alice');
  const slow = new Client({ connectionString: database.adminUrl });
  await slow.connect();
  const [first, second] = [await newContract(), await newContract()];
  const changes = subscribe<Changed>(subscription, { after: await positionOf(token) });
  await slow.query(`begin; update crm.contract set total_amount = 7 where id = ${first}`);
  await database.query(`update crm.contract set total_amount = 8 where id = ${second}`);
  await changes.has(1);
  await slow.query('commit');
  await slow.end();
  await changes.has(2);
  expect(named(changes)).toEqual([`contract ${second}`, `contract ${first}`]);
});

test.each([
  ['105', { code: 'INVALID', kind: 'position_is_known', field: 'after' }],
  ['x', { code: 'INVALID', kind: 'position_is_known', field: 'after' }],
])('a subscription after %p is refused', async (after, error) => {
  const { subscribe } = await enter('alice');
  const changes = subscribe<Changed>(subscription, { after });
  for (const end = Date.now() + 60_000; !changes.isOver && Date.now() < end; ) await sleep(20);
  expect(changes.errors.map(({ extensions }) => extensions)).toEqual([
    expect.objectContaining(error),
  ]);
});

test('the client follows through a restart of the server, and misses nothing', async () => {
  const folder = await makeTemporaryFolder();
  const EPIC_JWT_KEYS = join(folder, 'keys.json');
  await writeFile(EPIC_JWT_KEYS, JSON.stringify(generateJwks()), { mode: 0o600 });
  let other = await startServer(database, { EPIC_JWT_KEYS });
  const { port } = new URL(other.url);
  const client = createClient({ url: other.url });
  await client.login({ email: 'alice@epic.example', password });
  const subscriptions = openSubscriptions(client);
  const heard: string[] = [];
  const following = (async () => {
    const changes = subscriptions.follow<Changed, { after?: string | null }>(subscription as never);
    for await (const { recordChanged } of changes) {
      heard.push(`${recordChanged.record} ${recordChanged.rowId}`);
    }
  })();
  const expected: string[] = [];
  const write = async () => expected.push(`contract ${await newContract()}`);
  while (heard.length === 0) {
    await newContract();
    await sleep(200);
  }
  heard.length = 0;
  await other.stop();
  await write();
  await write();
  other = await startServer(database, { EPIC_JWT_KEYS, EPIC_PORT: port });
  await write();
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    if (expected.every((name) => heard.includes(name))) break;
  }
  expect(heard.filter((name) => expected.includes(name))).toEqual(expected);
  subscriptions.close();
  await following;
  await other.stop();
  await removeFolder(folder);
});
