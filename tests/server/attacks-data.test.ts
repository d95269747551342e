import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type ApiAnswer, ask, askToLogIn, askToRefresh, codesOf, logIn } from './support/api.ts';
import { addClient, addEmployee } from './support/people.ts';

// Attacks on the data by somebody who is logged in: what the database refuses, seen from outside. The rules
// themselves have their tests in tests/sql.

let database: TestDatabase;
let server: RunningServer;
const tokens: Record<string, string> = {};
const ids: Record<string, number> = {};
let alicesClient: number;
let contract: number;
let event: number;
let notification: number;

beforeAll(async () => {
  database = await cloneDatabase();
  for (const [name, department] of [
    ['alice', 'sales'],
    ['albert', 'sales'],
    ['sam', 'support'],
    ['sara', 'support'],
    ['mia', 'management'],
  ] as const) {
    ids[name] = await addEmployee(database, { email: `${name}@epic.example`, department });
  }
  alicesClient = await addClient(database, ids.alice ?? 0, 'Alice’s Client');
  contract = await insert(
    `insert into crm.contract (client_id, total_amount, status) values ($1, 1000, 'draft') returning id`,
    [alicesClient],
  );
  await database.query(`update crm.contract set status = 'signed' where id = $1`, [contract]);
  event = await insert(
    `insert into crm.event (contract_id, title, start_date, end_date, support_contact_id)
     values ($1, 'Party', now() + interval '1 day', now() + interval '2 days', $2) returning id`,
    [contract, ids.sam],
  );
  // Sam was told of it.
  const [told] = await database.query<{ id: number }>(
    'select min(id) as id from crm.notification where recipient_id = $1',
    [ids.sam],
  );
  notification = told?.id ?? 0;
  server = await startServer(database);
  for (const name of Object.keys(ids)) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function insert(sql: string, values: unknown[]): Promise<number> {
  const [row] = await database.query<{ id: number }>(sql, values);
  return row?.id ?? 0;
}

/** Asks as somebody; no answer may tell how the server is made. */
async function as<Data = Record<string, unknown>>(
  name: string,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<ApiAnswer<Data>> {
  const answer = await ask<Data>(server.url, query, { token: tokens[name], variables });
  expect(JSON.stringify(answer.errors)).not.toMatch(
    /node_modules|\.[jt]s:\d|\bat [A-Z]\w+\.|\bselect\b.+\bfrom\b.+\bwhere\b|pg_catalog|syntax error at/i,
  );
  expect(codesOf(answer)).not.toContain('INTERNAL');
  return answer;
}

/** Everything that is kept, as one text. */
async function everything(): Promise<string> {
  const [row] = await database.query<{ all: string }>(
    `select concat(
       (select json_agg(c order by id) from crm.client c), (select json_agg(c order by id) from crm.contract c),
       (select json_agg(e order by id) from crm.event e), (select json_agg(e order by id) from crm.employee e),
       (select json_agg(p order by id) from crm.payment p), (select json_agg(n order by id) from crm.notification n)
     ) as all`,
  );
  return row?.all ?? '';
}

async function changesNothing<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = await everything();
  const result = await work();
  expect(await everything()).toBe(before);
  return result;
}

describe('the id of somebody else’s record', () => {
  const attempts: [who: string, what: string, query: () => string, code: string][] = [
    [
      'albert',
      'change a client',
      () =>
        `updateClient(input: { id: ${alicesClient}, patch: { phone: "+33 1" } }) { client { id } }`,
      'FORBIDDEN',
    ],
    [
      'albert',
      'write a contract for a client',
      () =>
        `createContract(input: { contract: { clientId: ${alicesClient}, totalAmount: "1" } }) { contract { id } }`,
      'FORBIDDEN',
    ],
    [
      'albert',
      'change a contract',
      () =>
        `updateContract(input: { id: ${contract}, patch: { totalAmount: "1" } }) { contract { id } }`,
      'FORBIDDEN',
    ],
    [
      'albert',
      'plan an event under a contract',
      () =>
        `createEvent(input: { event: { contractId: ${contract}, title: "x", startDate: "2030-01-01T00:00:00Z", endDate: "2030-01-02T00:00:00Z" } }) { event { id } }`,
      'FORBIDDEN',
    ],
    [
      'alice',
      'change an event',
      () => `updateEvent(input: { id: ${event}, patch: { notes: "x" } }) { event { id } }`,
      'FORBIDDEN',
    ],
    [
      'sara',
      'change an event',
      () => `updateEvent(input: { id: ${event}, patch: { notes: "x" } }) { event { id } }`,
      'FORBIDDEN',
    ],
    [
      'sam',
      'change a client',
      () =>
        `updateClient(input: { id: ${alicesClient}, patch: { phone: "+33 1" } }) { client { id } }`,
      'FORBIDDEN',
    ],
    [
      'mia',
      'change a client’s phone number',
      () =>
        `updateClient(input: { id: ${alicesClient}, patch: { phone: "+33 1" } }) { client { id } }`,
      'FORBIDDEN',
    ],
    ...['alice', 'sara', 'mia'].map((name): [string, string, () => string, string] => [
      name,
      'mark a notification as read',
      () =>
        `updateNotification(input: { id: ${notification}, patch: { readAt: "2030-01-01T00:00:00Z" } }) { notification { id } }`,
      'NOT_FOUND',
    ]),
    ...['alice', 'sam'].map((name): [string, string, () => string, string] => [
      name,
      'rename an employee',
      () =>
        `updateEmployee(input: { id: ${ids.mia}, patch: { fullName: "x" } }) { employee { id } }`,
      'FORBIDDEN',
    ]),
    ...['alice', 'sam'].map((name): [string, string, () => string, string] => [
      name,
      'delete an employee',
      () => `deleteEmployee(input: { id: ${ids.mia} }) { employee { id } }`,
      'FORBIDDEN',
    ]),
  ];

  test.each(attempts)('does not let %s %s', async (who, _what, query, code) => {
    const answer = await changesNothing(() => as(who, `mutation { ${query()} }`));
    expect(codesOf(answer)).toEqual([code]);
    expect(Object.values(answer.data ?? {})).toEqual([null]);
  });

  test.each(['alice', 'sara', 'mia'])('does not let %s read a notification', async (who) => {
    expect(notification).toBeGreaterThan(0);
    const { data, errors } = await as<{
      notification: unknown;
      notifications: { nodes: { id: number }[] };
    }>(who, `{ notification(id: ${notification}) { message } notifications { nodes { id } } }`);
    expect(errors).toEqual([]);
    expect(data?.notification).toBeNull();
    expect(data?.notifications.nodes.map(({ id }) => id)).not.toContain(notification);
  });
});

describe('a column that nobody writes', () => {
  test.each([
    ['updateClient', 'ClientPatch', { id: 999 }],
    ['updateClient', 'ClientPatch', { lastUpdate: '2000-01-01T00:00:00Z' }],
    ['updateClient', 'ClientPatch', { erasedAt: '2000-01-01T00:00:00Z' }],
    ['updateContract', 'ContractPatch', { amountToBePaid: '0' }],
    ['updateContract', 'ContractPatch', { clientId: 1 }],
    ['updateContract', 'ContractPatch', { commercialId: 1 }],
    ['updateContract', 'ContractPatch', { creationDate: '2000-01-01T00:00:00Z' }],
    ['updateContract', 'ContractPatch', { signedAt: null }],
    ['updateEvent', 'EventPatch', { contractId: 1 }],
    ['updateEmployee', 'EmployeePatch', { id: 999 }],
    ['updateEmployee', 'EmployeePatch', { creationDate: '2000-01-01T00:00:00Z' }],
    ['updateEmployee', 'EmployeePatch', { passwordHash: 'x' }],
    ['updateNotification', 'NotificationPatch', { recipientId: 1 }],
    ['updateNotification', 'NotificationPatch', { message: 'x' }],
  ])('is no part of %s: %s %p', async (mutation, type, patch) => {
    const query = `mutation Assign($patch: ${type}!) { ${mutation}(input: { id: 1, patch: $patch }) { __typename } }`;
    const { data, errors } = await changesNothing(() => as('mia', query, { patch }));
    const [field] = Object.keys(patch);
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining(`Field "${field}" is not defined by type "${type}"`),
        extensions: { code: 'INVALID' },
      },
    ]);
  });

  test.each([
    ['createClient', 'ClientInput', { fullName: 'x', commercialContactId: 1 }],
    ['createContract', 'ContractInput', { clientId: 1, totalAmount: '1', status: 'signed' }],
    ['createPayment', 'PaymentInput', { contractId: 1, amount: '1', recordedBy: 1 }],
  ])('is no part of %s: %s %p', async (mutation, type, value) => {
    const name = type.replace('Input', '').toLowerCase();
    const query = `mutation Assign($value: ${type}!) { ${mutation}(input: { ${name}: $value }) { __typename } }`;
    const { errors } = await changesNothing(() => as('alice', query, { value }));
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/Field "\w+" is not defined by type/),
        extensions: { code: 'INVALID' },
      },
    ]);
  });
});

