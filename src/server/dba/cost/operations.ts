/**
 * A hot statement. Marks stand where row-level security acts: `{crm.client}` for a table that is read, with an alias if it
 * has one, and `{where crm.client}` in the WHERE of what is updated, deleted or inserted.
 */
export interface Operation {
  name: string;
  kind: 'read' | 'write';
  text: string;
  /** One row, the parameters of the statement, of the employee $1; no row: there is nothing to try it on. */
  parameters?: string;
}

const contractColumns = `contract.id, contract.client_id, coalesce(client.company_name, client.full_name), contract.commercial_id,
  employee.full_name, contract.total_amount, contract.amount_to_be_paid, contract.status, contract.creation_date,
  contract.signed_at, contract.version`;

const contractJoins = `
  join {crm.client} on client.id = contract.client_id
  join {crm.employee} on employee.id = contract.commercial_id`;

const eventColumns = `event.id, event.title, event.contract_id, contract.client_id,
  coalesce(client.company_name, client.full_name), employee.full_name, event.support_contact_id, supporter.full_name,
  event.start_date, event.end_date, event.location, event.attendees, event.notes, event.status, event.version`;

const eventJoins = `
  join {crm.contract} on contract.id = event.contract_id
  ${contractJoins}
  left join {crm.employee supporter} on supporter.id = event.support_contact_id`;

const me = '(select crm.current_employee_id())';

/** The page of a list: it is read alone, before anything is joined to it. */
const contractPage = (where: string, order = 'id') => `
  select ${contractColumns}
  from (select * from {crm.contract} where ${where} order by ${order} limit 21) contract ${contractJoins}
  order by ${order
    .split(', ')
    .map((column) => `contract.${column}`)
    .join(', ')}`;
const eventPage = (where: string) => `
  select ${eventColumns}
  from (select * from {crm.event} where ${where} order by start_date, id limit 21) event ${eventJoins}
  order by event.start_date, event.id`;

const ownOrAny = (select: string, own: string) =>
  `select coalesce((${select} and ${own} order by id desc limit 1), (${select} order by id desc limit 1)) as id`;

const ownDraft = ownOrAny(
  `select id from crm.contract where status = 'draft'`,
  'commercial_id = $1',
);
const ownSigned = ownOrAny(
  `select id from crm.contract where status = 'signed' and amount_to_be_paid > 1`,
  'commercial_id = $1',
);
const ownEvent = ownOrAny('select id from crm.event where true', 'support_contact_id = $1');
const ownClient = ownOrAny(
  'select id from crm.client where erased_at is null',
  'commercial_contact_id = $1',
);

/** What the staff do all day. */
export const operations: readonly Operation[] = [
  {
    name: 'my day: unread notifications',
    kind: 'read',
    text: `select id, kind, subject, event_id, contract_id, created_at from {crm.notification}
           where recipient_id = ${me} and read_at is null order by id desc limit 21`,
  },
  {
    name: 'my day: my drafts',
    kind: 'read',
    text: contractPage(`status = 'draft' and commercial_id = ${me}`, 'creation_date, id'),
  },
  {
    name: 'my day: my unpaid',
    kind: 'read',
    text: contractPage(
      `status = 'signed' and amount_to_be_paid > 0 and commercial_id = ${me}`,
      'creation_date, id',
    ),
  },
  { name: 'contract list --unsigned', kind: 'read', text: contractPage(`status = 'draft'`) },
  {
    name: 'contract list --unpaid',
    kind: 'read',
    text: contractPage(`status = 'signed' and amount_to_be_paid > 0`),
  },
  {
    name: 'event list --without-support',
    kind: 'read',
    text: eventPage(`support_contact_id is null`),
  },
  {
    name: 'event list --mine --upcoming',
    kind: 'read',
    text: eventPage(`support_contact_id = ${me} and end_date > now()`),
  },
  {
    name: 'client list --search',
    kind: 'read',
    text: `
      select client.id, client.full_name, client.email, client.phone, client.company_name, client.last_update,
        client.commercial_contact_id, employee.full_name, client.version
      from (
        select * from {crm.client}
        where id in (select crm_private.clients_containing($1)) order by id limit 21) client
      join {crm.employee} on employee.id = client.commercial_contact_id
      order by client.id`,
    parameters: `select split_part(full_name, ' ', 1) from crm.client where erased_at is null order by id limit 1`,
  },
  {
    name: 'contract view',
    kind: 'read',
    text: `
      select ${contractColumns},
        array(select (event.id, event.title, event.start_date, event.status, supporter.full_name)
              from {crm.event} left join {crm.employee supporter} on supporter.id = event.support_contact_id
              where event.contract_id = contract.id order by event.start_date, event.id limit 20),
        array(select (payment.id, payment.amount, payment.paid_on, recorder.full_name)
              from {crm.payment} join {crm.employee recorder} on recorder.id = payment.recorded_by
              where payment.contract_id = contract.id order by payment.id limit 20)
      from {crm.contract} ${contractJoins}
      where contract.id = $1`,
    parameters: `select contract_id from crm.event order by id desc limit 1`,
  },
  {
    name: 'client create',
    kind: 'write',
    text: `insert into crm.client (full_name, email, phone, company_name)
           select 'Policies Cost', 'policies.cost@example.com', '+33 1 02 03 04 05', 'Policies Cost'
           where {where crm.client} returning id`,
  },
  {
    name: 'client update',
    kind: 'write',
    text: `update crm.client set phone = '+33 1 02 03 04 06' where id = $1 and {where crm.client} returning id`,
    parameters: ownClient,
  },
  {
    name: 'contract create',
    kind: 'write',
    text: `insert into crm.contract (client_id, total_amount)
           select $1::integer, 1234.56 where {where crm.contract} returning id`,
    parameters: ownClient,
  },
  {
    name: 'contract update',
    kind: 'write',
    text: `update crm.contract set total_amount = total_amount + 1 where id = $1 and {where crm.contract} returning id`,
    parameters: ownDraft,
  },
  {
    name: 'contract sign',
    kind: 'write',
    text: `update crm.contract set status = 'signed' where id = $1 and {where crm.contract} returning id`,
    parameters: ownDraft,
  },
  {
    name: 'payment record',
    kind: 'write',
    text: `insert into crm.payment (contract_id, amount, paid_on)
           select $1::integer, 1, current_date where {where crm.payment} returning id`,
    parameters: ownSigned,
  },
  {
    name: 'event create',
    kind: 'write',
    text: `insert into crm.event (contract_id, title, start_date, end_date, location, attendees)
           select $1::integer, 'Policies cost', now() + interval '30 days', now() + interval '31 days', 'Paris', 50
           where {where crm.event} returning id`,
    parameters: ownSigned,
  },
  {
    name: 'event update',
    kind: 'write',
    text: `update crm.event set notes = 'Policies cost.' where id = $1 and {where crm.event} returning id`,
    parameters: ownEvent,
  },
  {
    name: 'event assign',
    kind: 'write',
    text: `update crm.event set support_contact_id = $2 where id = $1 and {where crm.event} returning id`,
    parameters: `select event.id, employee.id from crm.event
                 join crm.employee on employee.department = 'support' and employee.active
                   and employee.id is distinct from event.support_contact_id
                 where event.status = 'planned' order by event.id desc limit 1`,
  },
  {
    name: 'event delete',
    kind: 'write',
    text: `delete from crm.event where id = $1 and {where crm.event} returning id`,
    parameters: ownEvent,
  },
];
