import type { Client } from 'pg';
import type { AcknowledgedWrites, Findings, RecordedWrite, WriteId } from './acknowledged.ts';

// Every write of the soak has a value of its own, and history has each change of a record: what was done, how often and by
// whom is read there. The final contents of the tables are compared as well.

/** The id of each kind of write. */
export const writeIds = {
  clientCompany: (company: string): WriteId => `client company ${company}`,
  contractTotal: (total: string): WriteId => `contract total ${total}`,
  contractSigned: (id: number): WriteId => `contract ${id} signed`,
  payment: (contractId: number, amount: string): WriteId =>
    `payment ${amount} for contract ${contractId}`,
  eventTitle: (title: string): WriteId => `event title ${title}`,
  eventNotes: (notes: string): WriteId => `event notes ${notes}`,
  eventSupport: (id: number, supportId: number): WriteId => `event ${id} run by ${supportId}`,
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

/** Compares all writes so far with history. */
export async function compareWithHistory(
  client: Client,
  writes: AcknowledgedWrites,
  since: string,
): Promise<Findings> {
  const statuses = writes.statuses;
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
  const findings = writes.compare(statuses, rows.flatMap(recordedWrites));
  for (const sentence of await foreignSessionChanges(client, since))
    findings.wrong.set(sentence, sentence);
  for (const sentence of await unbalancedContracts(client)) findings.wrong.set(sentence, sentence);
  return findings;
}

/** Compares the contents of the tables with the last writes, after the run. */
export async function compareWithTables(
  client: Client,
  writes: AcknowledgedWrites,
): Promise<Map<WriteId, string>> {
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
    [...writes.registers()]
      .filter(([name, values]) => !values.has(held.get(name) ?? ''))
      .map(([name, values]) => [
        name,
        `${name}: is ${held.get(name) ?? 'not there'}, and was written as ${[...values].join(' or ')}.`,
      ]),
  );
}

/** The id of the last change. */
export async function lastChange(client: Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'select coalesce(max(id), 0) as id from audit.change',
  );
  return rows[0]?.id ?? '0';
}

function recordedWrites(change: Change): RecordedWrite[] {
  const { record, row_id: id, action, actor } = change;
  const found = [
    record === 'client' &&
      change.company_name !== null &&
      writeIds.clientCompany(change.company_name),
    record === 'contract' &&
      action === 'insert' &&
      change.total_amount !== null &&
      writeIds.contractTotal(change.total_amount),
    record === 'contract' && change.status === 'signed' && writeIds.contractSigned(id),
    record === 'payment' && writeIds.payment(change.contract_id ?? 0, change.amount ?? ''),
    record === 'event' && change.title !== null && writeIds.eventTitle(change.title),
    record === 'event' &&
      action === 'update' &&
      change.notes !== null &&
      writeIds.eventNotes(change.notes),
    record === 'event' &&
      action === 'update' &&
      change.support_contact_id !== null &&
      writeIds.eventSupport(id, change.support_contact_id),
  ];
  return found.filter((writeId) => writeId !== false).map((writeId) => ({ writeId, actor }));
}

/** Changes whose author is not the employee of their session. */
async function foreignSessionChanges(client: Client, since: string): Promise<string[]> {
  const { rows } = await client.query<{ sentence: string }>(
    `select format('change %s: by employee %s, in a session of %s.',
              change.id, change.employee_id, session.employee_id) as sentence
     from audit.change
     left join identity.session on session.id = change.session_id
     where change.id > $1
       and change.database_user = 'epic_authenticator'
       and session.employee_id is distinct from change.employee_id`,
    [since],
  );
  return rows.map(({ sentence }) => sentence);
}

/** Contracts whose amounts do not match their payments. */
async function unbalancedContracts(client: Client): Promise<string[]> {
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
