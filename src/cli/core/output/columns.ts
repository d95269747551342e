import { usageError } from '../errors.ts';
import { didYouMean } from '../text/words.ts';

export type Cell = string | number | boolean | object | null | undefined;

/** What a field of a record is called, and what it holds. */
export interface Field {
  /** The name in `--fields`, `--json` and `--csv`. */
  key: string;
  label: string;
  kind: Kind;
  /** The name in the database, where it is another one than the key's. */
  column?: string;
  /** True of what belongs to another record and is only shown with this one. */
  borrowed?: true;
}

/**
 * Money is a decimal string, a date `2026-12-01`, an instant any ISO-8601 date-time.
 * `json` is an object or an array, the only kind that may be one.
 */
export type Kind =
  | 'id'
  | 'text'
  | 'phone'
  | 'money'
  | 'date'
  | 'instant'
  | 'number'
  | 'status'
  | 'flag'
  | 'json';

/** The kinds that are figures: they are aligned to the right, and no spreadsheet runs one. */
export const figures: ReadonlySet<Kind> = new Set<Kind>(['id', 'number', 'money']);

/** One field of a record, the same in every format. */
export interface Column<Row> extends Field {
  value: (row: Row) => Cell;
  /** On a narrow terminal the highest number leaves first, 0 never; without one, shown only by `view`. */
  priority?: number;
  /** The width to which a text may shrink before other columns are dropped. */
  least?: number;
  /** How many characters of it a table shows: as many as commands need. */
  abbreviated?: number;
  /** A text that is of no use when it is cut: an address. */
  whole?: true;
  /** A text that goes on below itself in a table, rather than being cut. */
  wraps?: true;
}

/** A name as it is compared: `toBePaid`, `to-be-paid` and `to_be_paid` are the same. */
export const canonical = (name: string) => name.replace(/[-_\s]/g, '').toLowerCase();

/** What `--fields` calls all of them. */
export const allFields = 'all';

/** The columns named by `--fields a,b`, in that order, or by `--fields all`; an unknown name is a usage error. */
export function pickColumns<Row>(columns: readonly Column<Row>[], names: string): Column<Row>[] {
  if (canonical(names) === allFields) return [...columns];
  const known = new Map(columns.map((column) => [canonical(column.key), column]));
  return names.split(',').map((name) => {
    const column = known.get(canonical(name));
    if (column) return column;
    const names = columns.map(({ key }) => key);
    // as the database calls it
    const meant = columns.find(({ column = '' }) => canonical(column) === canonical(name))?.key;
    throw usageError(
      `--fields: there is no field “${name.trim()}”.`,
      didYouMean(meant ?? name.trim(), names) ?? `The fields are ${names.join(', ')}.`,
    );
  });
}
