import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
let alice: number;
let moreau: number;
let acme: number;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database);
  const add = (email: string, department: string, fullName: string) =>
    addEmployee(database, { email, department, fullName });
  alice = await add('alice@epic.example', 'sales', 'Alice Martin');
  await add('albert@epic.example', 'sales', 'Albert Petit');
  await add('sam@epic.example', 'support', 'Sam Dubois');
  await add('mia@epic.example', 'management', 'Mia Laurent');
  for (const name of ['alice', 'sam', 'mia']) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
  moreau = await addClient(database, alice);
  acme = await addClient(database, alice, 'John Smith');
  await database.query(`update crm.client set company_name = 'Acme' where id = $1`, [acme]);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const as = async (name: string, text: string) =>
  (await ask<Record<string, unknown>>(server.url, text, { token: tokens[name] ?? '' })).data;

test('the name of a client is the company, or the full name without one', async () => {
  const create = (client: number) =>
    as(
      'alice',
      `mutation { createContract(input: { contract: { clientId: ${client}, totalAmount: "10.00" } }) {
        contract { clientName commercialName }
      } }`,
    );
  const contract = (clientName: string) => ({ clientName, commercialName: 'Alice Martin' });
  expect(await create(acme)).toEqual({ createContract: { contract: contract('Acme') } });
  expect(await create(moreau)).toEqual({ createContract: { contract: contract('Jeanne Moreau') } });

  const names = '{ contracts(orderBy: ID_ASC) { nodes { clientName commercialName } } }';
  for (const name of ['alice', 'sam', 'mia']) {
    const nodes = [contract('Acme'), contract('Jeanne Moreau')];
    expect(await as(name, names)).toEqual({ contracts: { nodes } });
  }
});

test('a record returns the names of the records it points to', async () => {
  await as('alice', 'mutation { signContract(input: { contractId: 1 }) { contract { id } } }');
  const event =
    '{ title: "Gala", startDate: "2030-01-01T18:00Z", endDate: "2030-01-01T23:00Z", contractId: 1 }';
  expect(
    await as(
      'alice',
      `mutation { createEvent(input: { event: ${event} }) {
        event { supportContactName contract { clientName client { commercialName } } }
      } }`,
    ),
  ).toEqual({
    createEvent: {
      event: {
        supportContactName: null,
        contract: { clientName: 'Acme', client: { commercialName: 'Alice Martin' } },
      },
    },
  });
});

test('a mutation returns the names as they are after it', async () => {
  expect(
    await as(
      'mia',
      `mutation { handOverClient(input: { clientId: ${moreau}, toEmployeeId: ${alice + 1} }) {
        client { commercialName contracts { nodes { commercialName } } }
      } }`,
    ),
  ).toEqual({
    handOverClient: {
      client: {
        commercialName: 'Albert Petit',
        contracts: { nodes: [{ commercialName: 'Albert Petit' }] },
      },
    },
  });
  expect(
    await as(
      'mia',
      `mutation { assignSupport(input: { eventId: 1, employeeId: ${alice + 2} }) { event { supportContactName } } }`,
    ),
  ).toEqual({ assignSupport: { event: { supportContactName: 'Sam Dubois' } } });
});

test('a name is null where the policies hide its record, and the schema says so', async () => {
  const names =
    '{ contracts(orderBy: ID_ASC) { nodes { clientName client { fullName } commercialName } } }';
  type Introspected = { __type: { fields: { name: string; type: { kind: string } }[] } };
  const nullable = `{ __type(name: "Contract") { fields { name type { kind } } } }`;
  const isNeverNull = async () => {
    const { data } = await ask<Introspected>(server.url, nullable, { token: tokens.sam });
    return Object.fromEntries(
      (data?.__type.fields ?? [])
        .filter(({ name }) => ['client', 'clientName', 'commercialName'].includes(name))
        .map(({ name, type }) => [name, type.kind === 'NON_NULL']),
    );
  };
  expect(await isNeverNull()).toEqual({ client: true, clientName: true, commercialName: true });

  await database.query(`
    drop policy employee_read_all on crm.client;
    create policy employee_read_some on crm.client for select to epic_employee using (id = 0)`);
  await server.stop();
  server = await startServer(database);
  tokens.sam = (await logIn(server.url, 'sam@epic.example')).accessToken;

  expect(await isNeverNull()).toEqual({ client: false, clientName: false, commercialName: true });
  const unnamed = { clientName: null, client: null };
  expect(await as('sam', names)).toEqual({
    contracts: {
      nodes: [
        { ...unnamed, commercialName: 'Alice Martin' },
        { ...unnamed, commercialName: 'Albert Petit' },
      ],
    },
  });
});
