import { isObject } from '../../client/is-object.ts';
import type { HistoryFieldsFragment } from '../../client/operations.ts';
import { fieldName } from '../api/column-names.ts';
import type { Field } from '../output/columns.ts';
import { forMachines } from '../output/format.ts';

/** The values of a record's fields, by the API's names, in the form that `epic` has them everywhere. */
export type Fields = Readonly<Record<string, unknown>>;

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
  /** The login to the database, where it was not the API's. */
  databaseUser: string | null;
  /** Before: what changed, or everything for a delete. */
  old: Fields | null;
  /** After: what changed, or everything for an insert. */
  new: Fields | null;
}

function plainValue(kind: Field['kind'] | undefined, value: unknown): unknown {
  if (value === null) return null;
  // History is JSON, where an amount is a number; elsewhere it is a text with its cents.
  if (kind === 'money') return Number(value).toFixed(2);
  return kind === 'instant' ? forMachines(kind, String(value)) : value;
}

function fieldsOf(values: unknown, known: readonly Field[]): Fields | null {
  if (!isObject(values)) return null;
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => {
      const key = fieldName(column);
      return [key, plainValue(known.find((field) => field.key === key)?.kind, value)];
    }),
  );
}

/** An entry of the API as a change of a record with these fields. */
export function changeOf(entry: HistoryFieldsFragment, fields: readonly Field[]): Change {
  const { oldValues, newValues, employeeName, ...same } = entry;
  return {
    ...same,
    employeeId: entry.employeeId ?? null,
    employee: employeeName ?? null,
    databaseUser: entry.databaseUser ?? null,
    old: fieldsOf(oldValues, fields),
    new: fieldsOf(newValues, fields),
  };
}
