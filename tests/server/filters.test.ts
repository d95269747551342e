import type { GraphQLEnumType } from 'postgraphile/graphql';
import type { Claims } from '../../src/server/database/claims.ts';
import { createPool, type StatementPool } from '../../src/server/database/pool.ts';
import { createApi } from '../../src/server/graphql/api.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, openSession } from '../support/people.ts';

// Every named filter is served by an index, for every department: PostgreSQL tells its plan of each statement that the
// API really sends (auto_explain), in a company of many years.

let database: TestDatabase;
let pool: StatementPool;
let api: Awaited<ReturnType<typeof createApi>>;
let grafast: typeof import('postgraphile/grafast').grafast;
const colleagues = new Map<string, Claims>();
const departments = ['sales', 'support', 'management'];

/** The plans of the statements since this was last emptied. */
const plans: Plan[] = [];

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
};

beforeAll(async () => {
  process.env.GRAPHILE_ENV ??= 'production';
  ({ grafast } = await import('postgraphile/grafast'));
  database = await cloneDatabase();
  await settle();
  for (const setting of [
    "session_preload_libraries = 'auto_explain'",
    'auto_explain.log_min_duration = 0',
    "auto_explain.log_level = 'notice'",
    "auto_explain.log_format = 'json'",
    'auto_explain.log_nested_statements = on',
  ]) {
    await database.query(`alter database ${database.name} set ${setting}`);
  }
  pool = createPool({ databaseUrl: database.authenticatorUrl, onLostConnection: () => {} });
  pool.on('connect', (client) => {
    client.on('notice', ({ message = '' }) => {
      const plan = /plan:\n(\{.*\})/s.exec(message)?.[1];
      if (plan) plans.push(JSON.parse(plan).Plan);
    });
  });
  const nobody = () => {
    throw new Error('Nobody logs in here.');
  };
  const secondFactor = {
    ...{ begin: nobody, enable: nobody, confirm: nobody, disable: nobody },
    replaceRecoveryCodes: nobody,
  };
  api = await createApi({
    pool,
    sessions: {
      logIn: nobody,
      authenticateService: nobody,
      refresh: nobody,
      createReadOnlyToken: nobody,
      logOut: nobody,
      changePassword: nobody,
      secondFactor,
    },
    feeds: { open: nobody, openChanges: nobody },
    introspection: true,
    trustedDocuments: null,
    report: (error) => {
      throw error;
    },
  });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Ten years of 180 people: mostly what is over and done with, as in any old company. */
async function settle(): Promise<void> {
  for (const department of departments) {
    const email = `${department}@epic.example`;
    const employeeId = await addEmployee(database, { email, department });
    colleagues.set(department, await openSession(database, employeeId));
  }
  await database.query(
    `insert into crm.employee (full_name, email, department)
     select 'Colleague ' || n, department || n || '@epic.example', department
     from unnest($1::text[]) department, generate_series(1, 59) n`,
    [departments],
  );
  // Rules and history are not what is looked at, and would take minutes.
  await database.query(`
    alter table crm.client disable trigger user;
    alter table crm.contract disable trigger user;
    alter table crm.event disable trigger user;
    alter table crm.notification disable trigger user;
    with sales as (select array_agg(id) as ids from crm.employee where department = 'sales')
    insert into crm.client (full_name, email, phone, company_name, commercial_contact_id, first_contact, last_update)
    select 'Client ' || md5(n::text), md5(n::text) || '@client.example', '+33 ' || 100000000 + n, 'Company ' || md5(n::text),
      ids[1 + n % 60], current_date - n % 3650, now() - n % 3650 * interval '1 day'
    from sales, generate_series(1, 6000) n;
    insert into crm.contract (client_id, commercial_id, total_amount, amount_to_be_paid, creation_date, status, signed_at)
    select id, commercial_contact_id, 1000, case when n = 1 and id % 20 = 1 then 500 else 0 end,
      now() - id % 3650 * interval '1 day',
      case when n = 1 and id % 25 = 0 then 'draft' else 'signed' end,
      case when n = 1 and id % 25 = 0 then null else now() - interval '2 months' end
    from crm.client, generate_series(1, 2) n;
    alter table crm.payment disable trigger user;
    insert into crm.payment (contract_id, amount, paid_on, recorded_by)
    select id, 500, current_date - id % 3650, commercial_id from crm.contract where status = 'signed';
    with support as (select array_agg(id) as ids from crm.employee where department = 'support')
    insert into crm.event (contract_id, commercial_id, title, support_contact_id, start_date, end_date, status)
    select id, commercial_id, 'Event ' || id, case when id % 50 = 0 then null else ids[1 + id % 60] end, day, day + interval '1 hour',
      case when day < now() then 'completed' else 'planned' end
    from support, crm.contract,
      lateral (select now() - interval '10 years' + id * interval '7.6 hours' as day) calendar;
    insert into crm.notification (recipient_id, event_id, kind, subject, read_at)
    select support_contact_id, id, 'event_assigned', title, case when id % 40 <> 0 then now() end
    from crm.event where support_contact_id is not null;
    insert into crm.notification (recipient_id, contract_id, kind, read_at)
    select employee.id, contract.id, 'contract_signed', case when contract.id % 40 <> 0 then now() end
    from crm.contract join crm.employee on contract.id % 60 = employee.id % 60;
    alter table crm.note disable trigger user;
    with authors as (select array_agg(id) as ids from crm.employee)
    insert into crm.note (client_id, author_id, body, created_at, remind_on, done_at)
    select client.id, ids[1 + client.id % cardinality(ids)], 'Call about ' || md5(client.id::text), now() - interval '10 years',
      current_date - client.id % 3650, case when client.id % 20 <> 0 then now() end
    from authors, crm.client;
    analyze`);
}

const enteringTheSession = new Set([
  'access_token',
  'session',
  'credential',
  'employee',
  'proof_key',
]);

/** The indexes and the tables read from end to end in answering a query. */
async function waysOfReading(query: string, department: string) {
  const claims = colleagues.get(department);
  if (claims === undefined) throw new Error(`Nobody works in ${department}.`);
  plans.length = 0;
  const result = await grafast({
    ...api,
    source: `{ ${query} }`,
    requestContext: {
      request: {
        id: 'test',
        claims,
        refusedToken: null,
        refusals: [],
        userAgent: null,
        address: null,
        operation: null,
      },
    },
  });
  expect(result).not.toHaveProperty('errors');
  const nodes = plans
    .flatMap(nodesOf)
    .filter(({ 'Relation Name': name = '' }) => !enteringTheSession.has(name))
    .filter(({ 'Relation Name': name = '' }) => !name.startsWith('pg_')); // statistics
  return {
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    merges: nodes.some((node) => node['Node Type'] === 'Merge Append'),
    sorts: nodes.some((node) => node['Node Type'] === 'Sort'),
    whole: nodes
      .filter((node) => node['Node Type'].includes('Seq Scan'))
      .map((node) => node['Relation Name']),
  };
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

const soon = new Date().toISOString();
const today = soon.slice(0, 10);

describe.each([
  ['clients', 'mine: true', 'client_(commercial_contact_id|own_\\w+)_idx'],
  ['clients', 'search: "abcdef"', 'client_search_idx'],
  ['clients', 'ids: [1, 2, 3]', 'client_pkey'],
  ['clients', 'notContactedSince: "2017-01-01T00:00:00Z"', 'client_last_update_idx'],
  ['clients', `firstContactFrom: "${today}"`, 'client_first_contact_idx'],
  ['clients', 'firstContactTo: "2017-01-01"', 'client_first_contact_idx'],
  ['contracts', 'ids: [1, 2, 3]', 'contract_pkey'],
  ['contracts', 'mine: true', 'contract_commercial_id_idx'],
  ['contracts', 'unsigned: true', 'contract_(unsigned|status)_idx'],
  ['contracts', 'unpaid: true', 'contract_unpaid_idx'],
  ['contracts', 'overdue: true', 'contract_unpaid_idx'],
  ['contracts', 'search: "abcdef"', 'client_search_idx.*contract_client_id_idx'],
  ['contracts', `createdFrom: "${soon}"`, 'contract_creation_date_idx'],
  ['contracts', 'createdTo: "2017-01-01T00:00:00Z"', 'contract_creation_date_idx'],
  ['contracts', 'status: draft', 'contract_(status|unsigned)_idx'],
  ['events', 'ids: [1, 2, 3]', 'event_pkey'],
  ['events', 'mine: true', 'event_support_contact_id_idx.*event_commercial_id_idx'],
  ['events', 'clientId: 7', 'event_(contract_id|open_contract)_idx'],
  ['events', 'search: "abcdef"', 'event_search_idx.*client_search_idx'],
  ['events', 'withoutSupport: true', 'event_(without_support|support_contact_id)_idx'],
  ['events', 'upcoming: true', 'event_(start_date|status)_idx'],
  ['events', `from: "${soon}"`, 'event_start_date_idx'],
  ['events', 'to: "2020-01-01T00:00:00Z"', 'event_start_date_idx'],
  ['events', 'status: planned', 'event_status_idx'],
  ['payments', 'ids: [1, 2, 3]', 'payment_pkey'],
  ['payments', 'mine: true', 'contract_(commercial_id|own_\\w+)_idx.*payment_contract_id_idx'],
  ['payments', 'clientId: 7', 'payment_contract_id_idx'],
  ['payments', `paidFrom: "${today}"`, 'payment_paid_on_idx'],
  ['payments', 'paidTo: "2017-01-01"', 'payment_paid_on_idx'],
  ['notes', 'ids: [1, 2, 3]', 'note_pkey'],
  ['notes', 'clientId: 7', 'note_client_id_idx'],
  ['notes', 'mine: true', 'note_(author_id|own_due)_idx'],
  ['notes', `due: "${today}"`, 'note_due_idx'],
  ['notes', `mine: true, due: "${today}"`, 'note_own_due_idx'],
  ['notes', 'open: true', 'note_(own_)?due_idx'],
  ['notes', 'search: "abcdef"', 'note_search_idx'],
  ['notifications', 'ids: [1, 2, 3]', 'notification_(pkey|recipient_id_idx)'],
  ['notifications', 'unread: true', 'notification_unread_idx'],
  ['historyEntries', 'ids: ["1", "2"]', 'change_pkey'],
])('%s where %s', (list, condition, index) => {
  // As `epic` lists them: events and notes in the order of time.
  const orders: Record<string, string> = { events: 'START_DATE_ASC', notes: 'REMIND_ON_ASC' };
  const order = list in orders ? `, orderBy: ${orders[list]}` : '';

  test.each(departments)('rows are found through an index by %s', async (department) => {
    const { indexes, whole } = await waysOfReading(
      `${list}(condition: { ${condition} }${order}) { nodes { id } }`,
      department,
    );
    expect(indexes.join(' ')).toMatch(new RegExp(index));
    expect(whole).toEqual([]);
  });
});

describe.each([
  ['clients', 'firstContact: { greaterThan: "2099-01-01" }', 'client_first_contact_idx'],
  ['clients', 'lastUpdate: { lessThan: "2017-01-01T00:00:00Z" }', 'client_last_update_idx'],
  ['clients', 'id: { in: [1, 2, 3] }', 'client_pkey'],
  [
    'clients',
    'or: [{ fullName: { equalTo: "x" } }, { companyName: { equalTo: "x" } }]',
    'client_full_name_idx.*client_company_name_idx',
  ],
  ['clients', 'contracts: { some: { id: { in: [1, 2] } } }', 'contract_pkey'],
  ['contracts', `createdAt: { greaterThan: "${soon}" }`, 'contract_creation_date_idx'],
  ['contracts', `signedAt: { greaterThanOrEqualTo: "${soon}" }`, 'contract_signing_idx'],
  ['contracts', 'status: { in: [cancelled] }', 'contract_status_idx'],
  ['contracts', 'clientId: { in: [1, 2, 3] }', 'contract_client_id_idx'],
  [
    'contracts',
    'or: [{ id: { in: [1, 2] } }, { clientId: { equalTo: 3 } }]',
    'contract_pkey.*contract_client_id_idx',
  ],
  ['contracts', `not: { createdAt: { lessThan: "${soon}" } }`, 'contract_creation_date_idx'],
  [
    'contracts',
    'client: { fullName: { equalTo: "Client 7" } }',
    'client_full_name_idx.*contract_client_id_idx',
  ],
  [
    'contracts',
    'client: { or: [{ id: { equalTo: 1 } }, { fullName: { equalTo: "x" } }] }',
    'client_pkey.*client_full_name_idx.*contract_client_id_idx',
  ],
  [
    'contracts',
    `payments: { some: { paidOn: { greaterThan: "${today}" } } }`,
    'payment_paid_on_idx.*contract_pkey',
  ],
  [
    'events',
    `startDate: { greaterThan: "${soon}", lessThan: "2099-01-01T00:00:00Z" }`,
    'event_start_date_idx',
  ],
  ['events', 'contractId: { in: [1, 2, 3] }', 'event_(contract_id|\\w*contract)_idx'],
  [
    'events',
    'contract: { client: { id: { equalTo: 7 } } }',
    'contract_client_id_idx.*event_(contract_id|\\w*contract)_idx',
  ],
  ['payments', `paidOn: { greaterThanOrEqualTo: "${today}" }`, 'payment_paid_on_idx'],
  [
    'payments',
    'contract: { clientId: { equalTo: 7 } }',
    'contract_client_id_idx.*payment_contract_id_idx',
  ],
  ['notes', `remindOn: { greaterThan: "${today}" }`, 'note_remind_on_idx'],
  ['notifications', 'id: { in: [1, 2] }', 'notification_(pkey|recipient_id_idx)'],
  ['historyEntries', 'record: { equalTo: client }, rowId: { in: [1, 2] }', 'change_record_idx'],
])('%s where the filter is %s', (list, filter, index) => {
  test.each(departments)('rows are found through an index by %s', async (department) => {
    const order = list === 'events' ? ', orderBy: START_DATE_ASC' : '';
    const { indexes, whole } = await waysOfReading(
      `${list}(filter: { ${filter} }${order}) { nodes { id } }`,
      department,
    );
    expect(indexes.join(' ')).toMatch(new RegExp(index));
    expect(whole).toEqual([]);
  });
});

// PostgreSQL compares amounts after the policies: an index gives their order, not where to begin
describe.each([
  [
    'contracts',
    'totalAmount: { greaterThan: "100" }',
    'TOTAL_AMOUNT_DESC',
    'contract_total_amount_idx',
  ],
  [
    'contracts',
    'amountToBePaid: { greaterThan: "0" }',
    'AMOUNT_TO_BE_PAID_DESC',
    'contract_amount_to_be_paid_idx',
  ],
  ['payments', 'amount: { lessThan: "1000" }', 'AMOUNT_ASC', 'payment_amount_idx'],
  // what is left out of most rows
  ['contracts', 'not: { clientId: { equalTo: 7 } }', 'ID_ASC', 'contract_pkey'],
  ['events', 'not: { status: { equalTo: cancelled } }', 'START_DATE_ASC', 'event_start_date_idx'],
])('a page of %s where the filter is %s by %s', (list, filter, order, index) => {
  test.each(departments)('rows are read in the order of an index by %s', async (department) => {
    const page = `${list}(first: 20, filter: { ${filter} }, orderBy: ${order}) { nodes { id } }`;
    const { indexes, sorts, whole } = await waysOfReading(page, department);
    expect({ indexes, sorts, whole }).toEqual({ indexes: [index], sorts: false, whole: [] });
  });
});

describe.each([
  ['events', 'mine: true, to: "2199-01-01T00:00:00Z"', 'START_DATE_ASC', false],
  ['events', 'mine: true', 'START_DATE_DESC', false],
  ['events', 'mine: true', 'SUPPORT_CONTACT_ID_ASC', false],
  ['events', 'mine: true', 'STATUS_ASC', false],
  ['events', 'mine: true', 'CONTRACT_ID_DESC', false],
  // what is found through the index on what is searched is sorted, unless the text is frequent
  ['clients', 'search: "client"', 'FULL_NAME_ASC', true],
  ['contracts', 'search: "company"', 'TOTAL_AMOUNT_DESC', true],
  ['events', 'search: "event"', 'START_DATE_ASC', true],
  ['events', 'search: "company", mine: true', 'START_DATE_ASC', true],
])('a page of %s where %s by %s', (list, condition, order, isSearch) => {
  test.each(departments)('rows are read in the order of the list by %s', async (department) => {
    const page = `${list}(first: 20, condition: { ${condition} }, orderBy: ${order})`;
    const { merges, sorts, whole } = await waysOfReading(`${page} { nodes { id } }`, department);
    expect(merges).toBe(true);
    expect(sorts).toBe(isSearch);
    expect(whole).toEqual([]);
  });
});

describe.each([
  ...['clients', 'contracts', 'events', 'payments', 'notes', 'notifications'].map((list) => [
    list,
    '',
  ]),
  ...['clients', 'contracts', 'events'].map((list) => [list, 'mine: true']),
  ['contracts', 'status: signed'],
])('%s where %s in every order', (list, condition) => {
  const singular = `${list.charAt(0).toUpperCase()}${list.slice(1, -1)}`;

  test.each(departments)('a page is read in the order of an index by %s', async (department) => {
    const orders = api.schema.getType(`${singular}OrderBy`) as GraphQLEnumType;
    const sorted = [];
    for (const { name } of orders.getValues()) {
      const page = `${list}(first: 20, condition: { ${condition} }, orderBy: ${name}) { nodes { id } }`;
      const { sorts, whole } = await waysOfReading(page, department);
      // those that I sold have one seller: the order says nothing of them
      const isMeant = condition !== 'mine: true' || !name.startsWith('COMMERCIAL_ID');
      if (isMeant && (sorts || whole.length > 0)) sorted.push(name);
    }
    expect(sorted).toEqual([]);
  });
});

test('a status is part of the statement, so that a plan kept for any status uses a partial index', async () => {
  await pool.query('set plan_cache_mode = force_generic_plan');
  const { indexes } = await waysOfReading(
    'events(first: 20, condition: { status: planned }, orderBy: CONTRACT_ID_ASC) { nodes { id } }',
    'sales',
  );
  await pool.query('reset plan_cache_mode');
  expect(indexes).toEqual(['event_open_contract_idx']);
});

test('the statement of a filter is not kept, so that those of lists keep their names', async () => {
  const byFilter = 'contracts(filter: { id: { equalTo: 7 } }) { nodes { id } totalCount(upTo: 9) }';
  await waysOfReading(byFilter, 'sales');
  await waysOfReading('contracts(condition: { id: 7 }) { nodes { id } }', 'sales');
  const { rows } = await pool.query('select statement from pg_catalog.pg_prepared_statements');
  const kept = rows.filter(({ statement }) => statement.includes('contract'));
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.filter(({ statement }) => statement.includes('/* unnamed */'))).toEqual([]);
});

describe.each([
  [
    'what is there',
    'search(text: "abcdef 1")',
    ['client_search_idx', 'event_search_idx', 'note_search_idx'],
  ],
  ['a typo', 'search(text: "zyxwvu tsrq")', ['client_search_idx', 'event_search_idx']],
  ['a phone number', 'search(text: "+33 100000007")', ['client_phone_idx']],
  [
    'who looks like a new client',
    'similarClients(newName: "Jo Doe", newEmail: "jo@doe.example", newPhone: "0102030405")',
    ['client_search_idx', 'client_email_idx', 'client_phone_idx'],
  ],
])('a search for %s', (_, search, expected) => {
  test.each(departments)('a search uses the indexes for %s', async (department) => {
    const { indexes, whole } = await waysOfReading(`${search} { id }`, department);
    expect(indexes).toEqual(expect.arrayContaining(expected));
    expect(whole).toEqual([]);
  });
});
