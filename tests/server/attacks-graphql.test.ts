import { createHash } from 'node:crypto';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// Documents that are made to cost much. Each is refused before anything is read, with the limit that it breaks.

let database: TestDatabase;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  server = await startServer(database);
  token = (await logIn(server.url, 'a@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const tooComplex = (message: string, hint = 'Ask for less at a time.') => ({
  errors: [{ message, extensions: { code: 'INVALID', kind: 'too_complex', hint } }],
});

async function post(query: string, variables: unknown = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, body: await response.json() };
}

/** No part of an answer: nothing was executed. */
const refused = async (query: string, message: string, variables?: unknown, hint?: string) =>
  expect(await post(query, variables)).toEqual({ status: 400, body: tooComplex(message, hint) });

const times = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

describe('the limits on a document', () => {
  test('a document of over 50,000 characters is refused, even when they are comments', () =>
    refused(
      `{ __typename } # ${'x'.repeat(50_000)}`,
      'A document has at most 50,000 characters.',
      {},
      'Send long texts as variables.',
    ));

  test('a document of over 2,500 tokens is refused', () =>
    refused(`{ ${'me '.repeat(2_500)} }`, 'A document has at most 2,500 words and signs.'));

  test('a document of over 12 levels is refused', () => {
    const deep = (levels: number): string =>
      levels === 0 ? 'id' : `client { contracts(first: 1) { nodes { ${deep(levels - 1)} } } }`;
    return refused(
      `{ contracts(first: 1) { nodes { ${deep(4)} } } }`,
      'A request has at most 12 levels of fields.',
    );
  });

  test('a document of hundreds of levels, nested through fragments, is refused', () =>
    refused(
      `{ me { ...f0 } } ${times(100, (index) => `fragment f${index} on Employee { clients { nodes { commercial { ...f${index + 1} } } } }`)}
       fragment f100 on Employee { id }`,
      'A request has at most 12 levels of fields.',
    ));

  test('a document of over 500 fields is refused', () =>
    refused(`{ me { ${'id '.repeat(500)} } }`, 'A request has at most 500 fields.'));

  test('a document of over 30 root fields is refused', () =>
    refused(`{ ${'__typename '.repeat(31)} }`, 'A request has at most 30 operations.'));

  test('a document of over 30 root fields in fragments is refused', () =>
    refused(
      `{ ...a ...b } fragment a on Query { ${times(16, (index) => `a${index}: me { id }`)} }
       fragment b on Query { ${times(16, (index) => `b${index}: me { id }`)} }`,
      'A request has at most 30 operations.',
    ));

  test('a document of over 100 aliases is refused', () =>
    refused(
      `{ me { ${times(101, (index) => `a${index}: id`)} } }`,
      'A request has at most 100 aliases.',
    ));

  test.each([
    ['on a field', `{ __typename ${'@skip(if: false) '.repeat(51)} }`],
    ['that there are not', `{ __typename ${'@a'.repeat(51)} }`],
    ['on the operation', `query ${'@a '.repeat(51)} { __typename }`],
    [
      'on fragments',
      `{ ${'...f @include(if: true) '.repeat(51)} } fragment f on Query { __typename }`,
    ],
    ['on variables', `query(${times(51, (index) => `$v${index}: Int @a`)}) { __typename }`],
    [
      'spread again and again',
      `{ ${'...f '.repeat(10)} } fragment f on Query { ${'__typename @skip(if: true) '.repeat(6)} }`,
    ],
  ])('a document of over 50 directives, %s, is refused', (_where, query) =>
    refused(query, 'A request has at most 50 directives.'),
  );

  test.each([
    ['lists', `{ clients(condition: ${'['.repeat(1_000)}${']'.repeat(1_000)}) { totalCount } }`],
    ['objects', `{ clients(condition: ${'{a:'.repeat(500)}1${'}'.repeat(500)}) { totalCount } }`],
    ['a default', `query($v: Int = ${'['.repeat(500)}${']'.repeat(500)}) { __typename }`],
    ['a directive', `{ __typename @a(b: ${'['.repeat(500)}${']'.repeat(500)}) }`],
  ])('a document of deeply nested values is refused: %s', (_what, query) =>
    refused(query, 'A value has at most 12 levels.'),
  );

  test('a document with a list of over 1,000 items is refused', () =>
    refused(
      `{ clients(condition: { ids: [${'1 '.repeat(1_001)}] }) { totalCount } }`,
      'A list has at most 1,000 items.',
    ));
});

