import { isObject } from '../../../client/is-object.ts';
import type { Field } from '../output/columns.ts';
import { forMachines } from '../output/format.ts';
import { fieldName } from './column-names.ts';

/** The values of a record's fields, by the API's names, in the form that `epic` has them everywhere. */
export type Fields = Readonly<Record<string, unknown>>;

function plainValue(kind: Field['kind'] | undefined, value: unknown): unknown {
  if (value === null) return null;
  // a JSON number here, exact with its 12 digits; a decimal string elsewhere
  if (kind === 'money' && typeof value === 'number') return value.toFixed(2);
  return kind === 'instant' ? forMachines(kind, String(value)) : value;
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
