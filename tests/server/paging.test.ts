import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type ApiAnswer, ask, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  database = await cloneDatabase();
  const id = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  await database.query(
    `insert into crm.client (full_name, email, commercial_contact_id)
     select 'Client ' || to_char(n, 'FM0000'), n || '@client.example', $1 from generate_series(1, 1200) n`,
    [id],
  );
  server = await startServer(database);
  token = (await logIn(server.url, 'a@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

interface Page {
  nodes: { id: number; fullName: string }[];
  totalCount: number;
  pageInfo: { endCursor: string; hasNextPage: boolean };
}

const clients = (args: string) =>
  ask<{ clients: Page }>(
    server.url,
    `{ clients${args} { nodes { id fullName } totalCount pageInfo { endCursor hasNextPage } } }`,
    { token },
  );

const lengthOf = ({ data }: ApiAnswer<{ clients: Page }>) => data?.clients.nodes.length;

describe('a page', () => {
  test('a page has 50 rows by default, and says that there are more', async () => {
    const { data } = await clients('');
    expect(data?.clients).toMatchObject({ totalCount: 1200, pageInfo: { hasNextPage: true } });
    expect(data?.clients.nodes).toHaveLength(50);
  });

  test('a page has at most 1,000 rows', async () => {
    expect(lengthOf(await clients('(first: 1000)'))).toBe(1000);
  });

  test.each([
    ['first: 1001', 'first', 'A page has 0 to 1,000 rows: first cannot be 1001.'],
    ['last: 1001', 'last', 'A page has 0 to 1,000 rows: last cannot be 1001.'],
    ['first: -1', 'first', 'A page has 0 to 1,000 rows: first cannot be -1.'],
    ['first: 1, last: 1', 'last', 'Ask for the first rows or for the last rows, not for both.'],
  ])('a page of (%s) is refused', async (args, field, message) => {
    const { data, errors } = await clients(`(${args})`);
    expect(data).toBeNull();
    expect(errors[0]).toMatchObject({ message, extensions: { code: 'INVALID', field } });
  });

  test('a page has the same limits when its size is a variable', async () => {
    const query = 'query Sized($n: Int) { clients(first: $n) { nodes { id } } }';
    const sized = (n: number | null) =>
      ask<{ clients: Page }>(server.url, query, { token, variables: { n } });
    expect(lengthOf(await sized(7))).toBe(7);
    expect(lengthOf(await sized(null))).toBe(50);
    expect((await sized(1001)).errors[0]?.extensions.code).toBe('INVALID');
  });

  test('a nested page has the same limits', async () => {
    const mine = (args: string) =>
      ask<{ me: { clients: Page } }>(server.url, `{ me { clients${args} { nodes { id } } } }`, {
        token,
      });
    expect((await mine('')).data?.me.clients.nodes).toHaveLength(50);
    expect((await mine('(first: 1001)')).errors[0]?.extensions.code).toBe('INVALID');
  });

  test('a page can be read from the end', async () => {
    const { data } = await clients('(last: 2)');
    expect(data?.clients.nodes.map((row) => row.fullName)).toEqual(['Client 1199', 'Client 1200']);
  });

  test('cursors lead from page to page, through every row once', async () => {
    const seen: number[] = [];
    let after = '';
    for (let page = 0; page < 10; page++) {
      const { data } = await clients(`(first: 500, orderBy: FULL_NAME_DESC${after})`);
      seen.push(...(data?.clients.nodes.map((row) => row.id) ?? []));
      if (!data?.clients.pageInfo.hasNextPage) break;
      after = `, after: "${data.clients.pageInfo.endCursor}"`;
    }
    expect(seen).toHaveLength(1200);
    expect(new Set(seen).size).toBe(1200);
  });

  test('an offset and an invalid cursor are refused', async () => {
    expect((await clients('(offset: 10)')).errors[0]?.message).toContain(
      'Unknown argument "offset"',
    );
    expect((await clients('(after: "nonsense")')).errors[0]?.extensions.code).toBe('INVALID');
  });
});

describe('a filter', () => {
  test('a filter exists only where an index serves it', async () => {
    const { data } = await ask<{ __type: { inputFields: { name: string }[] } }>(
      server.url,
      '{ __type(name: "ContractCondition") { inputFields { name } } }',
    );
    const names = data?.__type.inputFields.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['clientId', 'mine', 'status', 'unpaid', 'unsigned']),
    );
    expect(names).not.toContain('version');
  });

  test('a search finds clients by part of their name, ignoring accents and case, and takes % literally', async () => {
    await database.query(
      `update crm.client set full_name = 'Zoé 100%' where full_name = 'Client 0007'`,
    );
    const found = async (search: string) =>
      (
        await ask<{ clients: Page }>(
          server.url,
          'query Search($search: String) { clients(condition: { search: $search }) { nodes { id fullName } } }',
          { token, variables: { search } },
        )
      ).data?.clients.nodes.map((row) => row.fullName);
    expect(await found('ZOE')).toEqual(['Zoé 100%']);
    expect(await found('0%')).toEqual(['Zoé 100%']);
    expect(await found(`'; drop table crm.client; --`)).toEqual([]);
  });
});

