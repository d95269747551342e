import { randomUUID } from 'node:crypto';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// Imports as a program sees them; what comes of each line is tested in tests/sql/imports.sql.

let database: TestDatabase;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  server = await startServer(database);
  token = (await logIn(server.url, 'alice@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

interface Outcome {
  record: string;
  created: number;
  problems: Record<string, unknown>[];
}

const run = (values: readonly object[], record = 'client') =>
  ask<{ runImport: { outcome: Outcome } | null }>(
    server.url,
    `mutation ($importId: UUID!, $lines: JSON!, $record: ImportRecord!) {
       stageImport(input: { importId: $importId, lines: $lines }) { staged }
       runImport(input: { importId: $importId, record: $record }) {
         outcome { record created problems { line code kind field columnName message } }
       }
     }`,
    {
      token,
      variables: {
        importId: randomUUID(),
        record,
        lines: values.map((each, index) => ({ line: index + 1, values: each })),
      },
    },
  );

test('lines have the names of ClientInput, or those of the columns', async () => {
  const { data, errors } = await run([
    {
      fullName: 'Zoé Ünal',
      email: 'zoe@unal.example',
      companyName: 'Ünal',
      firstContact: '2026-05-06',
    },
    { full_name: 'Ada', email: 'ada@unal.example', company_name: 'Ünal' },
  ]);
  expect(errors).toEqual([]);
  expect(data?.runImport?.outcome).toEqual({ record: 'client', created: 2, problems: [] });
  const rows = await database.query(
    `select full_name, first_contact = '2026-05-06' as is_given from crm.client where company_name = 'Ünal' order by id`,
  );
  expect(rows).toEqual([
    { full_name: 'Zoé Ünal', is_given: true },
    { full_name: 'Ada', is_given: false },
  ]);
});

test('a problem has the code and kind of an error, and the name of its field', async () => {
  const { data } = await run([{ email: 'no.name@unal.example' }, { fullName: 'Bo', email: 'bo' }]);
  expect(data?.runImport?.outcome.problems).toEqual([
    {
      line: 1,
      code: 'INVALID',
      kind: 'missing',
      field: 'fullName',
      columnName: 'full_name',
      message: 'This is missing.',
    },
    {
      line: 2,
      code: 'INVALID',
      kind: 'client_email_is_an_address',
      field: 'email',
      columnName: 'email',
      message: 'An e-mail address looks like name@example.com.',
    },
  ]);
});

test('the kind of a problem is that of the error for one record', async () => {
  const { errors } = await ask(
    server.url,
    'mutation { createClient(input: { client: { fullName: "Bo", email: "bo" } }) { client { id } } }',
    { token },
  );
  const { data } = await run([{ fullName: 'Bo', email: 'bo' }]);
  const [problem] = data?.runImport?.outcome.problems ?? [];
  const { code, kind, field } = problem ?? {};
  expect(errors[0]?.extensions).toEqual({ code, kind, field });
});

test('an unknown field is refused with the fields that there are', async () => {
  const { errors } = await run([{ fullName: 'Zoé', shoeSize: 40 }]);
  expect(errors).toMatchObject([
    {
      message:
        'No client is imported with “shoeSize”: there are fullName, email, phone, companyName, firstContact.',
      extensions: { code: 'INVALID', kind: 'import_columns_are_known', field: 'shoeSize' },
    },
  ]);
});

test('a value under both of its names is refused', async () => {
  const { errors } = await run([{ fullName: 'Zoé', full_name: 'Ada' }]);
  expect(errors[0]).toMatchObject({
    message: 'Line 1 has one value as “fullName” and as “full_name”: give it once.',
    extensions: { code: 'INVALID', kind: 'import_value_is_given_once', field: 'fullName' },
  });
});

test('a record that is not imported is refused by the schema', async () => {
  const { data, errors } = await run([], 'payment');
  expect(data).toBeNull();
  expect(errors[0]?.message).toContain('Value "payment" does not exist in "ImportRecord" enum.');
});
