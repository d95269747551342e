import type { Client } from 'pg';
import type { Findings, Ledger, Mark, Recorded } from './ledger.ts';

// Every write of the soak can be told from all others by what it writes, and history has each change of a record: so
// what was done, how often and in whose name can be read there. What the tables hold in the end is compared as well.

/** How each kind of write is told, in the ledger and in history. */
export const marks = {
  clientCompany: (company: string): Mark => `client company ${company}`,
  contractTotal: (total: string): Mark => `contract total ${total}`,
  contractSigned: (id: number): Mark => `contract ${id} signed`,
  payment: (contractId: number, amount: string): Mark =>
    `payment ${amount} for contract ${contractId}`,
  eventTitle: (title: string): Mark => `event title ${title}`,
  eventNotes: (notes: string): Mark => `event notes ${notes}`,
  eventSupport: (id: number, supportId: number): Mark => `event ${id} run by ${supportId}`,
};

type Change = {
  record: 'client' | 'contract' | 'payment' | 'event';
  row_id: number;
  action: 'insert' | 'update';
  actor: number | null;
  company_name: string | null;
  total_amount: string | null;
  status: string | null;
  contract_id: number | null;
  amount: string | null;
  title: string | null;
  notes: string | null;
  support_contact_id: number | null;
};

/** Compares everything that was acknowledged so far with history. */
export async function compareWithHistory(
  client: Client,
  ledger: Ledger,
  since: string,
): Promise<Findings> {
  const position = ledger.position;
  const { rows } = await client.query<Change>(
    `select record, row_id, action, employee_id as actor,
       new_values ->> 'company_name' as company_name,
       new_values ->> 'total_amount' as total_amount,
       new_values ->> 'status' as status,
       (new_values ->> 'contract_id')::integer as contract_id,
       new_values ->> 'amount' as amount,
       new_values ->> 'title' as title,
       new_values ->> 'notes' as notes,
       (new_values ->> 'support_contact_id')::integer as support_contact_id
     from audit.change
     where id > $1 and record in ('client', 'contract', 'payment', 'event')`,
    [since],
  );
  const findings = ledger.compare(position, rows.flatMap(recordedIn));
  for (const sentence of await readStrangers(client, since)) findings.wrong.set(sentence, sentence);
  for (const sentence of await readBooks(client)) findings.wrong.set(sentence, sentence);
  return findings;
}

/** Compares what the tables hold with what was written last. For when nobody works any more. */
export async function compareWithTables(
  client: Client,
  ledger: Ledger,
): Promise<Map<Mark, string>> {
  const { rows } = await client.query<{ name: string; value: string | null }>(
    `select format('client %s company', id) as name, company_name as value from crm.client
     union all
     select format('contract %s', id), status from crm.contract
     union all
     select format('event %s notes', id), notes from crm.event
     union all
     select format('event %s support', id), support_contact_id::text from crm.event
     union all
     select format('payment %s', id), amount::text from crm.payment`,
  );
  const held = new Map(rows.map(({ name, value }) => [name, value]));
  return new Map(
    [...ledger.cells()]
      .filter(([name, values]) => !values.has(held.get(name) ?? ''))
      .map(([name, values]) => [
        name,
        `${name}: is ${held.get(name) ?? 'not there'}, and was written as ${[...values].join(' or ')}.`,
      ]),
  );
}

/** The number of the last change. */
export async function lastChange(client: Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'select coalesce(max(id), 0) as id from audit.change',
  );
  return rows[0]?.id ?? '0';
}

function recordedIn(change: Change): Recorded[] {
  const { record, row_id: id, action, actor } = change;
  const found = [
    record === 'client' && change.company_name !== null && marks.clientCompany(change.company_name),
    record === 'contract' &&
      action === 'insert' &&
      change.total_amount !== null &&
      marks.contractTotal(change.total_amount),
    record === 'contract' && change.status === 'signed' && marks.contractSigned(id),
    record === 'payment' && marks.payment(change.contract_id ?? 0, change.amount ?? ''),
    record === 'event' && change.title !== null && marks.eventTitle(change.title),
    record === 'event' &&
      action === 'update' &&
      change.notes !== null &&
      marks.eventNotes(change.notes),
    record === 'event' &&
      action === 'update' &&
      change.support_contact_id !== null &&
      marks.eventSupport(id, change.support_contact_id),
  ];
  return found.filter((mark) => mark !== false).map((mark) => ({ mark, actor }));
}

/** Changes in a session of somebody other than who is said to have made them. */
async function readStrangers(client: Client, since: string): Promise<string[]> {
  const { rows } = await client.query<{ sentence: string }>(
    `select format('change %s: by employee %s, in a session of %s.',
              change.id, change.employee_id, session.employee_id) as sentence
     from audit.change
     left join auth.session on session.id = change.session_id
     where change.id > $1
       and change.database_user = 'epic_authenticator'
       and session.employee_id is distinct from change.employee_id`,
    [since],
  );
  return rows.map(({ sentence }) => sentence);
}

/** Contracts whose amounts do not add up. */
async function readBooks(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ sentence: string }>(
    `select format('contract %s: %s of %s to be paid, after payments of %s.',
              contract.id, amount_to_be_paid, total_amount, paid.sum) as sentence
     from crm.contract
     cross join lateral (
       select coalesce(sum(amount), 0) as sum from crm.payment where contract_id = contract.id) paid
     where amount_to_be_paid <> total_amount - paid.sum`,
  );
  return rows.map(({ sentence }) => sentence);
}
