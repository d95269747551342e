import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// What the values of a condition mean that forms and programs send for "nothing": null, false, and no ids.

let database: TestDatabase;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  database = await cloneDatabase();
  const sales = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  const client = await addClient(database, sales);
  await database.query(
    `insert into crm.contract (client_id, total_amount, status, signed_at)
     select ${client}, 100 * n, case when n > 2 then 'signed' else 'draft' end, case when n > 2 then now() - n * interval '1 day' end
     from generate_series(1, 4) n`,
  );
  await database.query(
    `insert into crm.event (contract_id, title, start_date, end_date)
     select id, 'Event', now(), now() + interval '1 hour' from crm.contract where status = 'signed'`,
  );
  await database.query(
    `insert into crm.payment (contract_id, amount, paid_on, recorded_by)
     select id, 10 * id, current_date, ${sales} from crm.contract where status = 'signed'`,
  );
  server = await startServer(database);
  token = (await logIn(server.url, 'a@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function idsOf(list: string, args: string, variables = {}, declared = '') {
  const query = `query${declared} { list: ${list}(${args}) { nodes { id } } }`;
  const { data, errors } = await ask<{ list: { nodes: { id: number }[] } }>(server.url, query, {
    token,
    variables,
  });
  return { ids: data?.list?.nodes.map(({ id }) => id), errors };
}

const falseOf = (name: string) => [
  {
    message: `The filter ${name} is switched on by true, and has no opposite: it cannot be false.`,
    path: ['list'],
    extensions: {
      ...{ code: 'INVALID', kind: 'filter_false', field: name },
      hint: 'Leave it out, or send null, to list all.',
    },
  },
];

describe('a filter with a name', () => {
  test.each([
    ['contracts', 'unsigned'],
    ['contracts', 'mine'],
    ['contracts', 'overdue'],
    ['events', 'mine'],
    ['events', 'upcoming'],
    ['payments', 'mine'],
    ['clients', 'current'],
    ['notes', 'open'],
    ['notifications', 'unread'],
  ])('%s: %s is not false', async (list, name) => {
    const { errors } = await idsOf(list, `condition: { ${name}: false }`);
    expect(errors).toMatchObject(falseOf(name));
  });

  test('one that is false in a variable is refused the same', async () => {
    const argument = 'condition: { unsigned: $on }';
    const { errors } = await idsOf('contracts', argument, { on: false }, '($on: Boolean)');
    expect(errors).toMatchObject(falseOf('unsigned'));
    const drafts = await idsOf('contracts', argument, { on: true }, '($on: Boolean)');
    expect(drafts).toEqual({ ids: [1, 2], errors: [] });
  });

  test.each([
    ['contracts', '{ unsigned: null, mine: null, createdFrom: null, ids: null, search: null }', 4],
    ['events', '{ mine: null, from: null, ids: null }', 2],
    ['payments', '{ mine: null, ids: null }', 2],
  ])('%s: null is a filter that is not set', async (list, condition, count) => {
    expect((await idsOf(list, `condition: ${condition}`)).ids).toHaveLength(count);
  });
});

describe('a column', () => {
  test.each([
    ['contracts', 'status', 'ContractStatus'],
    ['contracts', 'clientId', 'Int'],
    ['contracts', 'id', 'Int'],
    ['events', 'startDate', 'Datetime'],
    ['payments', 'amount', 'Money'],
    ['historyEntries', 'record', 'HistoryRecord'],
  ])('%s: %s is never null', async (list, column, type) => {
    const refusal = [
      {
        message: `There is always a value in ${column}: it cannot be null.`,
        path: ['list'],
        extensions: {
          ...{ code: 'INVALID', kind: 'filter_null', field: column },
          hint: 'Leave it out to list all.',
        },
      },
    ];
    const literal = await idsOf(list, `condition: { ${column}: null }`);
    expect(literal.errors).toMatchObject(refusal);
    const argument = `condition: { ${column}: $value }`;
    const variable = await idsOf(list, argument, { value: null }, `($value: ${type})`);
    expect(variable.errors).toMatchObject(refusal);
    const omitted = await idsOf(list, argument, {}, `($value: ${type})`);
    expect(omitted.errors).toEqual([]);
    expect(omitted.ids?.length).toBeGreaterThan(1);
  });

  test('one that can be without a value is null where it has none', async () => {
    const drafts = await idsOf('contracts', 'condition: { signedAt: null }');
    expect(drafts).toEqual({ ids: [1, 2], errors: [] });
    const free = await idsOf('events', 'condition: { supportContactId: null }');
    expect(free.ids).toHaveLength(2);
  });
});

describe('ids', () => {
  test.each([
    ['clients', '[1, 99]', [1]],
    ['contracts', '[4, 1, 99]', [1, 4]],
    ['events', '[2]', [2]],
    ['payments', '[1]', [1]],
    ['employees', '[]', []],
    ['notes', '[1]', []],
    ['notifications', '[1, 99]', [1]],
    // the first is about an employee
    ['historyEntries', '["1", "2"]', ['2']],
  ])('%s: those with one of %s', async (list, ids, expected) => {
    const found = await idsOf(list, `condition: { ids: ${ids} }, orderBy: ID_ASC`);
    expect(found).toEqual({ ids: expected, errors: [] });
  });
});

test.each([
  ['contracts', 'SIGNED_AT_ASC', [4, 3, 1, 2]],
  ['contracts', 'SIGNED_AT_DESC', [2, 1, 3, 4]],
  ['payments', 'AMOUNT_DESC', [2, 1]],
])('%s are sorted by %s', async (list, order, expected) => {
  expect(await idsOf(list, `orderBy: ${order}`)).toEqual({ ids: expected, errors: [] });
});
