import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { askToLogIn, askToRefresh, codesOf, logIn } from './support/api.ts';
import { attack, changesNothing } from './support/attack.ts';

// Malicious values sent by a logged-in employee.

let database: TestDatabase;
let server: RunningServer;
let token: string;
let alice: number;
let alicesClient: number;

beforeAll(async () => {
  database = await cloneDatabase();
  alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  alicesClient = await addClient(database, alice);
  server = await startServer(database);
  token = (await logIn(server.url, 'alice@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const asAlice = <Data = Record<string, unknown>>(
  query: string,
  variables: Record<string, unknown> = {},
) => attack<Data>(server.url, query, { token, variables });

describe('SQL in a value', () => {
  const sql = [
    `'; drop table crm.client; --`,
    `' or '1'='1`,
    `") or true --`,
    `\\'; select pg_sleep(10); --`,
    `$$; truncate crm.client; $$`,
    `%' union select password_hash from identity.credential --`,
    `%_\\`,
  ];

  test.each(sql)('SQL in a search finds nothing and does nothing: %s', async (text) => {
    await changesNothing(database, async () => {
      const lists = await asAlice<Record<string, { totalCount: number }>>(
        `query Find($text: String) {
           search: clients(condition: { search: $text }) { totalCount }
           name: clients(condition: { fullName: $text }) { totalCount }
           company: clients(condition: { companyName: $text }) { totalCount }
           employee: employees(condition: { fullName: $text }) { totalCount }
         }`,
        { text },
      );
      expect(lists.errors).toEqual([]);
      for (const list of Object.values(lists.data ?? {})) expect(list.totalCount).toBe(0);
    });
  });

  test.each(sql)('SQL as a record, verb or column to explain is refused: %s', async (text) => {
    for (const [args, type] of [
      ['record: $t, verb: update', 'RecordKind'],
      ['record: client, verb: $t', 'AccessVerb'],
    ]) {
      const { errors } = await asAlice(
        `query Explain($t: ${type}!) { explainAccess(${args}) { sentence } }`,
        { t: text },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID' } }]);
    }
    const columns = await asAlice(
      'query Explain($t: [String!]) { explainAccess(record: client, verb: update, columns: $t) { sentence } }',
      { t: [text] },
    );
    expect(columns.errors).toMatchObject([{ extensions: { code: 'INVALID' } }]);
  });

  test.each(sql)('SQL in a login is refused: %s', async (text) => {
    await changesNothing(database, async () => {
      const login = await askToLogIn(server.url, text, text);
      expect(codesOf(login)).toEqual(['UNAUTHENTICATED']);
      expect(codesOf(await askToRefresh(server.url, text))).toEqual(['UNAUTHENTICATED']);
    });
  });

  test.each(sql)('SQL in a name is stored as it was written: %s', async (text) => {
    const { data, errors } = await asAlice<{ createClient: { client: { companyName: string } } }>(
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
    'SQL as an order is refused: %s',
    async (order) => {
      const { errors } = await asAlice(
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
    asAlice<{ clients: { nodes: unknown[] } }>(
      `query Page($after: Cursor) { clients(first: 5, orderBy: [${orderBy}], after: $after) { nodes { id } } }`,
      { after },
    );

  async function realCursor(): Promise<unknown[]> {
    const { data } = await asAlice<{ clients: { pageInfo: { endCursor: string } } }>(
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
  ])('a cursor %s is refused', async (_what, tamper) => {
    const answer = await changesNothing(database, async () =>
      page(encode(tamper(await realCursor()))),
    );
    expect(codesOf(answer)).toEqual(['INVALID']);
  });

  test('a cursor with null for its values leads to no other rows', async () => {
    const [order, ...values] = await realCursor();
    const { data, errors } = await page(encode([order, ...values.map(() => null)]));
    expect({ data, errors }).toEqual({ data: { clients: { nodes: [] } }, errors: [] });
  });

  test('a cursor of another order is refused', async () => {
    expect(codesOf(await page(encode(await realCursor()), 'ID_ASC'))).toEqual(['INVALID']);
  });

  test.each(['', 'x', '====', 'W10', '{"a":1}', 'null'])(
    'that is none is refused: %p',
    async (text) => {
      expect(codesOf(await page(text))).toEqual(['INVALID']);
    },
  );
});

describe('a position of changes', () => {
  type Position = Record<string, unknown>;
  const page = (after: string) =>
    asAlice<{ changes: { entries: { record: string }[]; hasMore: boolean } }>(
      'query ($after: String) { changes(after: $after, first: 1000) { entries { record } hasMore } }',
      { after },
    );
  const encode = (text: string) => Buffer.from(text).toString('base64');

  async function present(): Promise<Position> {
    const { data } = await asAlice<{ changes: { position: string } }>('{ changes { position } }');
    return JSON.parse(Buffer.from(data?.changes.position ?? '', 'base64').toString());
  }

  test.each<[string, Position]>([
    ['with SQL in it', { seen: "1:1:'; drop table crm.client; --" }],
    ['with a snapshot of another shape', { seen: '9:1:' }],
    ['with a list for a snapshot', { seen: ['1:1:'] }],
    ['with an end and no place', { upTo: '1:1:' }],
    ['with a place and no end', { after: ['1', '1'] }],
    ['with a number beyond all', { latest: ['1', '9'.repeat(400)] }],
    ['with a time before all', { since: '4714-11-24 BC' }],
    ['with a time that is none', { since: 'now or never' }],
    ['with null for its entry', { latest: null }],
  ])('a position of changes %s is refused', async (_what, tampered) => {
    const text = JSON.stringify({ ...(await present()), ...tampered });
    const answer = await changesNothing(database, () => page(encode(text)));
    expect(answer.errors.map(({ extensions }) => extensions)).toEqual([
      expect.objectContaining({ code: 'INVALID', kind: 'position_is_known', field: 'after' }),
    ]);
  });

  test.each([
    '',
    'x',
    '====',
    '{}',
    encode('[]'),
    encode('"'),
    encode('{"database":"\\u0000"}'),
    encode('['.repeat(14_000)),
    'W'.repeat(900_000),
  ])('a text that is no position of changes is refused (%#)', async (text) => {
    expect(codesOf(await page(text))).toEqual(['INVALID']);
  });

  test('a position made by hand leads to no more than history, and no further than a page', async () => {
    const made = { ...(await present()), seen: '3:3:', since: '-infinity' };
    const { data, errors } = await page(encode(JSON.stringify(made)));
    expect(errors).toEqual([]);
    const records = new Set(data?.changes.entries.map(({ record }) => record));
    expect(records).toContain('client');
    expect(records).not.toContain('employee');
  });
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
  ])('a value cannot be %s', async (_what, query, v) => {
    const answer = await asAlice(query, { v });
    expect(codesOf(answer)).toEqual(['INVALID']);
  });

  test.each(['1e1000000', 'NaN', 'Infinity', '-1', '', '1_000_000_000_000', '9'.repeat(200_000)])(
    'an amount cannot be an invalid number (%#)',
    async (totalAmount) => {
      const answer = await changesNothing(database, () =>
        asAlice(
          'mutation($c: ContractInput!) { createContract(input: { contract: $c }) { contract { id } } }',
          { c: { clientId: alicesClient, totalAmount } },
        ),
      );
      expect(codesOf(answer)).toEqual(['INVALID']);
    },
  );

  test('a search for a huge text finds nothing and costs no more than another', async () => {
    const text = Array.from({ length: 100_000 }, (_, index) => index.toString(36)).join(' ');
    const { data, errors } = await asAlice(
      'query($text: String) { clients(condition: { search: $text }) { totalCount } }',
      { text },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ clients: { totalCount: 0 } });
  });
});

describe('a name that every object of JavaScript has', () => {
  test('an alias may be called like a property that every object has', async () => {
    const { data, errors } = await asAlice(
      '{ __proto__: __typename constructor: me { id } toString: __typename hasOwnProperty: __typename }',
    );
    expect(errors).toEqual([]);
    expect(Object.entries(data ?? {})).toEqual([
      ['__proto__', 'Query'],
      ['constructor', { id: alice }],
      ['toString', 'Query'],
      ['hasOwnProperty', 'Query'],
    ]);
  });

  test('a variable called like a property that every object has changes nothing', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: `{"query":"query($j: JSON) { explainAccess(record: client, verb: update, rowId: ${alicesClient}, newValues: $j) { kind } }",
        "variables":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},
          "j":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}}`,
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID' } }] });
    expect((await asAlice('{ me { id } }')).data).toEqual({ me: { id: alice } });
  });
});
