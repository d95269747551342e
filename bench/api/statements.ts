// The operations by hand: for each one statement, of which PostgreSQL makes the JSON that GraphQL answers. What depends on the
// caller stands in WHERE too, so that the same text serves a role that row-level security does not bind.

/** What answers an operation. */
export interface OperationStatement {
  /** The last of them returns the `data` of the answer, as JSON; those before it write. */
  texts: readonly [...before: string[], last: string];
  /** The parameters of each, as text, from the variables of the operation. */
  values(variables: Variables): string[][];
}

// biome-ignore lint/suspicious/noExplicitAny: what the CLI sends with each document
type Variables = any;

const me = '(select crm.current_employee_id())';

const contractFields = `
  contract.id, contract.client_id as "clientId", coalesce(client.company_name, client.full_name) as "clientName",
  contract.commercial_id as "commercialId", employee.full_name as "commercialName",
  contract.total_amount::text as "totalAmount", contract.amount_to_be_paid::text as "amountToBePaid", contract.status,
  contract.creation_date as "createdAt", contract.signed_at as "signedAt", contract.version`;

const contractJoins = `
  join crm.client on client.id = contract.client_id
  join crm.employee on employee.id = contract.commercial_id`;

const eventFields = `
  event.id, event.title, event.contract_id as "contractId",
  json_build_object(
    'clientId', contract.client_id, 'clientName', coalesce(client.company_name, client.full_name),
    'client', json_build_object(
      'fullName', client.full_name, 'companyName', client.company_name, 'email', client.email, 'phone', client.phone),
    'commercialId', contract.commercial_id, 'commercialName', employee.full_name) as contract,
  event.support_contact_id as "supportContactId", supporter.full_name as "supportContactName",
  event.start_date as "startDate", event.end_date as "endDate", event.location, event.attendees, event.notes, event.status,
  event.version`;

const eventJoins = `
  join crm.contract on contract.id = event.contract_id
  ${contractJoins}
  left join crm.employee supporter on supporter.id = event.support_contact_id`;

/** A row as JSON. */
const json = (fields: string) => `(select one from (select ${fields}) one)`;

interface List {
  table: string;
  where: string;
  /** Columns, the last of which is `id`. */
  order: readonly [string, ...string[]];
  fields: string;
  joins: string;
  /** Selects the first rows, where that is not simply `where` in this order. */
  firstRows?: (limit: number) => string;
}

/** As many rows as a list on a terminal asks for. Not a parameter: the planner would not know how few they are. */
export const pageRows = 20;

/** The first rows of a list, which are read alone before anything is joined to them. */
function rowsOf(list: List, limit: number): string {
  const { table, where, order, fields, joins } = list;
  const by = order.map((column) => `${table}.${column}`).join(', ');
  const firstRows =
    list.firstRows?.(limit) ??
    `select * from crm.${table} where ${where} order by ${order.join(', ')} limit ${limit}`;
  return `
    select row_number() over (order by ${by}) as nth, ${table}.id::text as cursor, ${json(fields)} as node
    from (${firstRows}) ${table}
    ${joins}
    order by ${by}`;
}

/** A page of a list. One row more is read, to know whether there are more pages. */
function page(field: string, list: List): string {
  return `
    select json_build_object('${field}', json_build_object(
      'nodes', coalesce(json_agg(node) filter (where nth <= ${pageRows}), '[]'),
      'pageInfo', json_build_object(
        'hasNextPage', count(*) > ${pageRows}, 'endCursor', (array_agg(cursor))[least(count(*), ${pageRows})])))
    from (${rowsOf(list, pageRows + 1)}) found`;
}

/** The first rows of a list, and how many it has: 1,001 for more than 1,000, as my day counts. */
function counted(list: List): string {
  return `json_build_object(
    'nodes', (select coalesce(json_agg(node), '[]') from (${rowsOf(list, pageRows)}) found),
    'totalCount', (select count(*) from (select from crm.${list.table} where ${list.where} limit 1001) counted))`;
}

const dayContracts = (where: string, order: List['order'] = ['creation_date', 'id']) =>
  counted({
    table: 'contract',
    where,
    order,
    fields: `
      contract.id, coalesce(client.company_name, client.full_name) as "clientName", employee.full_name as "commercialName",
      contract.total_amount::text as "totalAmount", contract.amount_to_be_paid::text as "amountToBePaid",
      contract.creation_date as "createdAt",
      contract.status = 'signed' and contract.amount_to_be_paid > 0 and contract.signed_at < now() - interval '30 days'
        as "isOverdue",
      contract.signed_at as "signedAt"`,
    joins: contractJoins,
  });

const isUpcoming = `start_date >= now() and status <> 'cancelled'`;

const dayEvents = (where: string, firstRows?: List['firstRows']) =>
  counted({
    table: 'event',
    where: `${where} and ${isUpcoming}`,
    order: ['start_date', 'id'],
    fields: `
      event.id, event.title, event.start_date as "startDate", event.location, event.status,
      supporter.full_name as "supportContactName"`,
    joins: 'left join crm.employee supporter on supporter.id = event.support_contact_id',
    ...(firstRows && { firstRows }),
  });

const isMyEvent = `(support_contact_id = ${me} or commercial_id = ${me})`;

/** The first of those whose support contact I am, and of the others whose sales contact I am: each has an index by date. */
const myFirstEvents =
  (where = 'true') =>
  (limit: number) => {
    const first = (whose: string) =>
      `(select * from crm.event where ${whose} and ${where} order by start_date, id limit ${limit})`;
    return `
      select * from (
        ${first(`support_contact_id = ${me}`)}
        union all
        ${first(`commercial_id = ${me} and support_contact_id is distinct from ${me}`)}
      ) event
      order by start_date, id limit ${limit}`;
  };

