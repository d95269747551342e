import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { codesOf, logIn } from './support/api.ts';
import { attack, changesNothing } from './support/attack.ts';

// Attacks of a logged-in employee on the data, through the API. The rules
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

const as = <Data = Record<string, unknown>>(
  name: string,
  query: string,
  variables: Record<string, unknown> = {},
) => attack<Data>(server.url, query, { token: tokens[name], variables });

describe('the id of a record that belongs to a colleague', () => {
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

  test.each(attempts)(
    'the id of a colleague’s record does not let %s %s',
    async (who, _what, query, code) => {
      const answer = await changesNothing(database, () => as(who, `mutation { ${query()} }`));
      expect(codesOf(answer)).toEqual([code]);
      expect(Object.values(answer.data ?? {})).toEqual([null]);
    },
  );

  test.each(['alice', 'sara', 'mia'])(
    'the id of a colleague’s notification does not let %s read it',
    async (who) => {
      expect(notification).toBeGreaterThan(0);
      const { data, errors } = await as<{
        notification: unknown;
        notifications: { nodes: { id: number }[] };
      }>(
        who,
        `{ notification(id: ${notification}) { kind subject oldValues newValues } notifications { nodes { id } } }`,
      );
      expect(errors).toEqual([]);
      expect(data?.notification).toBeNull();
      expect(data?.notifications.nodes.map(({ id }) => id)).not.toContain(notification);
    },
  );
});

describe('a column that no department writes', () => {
  test.each([
    ['updateClient', 'ClientPatch', { id: 999 }],
    ['updateClient', 'ClientPatch', { lastUpdate: '2000-01-01T00:00:00Z' }],
    ['updateClient', 'ClientPatch', { erasedAt: '2000-01-01T00:00:00Z' }],
    ['updateContract', 'ContractPatch', { amountToBePaid: '0' }],
    ['updateContract', 'ContractPatch', { clientId: 1 }],
    ['updateContract', 'ContractPatch', { commercialId: 1 }],
    ['updateContract', 'ContractPatch', { createdAt: '2000-01-01T00:00:00Z' }],
    ['updateContract', 'ContractPatch', { signedAt: null }],
    ['updateEvent', 'EventPatch', { contractId: 1 }],
    ['updateContract', 'ContractPatch', { status: 'signed' }],
    ['updateClient', 'ClientPatch', { commercialId: 1 }],
    ['updateEvent', 'EventPatch', { supportContactId: 1 }],
    ['updateEmployee', 'EmployeePatch', { active: false }],
    ['updateEmployee', 'EmployeePatch', { department: 'management' }],
    ['updateEmployee', 'EmployeePatch', { id: 999 }],
    ['updateEmployee', 'EmployeePatch', { createdAt: '2000-01-01T00:00:00Z' }],
    ['updateEmployee', 'EmployeePatch', { passwordHash: 'x' }],
    ['updateNotification', 'NotificationPatch', { recipientId: 1 }],
    ['updateNotification', 'NotificationPatch', { kind: 'event_moved' }],
    ['updateNotification', 'NotificationPatch', { subject: 'x' }],
    ['updateNotification', 'NotificationPatch', { newValues: {} }],
  ])(
    'a column that no department writes is no part of %s: %s %p',
    async (mutation, type, patch) => {
      const query = `mutation Assign($patch: ${type}!) { ${mutation}(input: { id: 1, patch: $patch }) { __typename } }`;
      const { data, errors } = await changesNothing(database, () => as('mia', query, { patch }));
      const [field] = Object.keys(patch);
      expect(data).toBeNull();
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining(`Field "${field}" is not defined by type "${type}"`),
          extensions: { code: 'INVALID' },
        },
      ]);
    },
  );

  test.each([
    ['createClient', 'ClientInput', { fullName: 'x', email: 'x@x.example', commercialId: 1 }],
    ['createContract', 'ContractInput', { clientId: 1, totalAmount: '1', status: 'signed' }],
  ])(
    'a column that no department writes is no part of %s: %s %p',
    async (mutation, type, value) => {
      const name = type.replace('Input', '').toLowerCase();
      const query = `mutation Assign($value: ${type}!) { ${mutation}(input: { ${name}: $value }) { __typename } }`;
      const { errors } = await changesNothing(database, () => as('alice', query, { value }));
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(/Field "\w+" is not defined by type/),
          extensions: { code: 'INVALID' },
        },
      ]);
    },
  );
});

describe('a filter through a relation', () => {
  const found = async (who: string, list: string, filter: string) => {
    const answer = await as<{ list: { totalCount: number } }>(
      who,
      `{ list: ${list}(filter: { ${filter} }) { totalCount } }`,
    );
    return answer.data?.list.totalCount;
  };

  test('a filter through a relation does not tell of rows that the caller may not read', async () => {
    const told = `notifications: { some: { id: { equalTo: ${notification} } } }`;
    expect(await found('sam', 'events', told)).toBe(1);
    expect(await found('sam', 'employees', told)).toBe(1);
    for (const who of ['alice', 'sara', 'mia']) {
      expect(await found(who, 'events', told)).toBe(0);
      expect(await found(who, 'employees', told)).toBe(0);
    }
  });

  test('a filter of history finds no changes of employees for sales and support', async () => {
    const changes = `record: { equalTo: employee }, employee: { id: { in: [${ids.mia}] } }`;
    expect(await found('alice', 'historyEntries', changes)).toBe(0);
    expect(await found('alice', 'historyEntries', 'record: { in: [employee] }')).toBe(0);
    expect(await found('mia', 'historyEntries', 'record: { in: [employee] }')).toBeGreaterThan(0);
  });
});
