import { isObject } from '../../../client/is-object.ts';
import type { Field } from '../output/columns.ts';
import { plainCell } from '../output/format.ts';

/** A field that may have another name in the database than its own. */
interface Named {
  key: string;
  column?: string;
}

/** The database's name of a field: `total` → `total_amount`; that of an unknown one by its spelling. */
export const columnName = (field: string, known: readonly Named[] = []): string =>
  known.find(({ key }) => key === field)?.column ??
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The key of the field of a column of the database: `total_amount` → `total`. */
export const fieldName = (name: string, known: readonly Named[] = []): string =>
  known.find(({ column }) => column === name)?.key ??
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The values of a record's fields, by their keys, in the form that `epic` has them everywhere. */
export type Fields = Readonly<Record<string, unknown>>;

function plainValue(kind: Field['kind'] | undefined, value: unknown): unknown {
  if (value === null) return null;
  // a JSON number here, exact with its 12 digits; a decimal string elsewhere
  if (kind === 'money' && typeof value === 'number') return value.toFixed(2);
  return kind === 'instant' ? plainCell(kind, String(value)) : value;
}

/** What the API gives as `oldValues` or `newValues`, by column, as the fields of a record. */
export function fieldsOf(
  values: unknown,
  known: readonly Pick<Field, 'key' | 'kind'>[],
): Fields | null {
  if (!isObject(values)) return null;
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => {
      const key = fieldName(column, known);
      return [key, plainValue(known.find((field) => field.key === key)?.kind, value)];
    }),
  );
}