describe('SQL in a text', () => {
  const sql = [
    `'; drop table crm.client; --`,
    `' or '1'='1`,
    `") or true --`,
    `\\'; select pg_sleep(10); --`,
    `$$; truncate crm.client; $$`,
    `%' union select password_hash from auth.credential --`,
    `%_\\`,
  ];

  test.each(sql)('finds nothing and does nothing: %s', async (text) => {
    await changesNothing(async () => {
      const lists = await as<Record<string, { totalCount: number }>>(
        'alice',
        `query Find($text: String) {
           search: clients(condition: { search: $text }) { totalCount }
           name: clients(condition: { fullName: $text }) { totalCount }
           company: clients(condition: { companyName: $text }) { totalCount }
           employee: employees(condition: { fullName: $text }) { totalCount }
           history: historyEntries(condition: { record: $text, rowId: 1 }) { totalCount }
         }`,
        { text },
      );
      expect(lists.errors).toEqual([]);
      for (const list of Object.values(lists.data ?? {})) expect(list.totalCount).toBe(0);
    });
  });

  test.each(sql)('is no record, verb or column to explain: %s', async (text) => {
    for (const args of ['record: $t, verb: "update"', 'record: "client", verb: $t']) {
      const { errors } = await as(
        'alice',
        `query Explain($t: String!) { explainAccess(${args}) { sentence } }`,
        { t: text },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID' } }]);
    }
    const columns = await as(
      'alice',
      'query Explain($t: [String]) { explainAccess(record: "client", verb: "update", columns: $t) { sentence } }',
      { t: [text] },
    );
    expect(columns.errors).toMatchObject([{ extensions: { code: 'INVALID' } }]);
  });

  test.each(sql)('lets nobody in: %s', async (text) => {
    await changesNothing(async () => {
      const login = await askToLogIn(server.url, text, text);
      expect(codesOf(login)).toEqual(['UNAUTHENTICATED']);
      expect(codesOf(await askToRefresh(server.url, text))).toEqual(['UNAUTHENTICATED']);
    });
  });

  test.each(sql)('is kept as it was written: %s', async (text) => {
    const { data, errors } = await as<{ createClient: { client: { companyName: string } } }>(
      'alice',
      `mutation Keep($text: String!) {
         createClient(input: { client: { fullName: $text, email: "a@b.example", companyName: $text } }) {
           client { fullName companyName }
         }
       }`,
      { text },
    );
    expect(errors).toEqual([]);
    expect(data?.createClient.client).toEqual({ fullName: text, companyName: text });
  });

  test.each(['ID_ASC; drop table crm.client', '(select 1)', "FULL_NAME_ASC', 'x"])(
    'is no order: %s',
    async (order) => {
      const { errors } = await as(
        'alice',
        'query Order($o: [ClientOrderBy!]) { clients(orderBy: $o) { totalCount } }',
        { o: [order] },
      );
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining('does not exist in "ClientOrderBy" enum'),
          extensions: { code: 'INVALID' },
        },
      ]);
    },
  );
});

