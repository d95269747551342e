import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { spawnServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, logIn } from './support/api.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(() => database.drop());

test('a payment whose server was killed between the commit and the answer is recorded once', async () => {
  const alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  const [contract] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, status) values ($1, 1000, 'signed') returning id`,
    [await addClient(database, alice)],
  );
  const payments = () =>
    database.query<{ id: number; amount: string }>('select id, amount from crm.payment');
  const pay = (url: string, token: string) =>
    ask(
      url,
      `mutation ($id: Int!) {
         recordPayment(input: { contractId: $id, amount: "100" }) {
           payment { id amount contract { amountToBePaid events { nodes { id } } } }
         }
       }`,
      {
        token,
        variables: { id: contract?.id },
        headers: { 'idempotency-key': '"8e03978e-40d5-43e8-bc93-6894a57f9324"' },
      },
    );

  const killed = await spawnServer(database);
  const { accessToken } = await logIn(killed.url, 'alice@epic.example');
  // the payment is committed, and what else the answer needs cannot be read
  await database.query('begin');
  await database.query('lock table crm.event in access exclusive mode');
  const lost = pay(killed.url, accessToken).catch((error: Error) => error.message);
  await until(async () => (await payments()).length === 1);
  await killed.stop('SIGKILL');
  await database.query('rollback');
  expect(await lost).toBe('fetch failed');

  const server = await spawnServer(database);
  const again = await logIn(server.url, 'alice@epic.example');
  const [payment] = await payments();
  const answer = {
    status: 200,
    data: {
      recordPayment: {
        payment: {
          ...payment,
          contract: { amountToBePaid: '900.00', events: { nodes: [] } },
        },
      },
    },
    errors: [],
  };
  expect(await pay(server.url, again.accessToken)).toEqual(answer);
  expect(await pay(server.url, again.accessToken)).toEqual(answer);
  expect(await payments()).toHaveLength(1);
  await server.stop();
});
