import type { Operation } from './operations.ts';
import { type Employee, isOpenEvent, type RecordName, type Session, type State } from './state.ts';
import type { Values } from './truth-table.ts';

/** Who does an operation, and in which session; for a login, the new one. */
export interface Actor {
  me: Employee;
  session: Session;
}

/**
 * The state after an operation, whether or not it is allowed: on the rows with these ids; `newId` is the id of a new row.
 */
export function applyOperation(
  before: State,
  operation: Operation,
  { me, session }: Actor,
  rows: readonly number[],
  newId: number,
): State {
  const state = structuredClone(before);
  switch (operation.verb) {
    case 'create':
      insertRow(state, operation.record, newId, operation.values, me);
      break;
    case 'update':
      for (const id of rows) updateRow(state, operation.record, id, operation.values);
      break;
    case 'delete':
      for (const id of rows) deleteRow(state, operation.record, id);
      break;
    case 'erase':
      erase(state, operation.id);
      break;
    case 'merge':
      merge(state, operation.id, operation.merged);
      break;
    case 'deactivate':
      handOver(state, operation.id, operation.handOverTo);
      updateRow(state, 'employee', operation.id, { active: false });
      break;
    case 'log in':
    case 'log in through a program':
      state.sessions.push(session);
      break;
    case 'log out':
      endSessions(state, ({ key }) => key === session.key);
      break;
    case 'change password':
      state.oneTimePasswords.delete(me.id);
      endSessions(state, ({ key, employee_id }) => employee_id === me.id && key !== session.key);
      break;
    case 'enable second factor':
      state.secondFactors.add(me.id);
      confirmSecondFactor(state, session);
      break;
    case 'confirm second factor':
      confirmSecondFactor(state, session);
      break;
    case 'disable second factor':
      state.secondFactors.delete(me.id);
      for (const own of state.sessions) {
        if (own.employee_id === me.id) own.has_second_factor = false;
      }
      break;
  }
  return state;
}

function confirmSecondFactor(state: State, { key }: Session): void {
  for (const session of state.sessions) if (session.key === key) session.has_second_factor = true;
}

function insertRow(
  state: State,
  record: RecordName,
  id: number,
  values: Values,
  me: Employee,
): void {
  const defaults = {
    employee: { active: true },
    // The sales contact is always the creator.
    client: {
      phone: null,
      company_name: null,
      commercial_contact_id: me.id,
      first_contact: null,
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
    note: {
      ...{ client_id: null, contract_id: null, event_id: null },
      ...{ author_id: me.id, remind_on: null, is_done: false },
    },
    notification: { is_read: false },
  };
  const table: Map<number, object> = state[record];
  table.set(id, { id, ...defaults[record], ...values });
  if (record === 'employee') state.oneTimePasswords.add(id);
}

function updateRow(state: State, record: RecordName, id: number, values: Values): void {
  const row = state[record].get(id);
  if (row === undefined) return;
  const { read_at, done_at, ...written } = values;
  if ('department' in row && written.department !== undefined) {
    if (written.department !== row.department) endPrograms(state, id);
  }
  Object.assign(row, written);
  if (read_at !== undefined) Object.assign(row, { is_read: true });
  if (done_at !== undefined) Object.assign(row, { is_done: done_at !== null });
  if (written.status === 'signed' && 'was_signed' in row) row.was_signed = true;
  if (written.active === false) {
    endPrograms(state, id);
    endSessions(state, ({ employee_id }) => employee_id === id);
  }
}

/** Service accounts end for good when their owner leaves or moves. */
function endPrograms(state: State, id: number): void {
  state.programs.delete(id);
  endSessions(state, ({ employee_id, is_program }) => employee_id === id && is_program);
}

/** Notes and notifications about a record are deleted with it, and the sessions of an employee. */
function deleteRow(state: State, record: RecordName, id: number): void {
  state[record].delete(id);
  const about = { employee: 'recipient_id', event: 'event_id', contract: 'contract_id' } as const;
  if (record !== 'employee' && record !== 'event' && record !== 'contract') return;
  for (const note of state.note.values()) {
    if (record !== 'employee' && note[about[record]] === id) state.note.delete(note.id);
  }
  for (const notification of state.notification.values()) {
    if (notification[about[record]] === id) state.notification.delete(notification.id);
  }
  if (record === 'employee') endSessions(state, ({ employee_id }) => employee_id === id);
}

function erase(state: State, id: number): void {
  const client = state.client.get(id);
  if (client === undefined) return;
  Object.assign(client, { full_name: 'Erased client', email: null, phone: null, is_erased: true });
  for (const note of state.note.values()) {
    if (note.client_id === id) Object.assign(note, { body: 'Erased note', remind_on: null });
  }
}

/** Everything of the one is the other's, whose sales contact it gets; what is empty there is filled in. */
function merge(state: State, id: number, merged: number): void {
  const [kept, gone] = [state.client.get(id), state.client.get(merged)];
  if (kept === undefined || gone === undefined || kept === gone) return;
  kept.phone ??= gone.phone;
  kept.company_name ??= gone.company_name;
  kept.first_contact = [kept.first_contact, gone.first_contact].sort()[0] ?? null;
  for (const contract of state.contract.values()) {
    if (contract.client_id === merged) contract.client_id = id;
  }
  for (const note of state.note.values()) {
    if (note.client_id === merged) note.client_id = id;
  }
  state.client.delete(merged);
}

function handOver(state: State, from: number, to: number | null): void {
  if (to === null) return;
  for (const client of state.client.values()) {
    if (client.commercial_contact_id === from && !client.is_erased) {
      client.commercial_contact_id = to;
    }
  }
  for (const event of state.event.values()) {
    if (event.support_contact_id === from && isOpenEvent(event)) event.support_contact_id = to;
  }
}

function endSessions(state: State, those: (session: Session) => boolean): void {
  for (const session of state.sessions) if (those(session)) session.is_open = false;
}