describe('a count', () => {
  const count = (argument: string, args = '') =>
    ask<{ clients: { totalCount: number } | null }>(
      server.url,
      `{ clients${args} { totalCount${argument} } }`,
      { token },
    );

  test.each([
    ['', 1200],
    ['(upTo: null)', 1200],
    ['(upTo: 1000)', 1001],
    ['(upTo: 100)', 101],
    ['(upTo: 0)', 1],
  ])('totalCount%s of 1,200 clients is %i', async (argument, expected) => {
    expect((await count(argument)).data).toEqual({ clients: { totalCount: expected } });
  });

  test.each([
    ['(first: 2, orderBy: FULL_NAME_DESC)', 101],
    ['(condition: { search: "Client 001" })', 10],
    ['(condition: { fullName: "Client 0012" })', 1],
    ['(condition: { mine: true })', 101],
    ['(condition: { fullName: "none" })', 0],
  ])('a bounded count of clients%s is that of all pages', async (args, expected) => {
    expect((await count('(upTo: 100)', args)).data).toEqual({ clients: { totalCount: expected } });
  });

  test.each([
    [{ upTo: 10 }, 11],
    [{ upTo: null }, 1200],
    [{}, 1200],
  ])('the bound may be a variable: %j', async (variables, expected) => {
    const answer = await ask(
      server.url,
      'query ($upTo: Int) { clients { totalCount(upTo: $upTo) } }',
      { token, variables },
    );

    expect(answer.data).toEqual({ clients: { totalCount: expected } });
  });

  test('a bounded count and an exact one of a list beside its page are three answers', async () => {
    const { data } = await ask(
      server.url,
      '{ clients(first: 3) { nodes { fullName } bounded: totalCount(upTo: 5) exact: totalCount } }',
      { token },
    );

    expect(data).toEqual({
      clients: {
        nodes: [1, 2, 3].map((n) => ({ fullName: `Client 000${n}` })),
        bounded: 6,
        exact: 1200,
      },
    });
  });

  test('a bounded count is that of each record in a list', async () => {
    const { data } = await ask(
      server.url,
      `{ employees { nodes { fullName clients(condition: { current: true }) { totalCount(upTo: 9) } } } }`,
      { token },
    );

    expect(data).toMatchObject({ employees: { nodes: [{ clients: { totalCount: 10 } }] } });
  });

  test.each([1001, -1])('a bound of %i is refused', async (bound) => {
    const { data, errors } = await count(`(upTo: ${bound})`);

    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        message: `A count is bounded by 0 to 1,000: upTo cannot be ${bound}.`,
        extensions: { code: 'INVALID', kind: 'count_bound', field: 'upTo' },
      },
    ]);
  });
});
