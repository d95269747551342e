import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, codesOf, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
const tokens: Record<string, string> = {};
const ids: Record<string, number> = {};
let alicesClient: number;
let othersClient: number;

beforeAll(async () => {
  database = await cloneDatabase();
  for (const [name, department] of [
    ['alice', 'sales'],
    ['albert', 'sales'],
    ['sam', 'support'],
    ['mia', 'management'],
  ] as const) {
    ids[name] = await addEmployee(database, { email: `${name}@epic.example`, department });
  }
  alicesClient = await addClient(database, ids.alice ?? 0);
  othersClient = await addClient(database, ids.albert ?? 0);
  server = await startServer(database);
  for (const name of Object.keys(ids)) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const as = (name: string, query: string, variables: Record<string, unknown> = {}) =>
  ask(server.url, query, { token: tokens[name], variables });

const department = (name: string) => ({
  id: null,
  fullName: null,
  department: name,
  email: null,
  phone: null,
});

const rename = (id: number) =>
  `mutation { updateClient(input: { id: ${id}, patch: { fullName: "New Name" } }) { client { fullName } } }`;

describe('a refusal', () => {
  test('an update of a visible row that is not permitted is FORBIDDEN, with the policy and its sentence', async () => {
    const [policy] = await database.query<{ name: string; comment: string }>(
      `select polname as name, obj_description(oid, 'pg_policy') as comment
       from pg_policy where polrelid = 'crm.client'::regclass and polname = 'sales_update_own'`,
    );
    const { data, errors } = await as('alice', rename(othersClient));
    expect(data).toEqual({ updateClient: null });
    expect(errors).toEqual([
      expect.objectContaining({
        message: `You may not update client ${othersClient}.`,
        path: ['updateClient'],
        extensions: {
          code: 'FORBIDDEN',
          kind: policy?.name,
          reason: policy?.comment,
          contact: {
            id: ids.albert,
            fullName: 'Test Person',
            department: 'sales',
            email: 'albert@epic.example',
            phone: null,
          },
        },
      }),
    ]);
    expect((await as('alice', rename(alicesClient))).errors).toEqual([]);
  });

  test('an update of a missing row is NOT_FOUND', async () => {
    const { errors } = await as('alice', rename(99999));
    expect(errors[0]).toMatchObject({ message: 'There is no client 99999.' });
    expect(errors[0]?.extensions).toEqual({ code: 'NOT_FOUND', kind: 'client_pkey', field: 'id' });
  });

  test('a write to a column without a grant is FORBIDDEN', async () => {
    const { errors } = await as(
      'sam',
      `mutation { updateClient(input: { id: ${alicesClient}, patch: { phone: "+33 1" } }) { client { id } } }`,
    );
    expect(errors[0]).toMatchObject({ message: `You may not update client ${alicesClient}.` });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      contact: {
        id: ids.alice,
        fullName: 'Test Person',
        department: 'sales',
        email: 'alice@epic.example',
        phone: null,
      },
    });
  });

  test('an insert and a delete without permission are FORBIDDEN', async () => {
    const created = await as(
      'sam',
      'mutation { createClient(input: { client: { fullName: "A", email: "a@b.fr" } }) { client { id } } }',
    );
    expect(created.errors[0]).toMatchObject({ message: 'You may not create this client.' });
    expect(created.errors[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      kind: 'sales_create_own',
      reason: 'Sales create clients, and look after those they create.',
      contact: department('sales'),
    });
    const deleted = await as(
      'alice',
      'mutation { deleteEmployee(input: { id: 1 }) { employee { id } } }',
    );
    expect(deleted.errors[0]).toMatchObject({ message: 'You may not delete employee 1.' });
    expect(deleted.errors[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      kind: 'management_delete_others',
      reason: 'Management deletes any employee but themselves.',
      contact: department('management'),
    });
    const hired = await as(
      'alice',
      'mutation { createEmployee(input: { fullName: "A", email: "a@b.fr", department: sales }) { oneTimePassword } }',
    );
    expect(hired.errors[0]).toMatchObject({ message: 'You may not create this employee.' });
    expect(hired.errors[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      kind: 'management_create_any',
      reason: 'Management creates employees.',
      contact: department('management'),
    });
  });

  test.each([
    [
      'eraseClient',
      () =>
        `eraseClient(input: { clientId: ${alicesClient}, confirm: true }) { erasure { clientId } }`,
      () => `You may not erase client ${alicesClient}.`,
      'erase_client',
    ],
    [
      'resetPassword',
      () => `resetPassword(input: { employeeId: ${ids.mia} }) { oneTimePassword }`,
      () => `You may not reset the password of employee ${ids.mia}.`,
      'reset_password',
    ],
  ])(
    'a refused function call says what was refused and who may: %s',
    async (_name, call, message, kind) => {
      const { errors } = await as('sam', `mutation { ${call()} }`);
      expect(errors[0]).toMatchObject({ message: message() });
      expect(errors[0]?.extensions).toEqual({
        code: 'FORBIDDEN',
        kind,
        reason: 'Only management may do this.',
        contact: department('management'),
      });
    },
  );

  test('a refused reset of one’s own password has its policy as its kind', async () => {
    const [policy] = await database.query<{ comment: string }>(
      `select obj_description(oid, 'pg_policy') as comment
       from pg_policy where polname = 'management_reset_others'`,
    );
    const { errors } = await as(
      'mia',
      `mutation { resetPassword(input: { employeeId: ${ids.mia} }) { oneTimePassword } }`,
    );
    expect(errors[0]).toMatchObject({
      message: `You may not reset the password of employee ${ids.mia}.`,
    });
    expect(errors[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      kind: 'management_reset_others',
      reason: policy?.comment,
    });
  });

  test('a refusal of one field leaves the others unaffected', async () => {
    const { data, errors } = await as(
      'alice',
      `mutation {
         first: updateClient(input: { id: ${alicesClient}, patch: { fullName: "First" } }) { client { fullName } }
         second: updateClient(input: { id: ${othersClient}, patch: { fullName: "Second" } }) { client { fullName } }
       }`,
    );
    expect(data).toEqual({ first: { client: { fullName: 'First' } }, second: null });
    expect(errors.map(({ path }) => path)).toEqual([['second']]);
  });
});