describe('a cursor', () => {
  const page = (after: string, orderBy = 'FULL_NAME_ASC') =>
    as<{ clients: { nodes: unknown[] } }>(
      'alice',
      `query Page($after: Cursor) { clients(first: 5, orderBy: [${orderBy}], after: $after) { nodes { id } } }`,
      { after },
    );

  async function realCursor(): Promise<unknown[]> {
    const { data } = await as<{ clients: { pageInfo: { endCursor: string } } }>(
      'alice',
      '{ clients(first: 1, orderBy: [FULL_NAME_ASC]) { pageInfo { endCursor } } }',
    );
    return JSON.parse(Buffer.from(data?.clients.pageInfo.endCursor ?? '', 'base64').toString());
  }

  const encode = (cursor: unknown) => Buffer.from(JSON.stringify(cursor)).toString('base64');

  test.each<[string, (real: unknown[]) => unknown]>([
    [
      'with SQL in its values',
      (real) => real.map((each) => (each === real[0] ? each : "'; drop table crm.client; --")),
    ],
    ['with too few values', (real) => real.slice(0, -1)],
    ['with too many values', (real) => [...real, 1, 2]],
    ['with no values', () => []],
    ['with a list for a value', (real) => real.map(() => [[1]])],
    ['with an object for a value', (real) => real.map(() => ({ __proto__: null, x: 1 }))],
    ['that is an object', () => ({ length: 3, 0: 1 })],
    ['that is a number', () => 1],
    ['that is null', () => null],
    ['with a NUL', (real) => real.map((each) => (typeof each === 'string' ? `${each}\0` : each))],
    [
      'with a number beyond all',
      (real) => real.map((each) => (typeof each === 'number' ? 1e300 : each)),
    ],
  ])('%s is refused', async (_what, tamper) => {
    const answer = await changesNothing(async () => page(encode(tamper(await realCursor()))));
    expect(codesOf(answer)).toEqual(['INVALID']);
  });

  test('with null for its values leads nowhere else', async () => {
    const [order, ...values] = await realCursor();
    const { data, errors } = await page(encode([order, ...values.map(() => null)]));
    expect({ data, errors }).toEqual({ data: { clients: { nodes: [] } }, errors: [] });
  });

  test('of another order is refused', async () => {
    expect(codesOf(await page(encode(await realCursor()), 'ID_ASC'))).toEqual(['INVALID']);
  });

  test.each(['', 'x', '====', 'W10', '{"a":1}', 'null'])(
    'that is none is refused: %p',
    async (text) => {
      expect(codesOf(await page(text))).toEqual(['INVALID']);
    },
  );
});

