import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type ApiAnswer, ask, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
let token: string;
let clientId: number;

beforeAll(async () => {
  database = await cloneDatabase();
  const id = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  clientId = await addClient(database, id);
  server = await startServer(database);
  token = (await logIn(server.url, 'a@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const asked = <Data>(query: string, variables: Record<string, unknown> = {}) =>
  ask<Data>(server.url, query, { token, variables });

/** What comes of it: the value, or the code and the sentence. */
const outcomeOf = <Data>(
  { data, errors: [error] }: ApiAnswer<Data>,
  value: (data: Data) => unknown,
) => (error ? `${error.extensions.code}: ${error.message}` : data && value(data));

type Created = { createContract: { contract: { totalAmount: string } } };
const totalOf = (data: Created) => data.createContract.contract.totalAmount;

describe('an amount', () => {
  const inVariable = async (totalAmount: unknown) =>
    outcomeOf(
      await asked<Created>(
        `mutation ($contract: ContractInput!) {
          createContract(input: { contract: $contract }) { contract { totalAmount } }
        }`,
        { contract: { clientId, totalAmount } },
      ),
      totalOf,
    );
  const inQuery = async (literal: string) =>
    outcomeOf(
      await asked<Created>(
        `mutation {
          createContract(input: { contract: { clientId: ${clientId}, totalAmount: ${literal} } }) { contract { totalAmount } }
        }`,
      ),
      totalOf,
    );
  const sentence = 'An amount has at most two decimals: write it like "1250.50".';

  test.each([
    ['1250.5', '1250.50'],
    ['9999999999.99', '9999999999.99'],
    [1250.5, '1250.50'],
    [0.1, '0.10'],
    [1250, '1250.00'],
  ])('the amount %p is read exactly, and returned as the text %p', async (given, answered) => {
    expect(await inVariable(given)).toBe(answered);
    expect(await inQuery(JSON.stringify(given))).toBe(answered);
  });

  test.each(['12.345', 0.1 + 0.2, 'NaN', '1e3', 1e21, '12,50', ' 12', '', true])(
    '%p is refused, never rounded',
    async (given) => {
      const path = '"contract.totalAmount"';
      expect(await inVariable(given)).toBe(
        `INVALID: Variable "$contract" got invalid value ${JSON.stringify(given)} at ${path}; ${sentence}`,
      );
      expect(await inQuery(JSON.stringify(given))).toBe(`INVALID: ${sentence}`);
    },
  );

  test('an amount beyond the column is refused by the database', async () => {
    expect(await inVariable('10000000000')).toBe('INVALID: A number is too large.');
  });
});

describe('a time', () => {
  const inVariable = async (time: unknown) =>
    outcomeOf(
      await asked<{ events: { totalCount: number } }>(
        'query ($from: Datetime) { events(condition: { from: $from }) { totalCount } }',
        { from: time },
      ),
      ({ events }) => events.totalCount,
    );
  const sentence = 'A time cannot be read: write it with a zone, like 2026-05-31T18:00:00+02:00.';

  test.each([
    '2026-05-31T18:00:00+02:00',
    '2026-05-31T16:00Z',
    '2026-05-31 18:00:00.5+02',
    '2026-05-31t16:00:00z',
  ])('the time %s is accepted', async (time) => {
    expect(await inVariable(time)).toBe(0);
  });

  test.each(['2026-05-31T18:00:00', '2026-05-31', 'tomorrow', 'infinity', 1_780_000_000_000])(
    '%p is refused: it has no definite moment',
    async (time) => {
      expect(await inVariable(time)).toBe(
        `INVALID: Variable "$from" got invalid value ${JSON.stringify(time)}; ${sentence}`,
      );
    },
  );

  test('an impossible time is refused by the database', async () => {
    expect(await inVariable('2026-02-30T18:00:00Z')).toBe(
      'INVALID: A date or time is out of range.',
    );
  });

  test('a time has one form, with microseconds and its offset, wherever it comes from', async () => {
    const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/;
    const { data } = await asked<{ me: { createdAt: string } }>('{ me { createdAt } }');
    expect(data?.me.createdAt).toMatch(form);
    const token = await asked<{ createReadOnlyToken: { accessTokenExpiresAt: string } }>(
      'mutation { createReadOnlyToken { accessTokenExpiresAt } }',
    );
    expect(token.data?.createReadOnlyToken.accessTokenExpiresAt).toMatch(form);
    expect(Date.parse(token.data?.createReadOnlyToken.accessTokenExpiresAt ?? '')).toBeGreaterThan(
      Date.now(),
    );
  });
});

test('a date is a calendar day, and none of the special words of PostgreSQL', async () => {
  const count = async (paidOn: string) =>
    outcomeOf(
      await asked<{ payments: { totalCount: number } }>(
        'query ($paidOn: Date) { payments(condition: { paidOn: $paidOn }) { totalCount } }',
        { paidOn },
      ),
      ({ payments }) => payments.totalCount,
    );
  expect(await count('2026-05-31')).toBe(0);
  for (const paidOn of ['today', '31/05/2026', '2026-05-31T00:00:00Z']) {
    expect(await count(paidOn)).toBe(
      `INVALID: Variable "$paidOn" got invalid value "${paidOn}"; A date cannot be read: write it like 2026-05-31.`,
    );
  }
});

describe('a value of an enum', () => {
  const contracts = async (status: unknown) =>
    outcomeOf(
      await asked<{ contracts: { nodes: { status: string }[] } }>(
        `query ($status: ContractStatus) {
          contracts(condition: { status: $status }, orderBy: STATUS_DESC, first: 1) { nodes { status } }
        }`,
        { status },
      ),
      ({ contracts: { nodes } }) => nodes.map(({ status }) => status),
    );

  test('a value of an enum is the value of the database', async () => {
    expect(await contracts('draft')).toEqual(['draft']);
    expect(await contracts('signed')).toEqual([]);
  });

  test('an unknown value of an enum is refused before anything is executed', async () => {
    expect(await contracts('lost')).toBe(
      'INVALID: Variable "$status" got invalid value "lost"; Value "lost" does not exist in "ContractStatus" enum.',
    );
  });
});