describe('a broken rule', () => {
  test('a broken constraint is INVALID, with its sentence and its field', async () => {
    const { errors } = await as(
      'alice',
      `mutation { updateClient(input: { id: ${alicesClient}, patch: { email: "nonsense" } }) { client { id } } }`,
    );
    expect(errors[0]).toMatchObject({ message: 'An e-mail address looks like name@example.com.' });
    expect(errors[0]?.extensions).toEqual({
      code: 'INVALID',
      kind: 'client_email_is_an_address',
      field: 'email',
    });
  });

  test('a rule of a trigger is INVALID, with its sentence, kind and field', async () => {
    const { errors } = await as(
      'mia',
      `mutation { handOverClient(input: { clientId: ${alicesClient}, toEmployeeId: ${ids.sam} }) { client { id } } }`,
    );
    expect(errors[0]).toMatchObject({
      message:
        'Test Person cannot look after clients: a sales contact is an active sales employee.',
    });
    expect(errors[0]?.extensions).toEqual({
      code: 'INVALID',
      kind: 'client_has_an_active_sales_contact',
      field: 'commercialContactId',
    });
  });

  test('a broken rule has further facts as data', async () => {
    const { errors } = await as(
      'mia',
      `mutation { deactivateEmployee(input: { employeeId: ${ids.alice} }) { employee { id } } }`,
    );
    expect(errors[0]?.extensions).toEqual({
      code: 'INVALID',
      kind: 'employee_hands_over_first',
      field: 'handOverTo',
      facts: { employeeId: ids.alice, clients: 1, events: 0 },
    });
    const erasing = await as(
      'mia',
      `mutation { eraseClient(input: { clientId: ${alicesClient}, confirm: false }) { erasure { clientId } } }`,
    );
    expect(erasing.errors[0]?.extensions).toEqual({
      code: 'INVALID',
      kind: 'client_erasure_is_confirmed',
      field: 'confirm',
      facts: { mentionedIn: [] },
    });
  });

  test.each([
    [
      'createContract(input: { contract: { clientId: 99999, totalAmount: "10" } }) { contract { id } }',
      'There is no client 99999.',
      { kind: 'contract_client_id_fkey', field: 'clientId' },
    ],
    [
      'handOverClient(input: { clientId: 1, toEmployeeId: 99999 }) { client { id } }',
      'There is no employee 99999.',
      { kind: 'client_commercial_contact_id_fkey', field: 'commercialContactId' },
    ],
    [
      'recordPayment(input: { contractId: 99999, amount: "10" }) { payment { id } }',
      'There is no contract 99999.',
      { kind: 'payment_contract_id_fkey', field: 'contractId' },
    ],
    [
      'assignSupport(input: { eventId: 99999, employeeId: 1 }) { event { id } }',
      'There is no event 99999.',
      { kind: 'event_pkey', field: 'eventId' },
    ],
  ])(
    'that something refers to is NOT_FOUND when it is not there: %s',
    async (call, message, why) => {
      const { errors } = await as('mia', `mutation { ${call} }`);
      expect(errors[0]).toMatchObject({ message });
      expect(errors[0]?.extensions).toEqual({ code: 'NOT_FOUND', ...why });
    },
  );

  test('a duplicate value is CONFLICT', async () => {
    const { errors } = await as(
      'mia',
      'mutation { createEmployee(input: { fullName: "A", email: "ALICE@epic.example", department: sales }) { oneTimePassword } }',
    );
    expect(errors[0]).toMatchObject({
      message: 'Another employee already has this e-mail address.',
    });
    expect(errors[0]?.extensions).toEqual({
      code: 'CONFLICT',
      kind: 'employee_email_key',
      field: 'email',
    });
  });

  test('deleting a referenced row is CONFLICT, and names the references', async () => {
    const { errors } = await as(
      'mia',
      'mutation { deleteEmployee(input: { id: 1 }) { employee { id } } }',
    );
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/^The employee .*\.$/),
    });
    expect(errors[0]?.extensions).toEqual({
      code: 'CONFLICT',
      kind: 'client_commercial_contact_id_fkey',
      field: 'commercialContactId',
    });
  });

  test.each([
    ['a missing value', '{ fullName: null }', 'The full name is missing.', 'missing'],
    [
      'a NUL character',
      '{ fullName: "a\\u0000b" }',
      'A text may not contain a NUL character.',
      'text_has_nul',
    ],
    ['nothing to change', '{}', expect.any(String), undefined],
  ])('a value with %s is INVALID', async (_what, patch, message, kind) => {
    const { errors } = await as(
      'alice',
      `mutation { updateClient(input: { id: ${alicesClient}, patch: ${patch} }) { client { id } } }`,
    );
    expect(errors[0]).toMatchObject({ message, extensions: { code: 'INVALID' } });
    expect(errors[0]?.extensions.kind).toBe(kind);
  });

  test.each([
    ['startDate: "2040-01-01T00:00:00Z"', 'startDate'],
    ['endDate: "2020-01-01T00:00:00Z"', 'endDate'],
    ['startDate: "2031-01-02T00:00:00Z", endDate: "2031-01-01T00:00:00Z"', 'endDate'],
  ])(
    'a rule about several columns names the one that was written last: %s',
    async (patch, field) => {
      const [event] = await database.query<{ id: number }>(
        `with contract as (
         insert into crm.contract (client_id, total_amount, status) values ($1, 10, 'signed') returning id)
       insert into crm.event (contract_id, title, start_date, end_date, support_contact_id)
       select id, 'Ball ' || id, '2030-01-01', '2030-01-02', $2 from contract returning id`,
        [alicesClient, ids.sam],
      );
      const { errors } = await as(
        'sam',
        `mutation { updateEvent(input: { id: ${event?.id}, patch: { ${patch} } }) { event { id } } }`,
      );
      expect(errors[0]?.extensions).toEqual({
        code: 'INVALID',
        kind: 'event_ends_after_it_starts',
        field,
      });
    },
  );

  test('an impossible amount or date is INVALID', async () => {
    const contract = await as(
      'alice',
      `mutation { createContract(input: { contract: { clientId: ${alicesClient}, totalAmount: "a lot" } }) { contract { id } } }`,
    );
    const huge = await as(
      'alice',
      `mutation { createContract(input: { contract: { clientId: ${alicesClient}, totalAmount: "1e30" } }) { contract { id } } }`,
    );
    const date = await as('alice', '{ events(condition: { from: "soon" }) { nodes { id } } }');
    expect([contract, huge, date].map(codesOf)).toEqual([['INVALID'], ['INVALID'], ['INVALID']]);
  });
});