describe('a value', () => {
  test.each([
    ['a number beyond all integers', 'query($v: Int!) { client(id: $v) { id } }', 2 ** 31],
    ['a fraction', 'query($v: Int!) { client(id: $v) { id } }', 1.5],
    ['a number as a text', 'query($v: Int!) { client(id: $v) { id } }', '1 or 1=1'],
    ['a huge number', 'query($v: BigInt!) { historyEntry(id: $v) { id } }', '9'.repeat(30)],
    [
      'a huge text for a number',
      'query($v: BigInt!) { historyEntry(id: $v) { id } }',
      '9'.repeat(500_000),
    ],
    [
      'an object for a text',
      'query($v: String) { clients(condition: { search: $v }) { totalCount } }',
      { $ne: '' },
    ],
    [
      'a list for a text',
      'query($v: String) { clients(condition: { search: $v }) { totalCount } }',
      ['a', 'b'],
    ],
    [
      'a NUL in a text',
      'query($v: String) { clients(condition: { search: $v }) { totalCount } }',
      'a\0b',
    ],
    [
      'a list of a million',
      'query($v: [Int!]) { clients(condition: { ids: $v }) { totalCount } }',
      Array.from({ length: 300_000 }, () => 1),
    ],
  ])('cannot be %s', async (_what, query, v) => {
    const answer = await as('alice', query, { v });
    expect(codesOf(answer)).toEqual(['INVALID']);
  });

  test.each(['1e1000000', 'NaN', 'Infinity', '-1', '', '1_000_000_000_000', '9'.repeat(200_000)])(
    'of money cannot be %#',
    async (totalAmount) => {
      const answer = await changesNothing(() =>
        as(
          'alice',
          'mutation($c: ContractInput!) { createContract(input: { contract: $c }) { contract { id } } }',
          { c: { clientId: alicesClient, totalAmount } },
        ),
      );
      expect(codesOf(answer)).toEqual(['INVALID']);
    },
  );

  test('may be a huge text to search for: it is not found, and costs no more than others', async () => {
    const text = Array.from({ length: 100_000 }, (_, index) => index.toString(36)).join(' ');
    const { data, errors } = await as(
      'alice',
      'query($text: String) { clients(condition: { search: $text }) { totalCount } }',
      { text },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ clients: { totalCount: 0 } });
  });
});

describe('a name that every object has', () => {
  test('is a name like any other for an alias', async () => {
    const { data, errors } = await as(
      'alice',
      '{ __proto__: __typename constructor: me { id } toString: __typename hasOwnProperty: __typename }',
    );
    expect(errors).toEqual([]);
    expect(Object.entries(data ?? {})).toEqual([
      ['__proto__', 'Query'],
      ['constructor', { id: ids.alice }],
      ['toString', 'Query'],
      ['hasOwnProperty', 'Query'],
    ]);
  });

  test('changes nothing as a variable, or inside one', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.alice}` },
      body: `{"query":"query($j: JSON) { explainAccess(record: \\"client\\", verb: \\"update\\", rowId: ${alicesClient}, newValues: $j) { kind } }",
        "variables":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},
          "j":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}}`,
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID' } }] });
    expect((await as('alice', '{ me { id } }')).data).toEqual({ me: { id: ids.alice } });
  });
});
