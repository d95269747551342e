import type { Contact } from '../../src/client/index.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, codesOf, logIn } from './support/api.ts';

// Alice and Albert sell, Sam and Sue run events, Mia manages. Everything belongs to a client of Alice's; each test
// makes what it changes.

type Name = 'alice' | 'albert' | 'sam' | 'sue' | 'mia';

let database: TestDatabase;
let server: RunningServer;
const ids = {} as Record<Name, number>;
const tokens = {} as Record<Name, string>;
const reasons = {} as Record<string, string>;

beforeAll(async () => {
  database = await cloneDatabase();
  for (const [name, department] of [
    ['alice', 'sales'],
    ['albert', 'sales'],
    ['sam', 'support'],
    ['sue', 'support'],
    ['mia', 'management'],
  ] as const) {
    const fullName = name[0]?.toUpperCase() + name.slice(1);
    ids[name] = await addEmployee(database, {
      email: `${name}@epic.example`,
      department,
      fullName,
    });
  }
  server = await startServer(database);
  for (const name of ['alice', 'albert', 'sam', 'sue', 'mia'] as const) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
  for (const { name, comment } of await database.query<{ name: string; comment: string }>(
    `select format('%s.%s', relname, polname) as name, obj_description(pg_policy.oid, 'pg_policy') as comment
     from pg_policy join pg_class on pg_class.oid = polrelid`,
  )) {
    reasons[name] = comment;
  }
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const call = (name: Name, verb: string, input: string, fields: string) =>
  ask(server.url, `mutation { ${verb}(input: ${input}) { ${fields} } }`, { token: tokens[name] });

async function idOf(sql: string): Promise<number> {
  const [row] = await database.query<{ id: number }>(sql);
  return row?.id ?? 0;
}

async function addContract(status: 'draft' | 'signed', clientId?: number): Promise<number> {
  const client = clientId ?? (await addClient(database, ids.alice));
  return idOf(
    `insert into crm.contract (client_id, total_amount, status) values (${client}, 5000, '${status}') returning id`,
  );
}

async function addPayment(contract: number): Promise<number> {
  return idOf(
    `insert into crm.payment (contract_id, amount, recorded_by) values (${contract}, 2000, ${ids.alice}) returning id`,
  );
}

async function addEvent(support: Name | null): Promise<number> {
  const contract = await addContract('signed');
  return idOf(
    `insert into crm.event (contract_id, title, start_date, end_date, support_contact_id)
     values (${contract}, 'Gala', now() + interval '1 day', now() + interval '2 days', ${support ? ids[support] : null})
     returning id`,
  );
}

const management: Contact = {
  id: null,
  fullName: null,
  department: 'management',
  email: null,
  phone: null,
};
const alice = (): Contact => ({
  id: ids.alice,
  fullName: 'Alice',
  department: 'sales',
  email: 'alice@epic.example',
  phone: null,
});

/** What the API answers to a verb that is refused: all of it. */
const refused = (
  verb: string,
  message: string,
  why: { reason: string | undefined; kind: string; contact: Contact },
) => ({
  data: { [verb]: null },
  errors: [
    expect.objectContaining({ message, path: [verb], extensions: { code: 'FORBIDDEN', ...why } }),
  ],
});

const changesEvents = () => ({
  reason: reasons['event.management_update_any'],
  kind: 'management_update_any',
  contact: management,
});

test('signContract', async () => {
  const contract = await addContract('draft');
  const sign = (name: Name, id = contract) =>
    call(name, 'signContract', `{ contractId: ${id} }`, 'contract { id status signedAt }');

  expect(await sign('albert')).toMatchObject(
    refused('signContract', `You may not sign contract ${contract}.`, {
      reason: reasons['contract.sales_update_own'],
      kind: 'sales_update_own',
      contact: alice(),
    }),
  );
  expect((await sign('alice')).data).toEqual({
    signContract: { contract: { id: contract, status: 'signed', signedAt: expect.any(String) } },
  });
  const again = await sign('alice');
  const [{ since } = { since: new Date(0) }] = await database.query<{ since: Date }>(
    `select signed_at as since from crm.contract where id = ${contract}`,
  );
  expect(again.errors).toEqual([
    expect.objectContaining({
      message: `Contract ${contract} is signed already.`,
      extensions: {
        code: 'CONFLICT',
        kind: 'contract_is_not_signed_yet',
        field: 'status',
        facts: { since: expect.any(String) },
      },
    }),
  ]);
  const facts = again.errors[0]?.extensions.facts as { since: string };
  expect(new Date(facts.since)).toEqual(since);
  const unknown = await sign('alice', 99999);
  expect(unknown.errors).toEqual([
    expect.objectContaining({
      message: 'There is no contract 99999.',
      extensions: { code: 'NOT_FOUND', kind: 'contract_pkey', field: 'contractId' },
    }),
  ]);
});

test('cancelContract', async () => {
  const contract = await addContract('signed');
  const cancel = (name: Name) =>
    call(name, 'cancelContract', `{ contractId: ${contract} }`, 'contract { id status }');

  expect(await cancel('alice')).toMatchObject(
    refused('cancelContract', `You may not cancel contract ${contract}.`, {
      reason: reasons['contract.sales_update_own'],
      kind: 'sales_update_own',
      contact: management,
    }),
  );
  expect((await cancel('mia')).data).toEqual({
    cancelContract: { contract: { id: contract, status: 'cancelled' } },
  });
  expect((await cancel('mia')).errors).toEqual([
    expect.objectContaining({
      message: `Contract ${contract} is cancelled already.`,
      extensions: {
        code: 'CONFLICT',
        kind: 'contract_is_not_cancelled_yet',
        field: 'status',
        facts: { since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
      },
    }),
  ]);
});

test('recordPayment', async () => {
  const contract = await addContract('signed');
  const pay = (name: Name, amount: string, more = '') =>
    call(
      name,
      'recordPayment',
      `{ contractId: ${contract}, amount: "${amount}"${more} }`,
      'payment { amount paidOn contract { amountToBePaid } }',
    );

  expect(await pay('albert', '10')).toMatchObject(
    refused('recordPayment', 'You may not record this payment.', {
      reason: reasons['payment.sales_record_own'],
      kind: 'sales_record_own',
      contact: alice(),
    }),
  );
  expect((await pay('alice', '1000.50', ', paidOn: "2026-02-03"')).data).toEqual({
    recordPayment: {
      payment: {
        amount: '1000.50',
        paidOn: '2026-02-03',
        contract: { amountToBePaid: '3999.50' },
      },
    },
  });
  expect(codesOf(await pay('alice', '-1000.50'))).toEqual(['FORBIDDEN']);
  expect(codesOf(await pay('mia', '-1000.50'))).toEqual([]);

  const { errors } = await pay('alice', '5000.01');
  expect(errors).toEqual([
    expect.objectContaining({
      message: `Contract ${contract} has 5 000.00 € left to pay: 5 000.01 € is more than that.`,
      extensions: {
        code: 'INVALID',
        kind: 'payment_is_at_most_what_remains',
        field: 'amount',
        facts: { contractId: contract, amountToBePaid: '5000.00' },
      },
    }),
  ]);
});

test('correctPayment', async () => {
  const payment = await addPayment(await addContract('signed'));
  const correct = (name: Name) =>
    call(
      name,
      'correctPayment',
      `{ paymentId: ${payment} }`,
      'correction { amount contract { amountToBePaid } }',
    );

  expect(await correct('alice')).toMatchObject(
    refused('correctPayment', `You may not correct payment ${payment}.`, {
      reason: reasons['payment.sales_record_own'],
      kind: 'sales_record_own',
      contact: management,
    }),
  );
  expect((await correct('mia')).data).toEqual({
    correctPayment: { correction: { amount: '-2000.00', contract: { amountToBePaid: '5000.00' } } },
  });
});

test('assignSupport', async () => {
  const event = await addEvent(null);
  const assign = (name: Name) =>
    call(
      name,
      'assignSupport',
      `{ eventId: ${event}, employeeId: ${ids.sam} }`,
      'event { supportContact { fullName } }',
    );

  expect(await assign('alice')).toMatchObject(
    refused('assignSupport', `You may not assign event ${event}.`, changesEvents()),
  );
  expect((await assign('mia')).data).toEqual({
    assignSupport: { event: { supportContact: { fullName: 'Sam' } } },
  });
});

test('unassignSupport', async () => {
  const event = await addEvent('sam');
  const unassign = (name: Name) =>
    call(name, 'unassignSupport', `{ eventId: ${event} }`, 'event { supportContactId }');

  expect(await unassign('sam')).toMatchObject(
    refused('unassignSupport', `You may not unassign event ${event}.`, changesEvents()),
  );
  expect((await unassign('mia')).data).toEqual({
    unassignSupport: { event: { supportContactId: null } },
  });
});

test('handOverClient', async () => {
  const client = await addClient(database, ids.alice);
  const handOver = (name: Name) =>
    call(
      name,
      'handOverClient',
      `{ clientId: ${client}, toEmployeeId: ${ids.albert} }`,
      'client { commercial { fullName } }',
    );

  expect(await handOver('alice')).toMatchObject(
    refused('handOverClient', `You may not hand over client ${client}.`, {
      reason: reasons['client.management_hand_over_any'],
      kind: 'management_hand_over_any',
      contact: management,
    }),
  );
  expect((await handOver('mia')).data).toEqual({
    handOverClient: { client: { commercial: { fullName: 'Albert' } } },
  });
});

test('deactivateEmployee', async () => {
  const deactivate = (name: Name) =>
    call(name, 'deactivateEmployee', `{ employeeId: ${ids.sue} }`, 'employee { active }');

  expect(await deactivate('alice')).toMatchObject(
    refused('deactivateEmployee', `You may not deactivate employee ${ids.sue}.`, {
      reason: reasons['employee.management_update_any'],
      kind: 'management_update_any',
      contact: management,
    }),
  );
  expect((await deactivate('mia')).data).toEqual({
    deactivateEmployee: { employee: { active: false } },
  });
});

test('moveEmployee and activateEmployee return the employee', async () => {
  const id = await idOf(
    `insert into crm.employee (full_name, email, department, active)
     values ('Nils', 'nils@epic.example', 'support', false) returning id`,
  );
  const move = (name: Name) =>
    call(
      name,
      'moveEmployee',
      `{ employeeId: ${id}, department: sales }`,
      'employee { department }',
    );
  const activate = (name: Name) =>
    call(name, 'activateEmployee', `{ employeeId: ${id} }`, 'employee { active }');

  expect(await move('alice')).toMatchObject({
    data: { moveEmployee: null },
    errors: [{ extensions: { code: 'FORBIDDEN', kind: 'management_update_any' } }],
  });
  expect(await activate('sam')).toMatchObject({
    data: { activateEmployee: null },
    errors: [{ extensions: { code: 'FORBIDDEN', kind: 'management_update_any' } }],
  });
  expect((await move('mia')).data).toEqual({ moveEmployee: { employee: { department: 'sales' } } });
  expect((await activate('mia')).data).toEqual({
    activateEmployee: { employee: { active: true } },
  });
});

test('moveEmployee hands over in the same transaction', async () => {
  const id = await idOf(
    `insert into crm.employee (full_name, email, department)
     values ('Nora', 'nora@epic.example', 'sales') returning id`,
  );
  const client = await idOf(
    `insert into crm.client (full_name, email, commercial_contact_id)
     values ('Ute', 'ute@client.example', ${id}) returning id`,
  );
  const move = (more: string) =>
    call(
      'mia',
      'moveEmployee',
      `{ employeeId: ${id}, department: support${more} }`,
      'employee { id }',
    );
  expect(await move('')).toMatchObject({
    errors: [{ extensions: { code: 'INVALID', kind: 'employee_hands_over_first' } }],
  });
  expect((await move(`, handOverTo: ${ids.albert}`)).data).toEqual({
    moveEmployee: { employee: { id } },
  });
  expect(
    await database.query('select commercial_contact_id as id from crm.client where id = $1', [
      client,
    ]),
  ).toEqual([{ id: ids.albert }]);
});

test('markNotificationsRead marks any number of notifications', async () => {
  await database.query('delete from crm.notification');
  const event = await addEvent('sam');
  await database.query('delete from crm.notification');
  await database.query(
    `insert into crm.notification (recipient_id, kind, subject, event_id)
     select recipient, 'event_moved', 'Show ' || nth, ${event}
     from unnest(array[${ids.sam}, ${ids.alice}]) recipient, generate_series(1, 1200) nth
     order by nth`,
  );
  const mark = (input: string) =>
    ask<{ markNotificationsRead: { notifications: { id: number; readAt: string | null }[] } }>(
      server.url,
      `mutation { markNotificationsRead(input: ${input}) { notifications { id readAt } } }`,
      { token: tokens.sam },
    );
  const first = await idOf(
    `select min(id) as id from crm.notification where recipient_id = ${ids.sam}`,
  );

  const upToFirst = (await mark(`{ upTo: ${first} }`)).data?.markNotificationsRead.notifications;
  expect(upToFirst).toEqual([{ id: first, readAt: expect.any(String) }]);
  const rest = (await mark('{}')).data?.markNotificationsRead.notifications;
  expect(rest).toHaveLength(1199);
  expect((await mark('{}')).data?.markNotificationsRead.notifications).toEqual([]);
  expect(
    await database.query(
      'select count(*)::int as unread from crm.notification where read_at is null',
    ),
  ).toEqual([{ unread: 1200 }]);
});

test('every mutation without a session is UNAUTHENTICATED', async () => {
  const { errors } = await ask(
    server.url,
    'mutation { signContract(input: { contractId: 1 }) { contract { id } } }',
  );
  expect(errors).toEqual([
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) }),
  ]);
});
