import {
  type Company,
  type Employee,
  isOpenEvent,
  type RecordName,
  type Session,
} from './company.ts';
import type { Values } from './model.ts';
import type { Operation } from './operations.ts';

/** Who does something, in which session; for logging in, the session is the new one. */
export interface Doer {
  me: Employee;
  session: Session;
}

/**
 * The company when something has been done, whether or not it may be: to the rows with these ids, and `newId` is
 * the id of what is created.
 */
export function afterwards(
  before: Company,
  operation: Operation,
  { me, session }: Doer,
  rows: readonly number[],
  newId: number,
): Company {
  const company = structuredClone(before);
  switch (operation.verb) {
    case 'create':
      enter(company, operation.record, newId, operation.values, me);
      break;
    case 'update':
      for (const id of rows) change(company, operation.record, id, operation.values);
      break;
    case 'delete':
      for (const id of rows) remove(company, operation.record, id);
      break;
    case 'erase':
      erase(company, operation.id);
      break;
    case 'deactivate':
      handOver(company, operation.id, operation.handOverTo);
      change(company, 'employee', operation.id, { active: false });
      break;
    case 'log in':
      company.sessions.push(session);
      break;
    case 'log out':
      endSessions(company, ({ key }) => key === session.key);
      break;
    case 'change password':
      company.newcomers.delete(me.id);
      endSessions(company, ({ key, employee_id }) => employee_id === me.id && key !== session.key);
      break;
  }
  return company;
}

function enter(
  company: Company,
  record: RecordName,
  id: number,
  values: Values,
  me: Employee,
): void {
  const unsaid = {
    employee: { active: true },
    // The sales contact is always the creator.
    client: {
      phone: null,
      company_name: null,
      commercial_contact_id: me.id,
      is_erased: false,
    },
    contract: { status: 'draft', was_signed: false },
    payment: { recorded_by: me.id },
    event: {
      support_contact_id: null,
      location: null,
      attendees: 0,
      notes: null,
      status: 'planned',
    },
    notification: { is_read: false },
  };
  const table: Map<number, object> = company[record];
  table.set(id, { id, ...unsaid[record], ...values });
  if (record === 'employee') company.newcomers.add(id);
}

function change(company: Company, record: RecordName, id: number, values: Values): void {
  const row = company[record].get(id);
  if (row === undefined) return;
  const { read_at, ...written } = values;
  Object.assign(row, written);
  if (read_at !== undefined) Object.assign(row, { is_read: true });
  if (written.status === 'signed' && 'was_signed' in row) row.was_signed = true;
  if (written.active === false) endSessions(company, ({ employee_id }) => employee_id === id);
}

/** What is about a record goes with it: notifications, and the sessions of an employee. */
function remove(company: Company, record: RecordName, id: number): void {
  company[record].delete(id);
  const about = { employee: 'recipient_id', event: 'event_id', contract: 'contract_id' } as const;
  if (record !== 'employee' && record !== 'event' && record !== 'contract') return;
  for (const notification of company.notification.values()) {
    if (notification[about[record]] === id) company.notification.delete(notification.id);
  }
  if (record === 'employee') endSessions(company, ({ employee_id }) => employee_id === id);
}

function erase(company: Company, id: number): void {
  const client = company.client.get(id);
  if (client === undefined) return;
  Object.assign(client, { full_name: 'Erased client', email: null, phone: null, is_erased: true });
}

function handOver(company: Company, from: number, to: number | null): void {
  if (to === null) return;
  for (const client of company.client.values()) {
    if (client.commercial_contact_id === from && !client.is_erased) {
      client.commercial_contact_id = to;
    }
  }
  for (const event of company.event.values()) {
    if (event.support_contact_id === from && isOpenEvent(event)) event.support_contact_id = to;
  }
}

function endSessions(company: Company, those: (session: Session) => boolean): void {
  for (const session of company.sessions) if (those(session)) session.is_open = false;
}
