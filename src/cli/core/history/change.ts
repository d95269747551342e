import type { HistoryFieldsFragment } from '../../operations/index.ts';
import { type Fields, fieldsOf } from '../api/fields.ts';
import type { Field } from '../output/columns.ts';

/** One row of one record, changed by one statement. */
export interface Change {
  id: string;
  changedAt: string;
  /** Changes that belong together share it. */
  transactionId: string;
  record: string;
  rowId: number;
  action: string;
  employeeId: number | null;
  employee: string | null;
  /** The program through which they did it. */
  serviceAccount: string | null;
  /** The login to the database, where it was not the API's. */
  databaseUser: string | null;
  /** Before: what changed, or everything for a delete. */
  old: Fields | null;
  /** After: what changed, or everything for an insert. */
  new: Fields | null;
}

/** An entry of the API as a change of a record with these fields. */
export function changeOf(entry: HistoryFieldsFragment, fields: readonly Field[]): Change {
  const { oldValues, newValues, employeeName, ...same } = entry;
  return {
    ...same,
    employeeId: entry.employeeId ?? null,
    employee: employeeName ?? null,
    serviceAccount: entry.serviceAccount ?? null,
    databaseUser: entry.databaseUser ?? null,
    old: fieldsOf(oldValues, fields),
    new: fieldsOf(newValues, fields),
  };
}

/** Who did it: an employee, perhaps through a program, or the login of a session in the database itself. */
export function actorOf({ employee, employeeId, serviceAccount, databaseUser }: Change): string {
  const named = employee ?? (employeeId === null ? null : `employee ${employeeId}`);
  const person = named && serviceAccount ? `${named} through ${serviceAccount}` : named;
  if (databaseUser === null) return person ?? 'The database';
  const login = `${databaseUser}, in the database`;
  return person === null ? login : `${person} (${login})`;
}