const none = () => [[]];

/** What a mutation answers about a contract. */
const contractOf = (source: string) =>
  `select ${json(contractFields)} from ${source} contract ${contractJoins}`;

/** The statements of each operation, by its key. */
export const statements: Record<string, OperationStatement> = {
  'my-day': {
    texts: [
      `select json_build_object(
        'me', (select json_build_object('fullName', full_name, 'department', department) from crm.employee where id = ${me}),
        'unread', ${counted({
          table: 'notification',
          where: `recipient_id = ${me} and read_at is null`,
          order: ['id desc'],
          fields: `
            notification.id, notification.kind, notification.recipient_id as "recipientId", notification.event_id as "eventId",
            notification.contract_id as "contractId", notification.employee_id as "employeeId", notification.subject,
            notification.old_values as "oldValues", notification.new_values as "newValues",
            notification.created_at as "createdAt", notification.read_at as "readAt"`,
          joins: '',
        })},
        'myDrafts', ${dayContracts(`commercial_id = ${me} and status = 'draft'`, ['id'])},
        'myUnpaid', ${dayContracts(`commercial_id = ${me} and status = 'signed' and amount_to_be_paid > 0`, ['id'])},
        'myEvents', ${dayEvents(isMyEvent, myFirstEvents(isUpcoming))},
        'withoutSupport', ${dayEvents('support_contact_id is null')},
        'drafts', ${dayContracts(`status = 'draft'`)},
        'load', (
          select coalesce(json_agg(${json(`
            load.employee_id as "employeeId", load.full_name as "fullName", load.events,
            load.upcoming_events as "upcomingEvents", load.next_start as "nextStart"`)}), '[]')
          from crm.load_by_support_contact($1, $2, $3) load))`,
    ],
    values: ({ today, in30Days, timeZone }) => [[today, in30Days, timeZone]],
  },
  unsigned: {
    texts: [
      page('contracts', {
        table: 'contract',
        where: `status = 'draft'`,
        order: ['id'],
        fields: contractFields,
        joins: contractJoins,
      }),
    ],
    values: none,
  },
  unpaid: {
    texts: [
      page('contracts', {
        table: 'contract',
        where: `status = 'signed' and amount_to_be_paid > 0`,
        order: ['id'],
        fields: contractFields,
        joins: contractJoins,
      }),
    ],
    values: none,
  },
  'without-support': {
    texts: [
      page('events', {
        table: 'event',
        where: 'support_contact_id is null',
        order: ['start_date', 'id'],
        fields: eventFields,
        joins: eventJoins,
      }),
    ],
    values: none,
  },
  mine: {
    texts: [
      page('events', {
        table: 'event',
        where: isMyEvent,
        firstRows: myFirstEvents(),
        order: ['start_date', 'id'],
        fields: eventFields,
        joins: eventJoins,
      }),
    ],
    values: none,
  },
  search: {
    texts: [
      page('clients', {
        table: 'client',
        where: 'true',
        firstRows: (limit) =>
          `select * from crm_private.client_filter_search($1) client order by id limit ${limit}`,
        order: ['id'],
        fields: `
          client.id, client.full_name as "fullName", client.email, client.phone, client.company_name as "companyName",
          client.first_contact as "firstContact", client.last_update as "lastUpdate",
          client.commercial_contact_id as "commercialId", employee.full_name as "commercialName",
          client.erased_at as "erasedAt", client.version`,
        joins: 'join crm.employee on employee.id = client.commercial_contact_id',
      }),
    ],
    values: ({ condition }) => [[condition.search]],
  },
  view: {
    texts: [
      `select json_build_object('contract', (
         select ${json(`${contractFields},
           json_build_object('nodes', (
             select coalesce(json_agg(node), '[]') from (
               select event.id, event.title, event.start_date as "startDate", event.end_date as "endDate", event.location,
                      event.status, supporter.full_name as "supportContactName"
               from crm.event left join crm.employee supporter on supporter.id = event.support_contact_id
               where event.contract_id = contract.id order by event.start_date, event.id limit 20
             ) node)) as events,
           json_build_object('nodes', (
             select coalesce(json_agg(node), '[]') from (
               select payment.id, payment.amount::text as amount, payment.paid_on as "paidOn",
                      recorder.full_name as "recordedByName"
               from crm.payment join crm.employee recorder on recorder.id = payment.recorded_by
               where payment.contract_id = contract.id order by payment.id limit 20
             ) node)) as payments`)}
         from crm.contract ${contractJoins} where contract.id = $1))`,
    ],
    values: ({ id }) => [[String(id)]],
  },
  sign: {
    texts: [
      `select json_build_object('signContract', json_build_object('contract', (${contractOf('crm.sign_contract($1)')})))`,
    ],
    values: ({ id }) => [[String(id)]],
  },
  pay: {
    // what the function has written is seen by the statement after it, which is told the new id in a setting
    texts: [
      `select set_config('bench.payment_id', id::text, true) from crm.record_payment($1, $2)`,
      `select json_build_object('recordPayment', json_build_object('payment', (
         select ${json(`payment.id, payment.amount::text as amount, payment.paid_on as "paidOn",
           (${contractOf('(select * from crm.contract where id = payment.contract_id)')}) as contract`)}
         from crm.payment where id = current_setting('bench.payment_id')::integer)))`,
    ],
    values: ({ payment }) => [[String(payment.contractId), payment.amount], []],
  },
};