describe('a malformed request', () => {
  test.each([
    ['a syntax error', '{ clients {', /^Syntax Error/],
    ['an unknown field', '{ clients { nodes { secret } } }', /Cannot query field "secret"/],
    ['a missing argument', '{ client { id } }', /argument "id"/],
  ])('a malformed request is INVALID: %s', async (_what, query, message) => {
    const { status, errors } = await as('alice', query);
    expect(status).toBe(400);
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(message),
      extensions: { code: 'INVALID' },
    });
  });

  test('a variable of the wrong type is INVALID', async () => {
    const answer = await as('alice', 'query Q($id: Int!) { client(id: $id) { id } }', { id: 'x' });
    expect(codesOf(answer)).toEqual(['INVALID']);
  });
});

describe('an unexpected error', () => {
  test('an unexpected error is INTERNAL with an id that is also in the log, and nothing else', async () => {
    await database.query('alter table crm.payment rename to payment_is_gone');
    const { errors } = await as('alice', 'query Broken { payments { nodes { amount } } }');
    await database.query('alter table crm.payment_is_gone rename to payment');

    expect(errors[0]?.extensions).toEqual({
      code: 'INTERNAL',
      errorId: expect.stringMatching(/^[A-Z2-9]{8}$/),
    });
    const errorId = errors[0]?.extensions.errorId;
    expect(errors[0]?.message).toContain(errorId);
    expect(JSON.stringify(errors)).not.toMatch(/payment_|relation|select|stack/);

    // The answer may arrive before the server's output does.
    const findLine = () =>
      server
        .output()
        .split('\n')
        .find((text) => text.includes(String(errorId)));
    while (findLine() === undefined) await sleep(10);
    expect(JSON.parse(findLine() ?? '')).toMatchObject({
      msg: 'unexpected error',
      operation: 'Broken',
      err: { code: '42P01', message: expect.stringContaining('crm.payment') },
    });
  });

  test('a request is UNAVAILABLE while the database is away, and answered when it is back', async () => {
    const admin = new URL(database.adminUrl);
    admin.pathname = '/postgres';
    const elsewhere = new Client({ connectionString: admin.href });
    await elsewhere.connect();
    try {
      await elsewhere.query(`alter database ${database.name} allow_connections false`);
      await elsewhere.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'epic_authenticator'`,
        [database.name],
      );
      // the server may send a statement on a connection before it hears that the connection has ended
      await until(async () => {
        const [away] = (await as('alice', '{ me { id } }')).errors;
        expect(away?.extensions.code).toBe('UNAVAILABLE');
        return away?.message === 'The database cannot be reached at the moment.';
      });
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    } finally {
      await elsewhere.query(`alter database ${database.name} allow_connections true`);
      await elsewhere.end();
    }
    expect(codesOf(await as('alice', '{ me { id } }'))).toEqual([]);
  });
});
