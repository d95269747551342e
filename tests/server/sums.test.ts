import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database);
  const [sales = 0] = await Promise.all(
    ['sales', 'support'].map(async (department) => {
      const email = `${department}@epic.example`;
      const id = await addEmployee(database, { email, department });
      tokens[department] = (await logIn(server.url, email)).accessToken;
      return id;
    }),
  );
  const client = await addClient(database, sales);
  await database.query(
    `insert into crm.contract (client_id, total_amount, status, signed_at)
     select ${client}, 9000000000, 'signed', now() from generate_series(1, 2)`,
  );
  // cents that a float would lose, and a correction
  for (const [contract, amount, day] of [
    [1, '4000000000.01', '2026-01-10'],
    [1, '4000000000.02', '2026-02-10'],
    [1, '-0.01', '2026-02-11'],
    [2, '0.10', '2026-03-10'],
  ]) {
    await database.query(
      'insert into crm.payment (contract_id, amount, paid_on, recorded_by) values ($1, $2, $3, $4)',
      [contract, amount, day, sales],
    );
  }
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function payments(condition: string, who = 'sales', fields = 'amountSum') {
  const query = `{ payments(first: 1, condition: { ${condition} }) { ${fields} } }`;
  const { data, errors } = await ask<{ payments: unknown }>(server.url, query, {
    token: tokens[who] ?? '',
  });
  expect(errors).toEqual([]);
  return data?.payments;
}

test.each([
  ['', '8000000000.12'],
  ['contractId: 1', '8000000000.02'],
  ['paidFrom: "2026-02-01", paidTo: "2026-02-28"', '4000000000.01'],
  ['mine: true', '8000000000.12'],
  ['clientId: 1', '8000000000.12'],
  ['paidOn: "2020-01-01"', '0.00'],
])('the sum of payments where (%s) is that of all pages, to the cent', async (condition, sum) => {
  expect(await payments(condition)).toEqual({ amountSum: sum });
});

test('the sum comes with the rows and their number, in one request', async () => {
  const fields = 'nodes { amount } totalCount amountSum';
  expect(await payments('contractId: 1', 'support', fields)).toEqual({
    nodes: [{ amount: '4000000000.01' }],
    totalCount: 3,
    amountSum: '8000000000.02',
  });
  const ofContract = '{ contract(id: 1) { payments { amountSum } } }';
  const { data } = await ask(server.url, ofContract, { token: tokens.sales ?? '' });
  expect(data).toEqual({ contract: { payments: { amountSum: '8000000000.02' } } });
});

test('the sum is of what the policies show: another for those who see less', async () => {
  await database.query(
    `create policy hide_large on crm.payment as restrictive for select to epic_support using (amount < 1)`,
  );
  expect(await payments('', 'support')).toEqual({ amountSum: '0.09' });
  expect(await payments('', 'sales')).toEqual({ amountSum: '8000000000.12' });
  expect(await payments('mine: true', 'support')).toEqual({ amountSum: '0.00' });
});

test('nothing is summed without a session', async () => {
  const { data, errors } = await ask(server.url, '{ payments { amountSum } }', {});
  expect(data).toBeNull();
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
});