describe('a filter', () => {
  const filtered = async (filter: unknown) => {
    const { body } = await post(
      'query ($f: ContractFilter) { contracts(filter: $f) { totalCount } }',
      {
        f: filter,
      },
    );
    return body;
  };
  const refusedFilter = (message: string) => ({
    data: null,
    errors: [
      {
        message,
        locations: expect.anything(),
        path: ['contracts'],
        extensions: { code: 'INVALID', kind: 'too_complex', hint: 'Ask for less at a time.' },
      },
    ],
  });
  const id = { id: { equalTo: 1 } };

  test('a filter of over 50 conditions is refused', async () => {
    const some = (count: number) => ({ or: Array.from({ length: count }, () => id) });
    expect(await filtered(some(51))).toEqual(refusedFilter('A filter has at most 50 conditions.'));
    expect(await filtered({ and: [some(30), some(30)] })).toEqual(
      refusedFilter('A filter has at most 50 conditions.'),
    );
    expect(await filtered(some(50))).toEqual({ data: { contracts: { totalCount: 0 } } });
  });

  test('a filter through over 3 relations is refused', async () => {
    const through = { client: { contracts: { some: { client: { contracts: { some: id } } } } } };
    expect(await filtered(through)).toEqual(
      refusedFilter('A filter goes through at most 3 relations.'),
    );
    const aside = { client: id, commercial: id, payments: { some: id }, events: { some: id } };
    expect(await filtered(aside)).toEqual(
      refusedFilter('A filter goes through at most 3 relations.'),
    );
  });

  test('a filter of over 1,000 values is refused', () =>
    refused(
      'query ($f: ContractFilter) { contracts(filter: $f) { totalCount } }',
      'A list has at most 1,000 items.',
      { f: { id: { in: Array.from({ length: 1_001 }, (_, index) => index) } } },
    ));

  test('a filter of nots in nots is refused', () => {
    const nots = (levels: number): unknown => (levels === 0 ? id : { not: nots(levels - 1) });
    return refused(
      'query ($f: ContractFilter) { contracts(filter: $f) { totalCount } }',
      'A value has at most 12 levels.',
      { f: nots(12) },
    );
  });
});

describe('fragments', () => {
  test.each([
    [30, 2],
    [150, 2],
    [5, 40],
  ])(
    'fragments %i deep, each spreading the next %i times, are counted without being expanded',
    (depth, width) =>
      refused(
        `{ ...f0 } ${times(depth, (index) => `fragment f${index} on Query { ${`...f${index + 1} `.repeat(width)} }`)}
       fragment f${depth} on Query { __typename }`,
        'A request has at most 500 fields.',
      ),
  );

  test.each([
    [
      'itself',
      '{ ...a } fragment a on Query { ...a }',
      'Cannot spread fragment "a" within itself.',
    ],
    [
      'itself, below a field',
      '{ me { ...a } } fragment a on Employee { clients { nodes { commercial { ...a } } } }',
      'Cannot spread fragment "a" within itself.',
    ],
    [
      'one another',
      'mutation { ...a } fragment a on Mutation { ...b } fragment b on Mutation { ...a ...b }',
      'Cannot spread fragment "a" within itself via "b".',
    ],
  ])('fragments that spread %s are refused', async (_what, query, message) => {
    const { errors } = await ask(server.url, query, { token });
    expect(errors[0]).toMatchObject({ message, extensions: { code: 'INVALID' } });
  });

  test('ordinary fragments are accepted', async () => {
    const { data, errors } = await ask(
      server.url,
      `{ me { ...whole } clients { nodes { ...client } } contracts { nodes { client { ...client } } } }
       fragment whole on Employee { ...name department } fragment name on Employee { fullName email }
       fragment client on Client { id commercial { ...name } }`,
      { token },
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ me: { email: 'a@epic.example' }, clients: { nodes: [] } });
  });
});

describe('the validation of a document', () => {
  test('a mistake made a thousand times is reported ten times', async () => {
    const { errors } = await ask(server.url, `{ me { ${times(400, (index) => `x${index}`)} } }`);
    expect(errors).toHaveLength(11);
    expect(errors.at(-1)?.message).toBe(
      'Too many validation errors, error limit reached. Validation aborted.',
    );
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['INVALID']));
  });

  test('fields that cannot be merged are found, or given up, within a time limit', async () => {
    const answer = await post(
      `{ me { ${times(240, (index) => `a: clients(first: ${index}) { totalCount }`).slice(0, 15_000)} } }`,
    );
    expect(answer).toMatchObject({
      status: 400,
      body: {
        errors: expect.arrayContaining([expect.objectContaining({ message: expect.any(String) })]),
      },
    });
  });
});

