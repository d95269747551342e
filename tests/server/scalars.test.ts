import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';
import { addClient, addEmployee } from './support/people.ts';

let database: TestDatabase;
let server: RunningServer;
let token: string;
let clientId: number;
let contractId: number;

beforeAll(async () => {
  database = await cloneDatabase();
  const id = await addEmployee(database, { email: 'a@epic.example', department: 'management' });
  const sales = await addEmployee(database, { email: 's@epic.example', department: 'sales' });
  clientId = await addClient(database, sales);
  const [contract] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, commercial_id, total_amount, status)
     values ($1, $2, 5000, 'signed') returning id`,
    [clientId, sales],
  );
  contractId = contract?.id ?? 0;
  server = await startServer(database);
  token = (await logIn(server.url, 'a@epic.example')).accessToken;
  void id;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

test('explore', async () => {
  const query = `mutation ($input: CreateContractInput!) { createContract(input: $input) { contract { totalAmount creationDate } } }`;
  for (const totalAmount of ['12.5', 12.5, 12, '12.345', 0.30000000000000004, 'NaN', '1e3', null, true]) {
    console.log(JSON.stringify(totalAmount), JSON.stringify(await ask(server.url, query, { token, variables: { input: { contract: { clientId, totalAmount } } } })));
  }
  for (const literal of ['12.5', '"12.5"', '12.345', '12', '9999999999.99', '99999999999.99']) {
    console.log(literal, JSON.stringify(await ask(server.url, `mutation { createContract(input: { contract: { clientId: ${clientId}, totalAmount: ${literal} } }) { contract { totalAmount } } }`, { token })));
  }
  for (const t of ['2026-05-31T18:00:00', '2026-05-31T18:00:00Z', '2026-05-31 18:00+02', 'tomorrow', '2026-13-31T18:00:00Z']) {
    console.log(t, JSON.stringify(await ask(server.url, `query($t: Datetime) { events(condition: { from: $t }) { totalCount } }`, { token, variables: { t } })));
    console.log(t, JSON.stringify(await ask(server.url, `{ events(condition: { from: "${t}" }) { totalCount } }`, { token })));
  }
  console.log(JSON.stringify(await ask(server.url, `{ contracts(condition: {status: signed}, orderBy: STATUS_DESC) { nodes { status amountToBePaid creationDate } } }`, { token })));
  console.log(JSON.stringify(await ask(server.url, `{ contracts(condition: {status: lost}) { nodes { status amountToBePaid creationDate } } }`, { token })));
  console.log(JSON.stringify(await ask(server.url, `query($s: ContractStatus){ contracts(condition: {status: $s}) { nodes { status amountToBePaid creationDate } } }`, { token, variables: { s: 'lost' } })), contractId);
});