describe('pages', () => {
  const nested = (args: string) =>
    `{ clients(${args}) { nodes { contracts(${args}) { nodes { id } } } } }`;
  const message = 'A request reads at most 100,000 rows.';

  test('the sizes of nested pages are multiplied', () => refused(nested('first: 1000'), message));

  test('the sizes of nested pages are multiplied for `last` too', () =>
    refused(nested('last: 1000'), message));

  test('the sizes of nested pages are multiplied when they are variables', () =>
    refused(`query($n: Int) ${nested('first: $n')}`, message, { n: 1000 }));

  test('the sizes of nested pages are multiplied when they are defaults of variables', () =>
    refused(`query($n: Int = 1000) ${nested('first: $n')}`, message));

  test('the pages within a page of changes are multiplied', () =>
    refused(
      '{ changes(after: "", first: 1000) { entries { client { contracts(first: 1000) { nodes { id } } } } } }',
      message,
    ));

  test('the sizes of sibling pages are added', () =>
    refused(
      `{ ${times(30, (index) => `a${index}: clients(first: 10) { nodes { contracts(first: 400) { nodes { id } } } }`)} }`,
      message,
    ));

  test('a negative page size makes no room for other pages', () =>
    refused(
      `{ debt: clients(first: -2000000000) { nodes { id } } ${nested('first: 1000').slice(1)}`,
      message,
    ));

  test('pages in fragments are counted', () =>
    refused(
      '{ ...f } fragment f on Query { clients(first: 1000) { ...g } } fragment g on ClientConnection { edges { node { contracts(first: 1000) { nodes { id } } } } }',
      message,
    ));
});

describe('variables', () => {
  const query =
    'query($j: JSON) { explainAccess(record: client, verb: create, newValues: $j) { kind } }';

  test('variables with a list of over 1,000 items are refused', () =>
    refused(query, 'A list has at most 1,000 items.', { j: Array(1_001).fill(1) }));

  test('variables of over 10,000 values are refused', () =>
    refused(query, 'The variables have at most 10,000 values.', {
      j: Array.from({ length: 20 }, () => Array(600).fill(1)),
    }));

  test('variables of over 12 levels are refused', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
    return refused(query, 'A value has at most 12 levels.', { j: deep(13) });
  });

  test('variables of 200,000 levels are refused without a stack overflow', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":{"j":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    });
    expect(await response.json()).toEqual(tooComplex('A value has at most 12 levels.'));
  });
});

describe('an anonymous caller', () => {
  test('an anonymous caller may select at most 40 fields', async () => {
    const strangers = await ask(server.url, `{ me { ${'id '.repeat(40)} } }`);
    expect(strangers).toMatchObject({
      status: 400,
      errors: [{ message: 'Before you log in, a request has at most 40 fields.' }],
    });
    const { errors } = await ask(server.url, `{ me { ${'id '.repeat(40)} } }`, { token });
    expect(errors).toEqual([]);
  });
});

describe('an unsupported operation', () => {
  test.each([
    ['a stream', '{ clients { nodes @stream { id } } }', 'Unknown directive "@stream".'],
    ['a deferred answer', '{ ... @defer { me { id } } }', 'Unknown directive "@defer".'],
    ['a definition of types', 'type Query { x: Int }', 'The "Query" definition is not executable.'],
    ['no operation', 'fragment f on Query { __typename }', 'Fragment "f" is never used.'],
  ])('an unsupported operation is refused: %s', async (_what, query, message) => {
    const { errors } = await ask(server.url, query, { token });
    expect(errors).toContainEqual(
      expect.objectContaining({ message, extensions: { code: 'INVALID' } }),
    );
  });
});

test('a document that looks like the cache key of another one does not replace it', async () => {
  const document = `query Long { me { id } } # ${'x'.repeat(1_000)}`;
  const key = createHash('sha1').update(document).digest('base64');
  expect((await ask(server.url, key, { token })).errors).toHaveLength(1);
  expect((await ask(server.url, document, { token })).errors).toEqual([]);
});
