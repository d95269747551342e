import type { Company, Employee, RecordName, Records } from './company.ts';
import { type Cell, type Line, mayRead, truthTable, type Values, type Verb } from './model.ts';
import type { Operation } from './operations.ts';

// Looks an operation up in the truth table.

export type Writing = Extract<
  Operation,
  { verb: 'create' | 'update' | 'delete' | 'erase' | 'deactivate' }
>;

const writingVerbs = ['create', 'update', 'delete', 'erase', 'deactivate'];

export function isWriting(operation: Operation): operation is Writing {
  return writingVerbs.includes(operation.verb);
}

/** A writing operation in the words of the table. */
export interface Deed {
  record: RecordName;
  verb: Verb;
  /** Null for what does not exist yet. */
  id: number | 'all' | null;
  values: Values;
}

export function deedOf(operation: Writing): Deed {
  switch (operation.verb) {
    case 'create':
      return { ...operation, id: null };
    case 'update':
      return operation;
    case 'delete':
      return { ...operation, values: {} };
    case 'erase':
      return { record: 'client', verb: 'erase', id: operation.id, values: {} };
    case 'deactivate':
      return { record: 'employee', verb: 'update', id: operation.id, values: { active: false } };
  }
}

/** The lines that are about a deed, whoever does it. */
export function linesAbout({ record, verb, values }: Deed): Line[] {
  const columns = Object.keys(values);
  return truthTable.filter(
    (line) =>
      line.record === record &&
      line.verb === verb &&
      (columns.length === 0 || columns.some((column) => line.columns.includes(column))),
  );
}

/** Whether anybody at all may do such a thing, to some record and with some values. */
export function isAnybodys(deed: Deed): boolean {
  const lines = linesAbout(deed);
  return lines.length > 0 && Object.keys(deed.values).every(isIn(lines));
}

export interface Permission {
  /** Whether the department may do such a thing at all. */
  hasRight: boolean;
  /** The existing rows that it may do it to, of those meant. */
  rows: number[];
  /** Whether it may give them, or the new one, these values. */
  mayGive: boolean;
}

/** What the table says to a deed of somebody. */
export function permissionFor(deed: Deed, me: Employee, company: Company): Permission {
  const lines = linesAbout(deed).filter(({ cells }) => cells[me.department] !== null);
  const columns = Object.keys(deed.values);
  if (lines.length === 0 || !columns.every(isIn(lines))) {
    return { hasRight: false, rows: [], mayGive: false };
  }

  // Of an update every column needs a line; of anything else the whole needs one.
  const parts = deed.verb === 'update' ? columns : [null];
  const allows = (test: (cell: Cell) => boolean) =>
    parts.every((column) =>
      lines.some(
        ({ columns: writable, cells: { [me.department]: cell } }) =>
          cell !== null && (column === null || writable.includes(column)) && test(cell),
      ),
    );
  const rows = meant(deed, me, company).filter((row) =>
    allows((cell) => cell.rows(row, me, company)),
  );
  const givenTo = deed.id === null ? [undefined] : rows;
  return {
    hasRight: true,
    rows: rows.map(({ id }) => id),
    mayGive: givenTo.every((row) => allows((cell) => cell.values(deed.values, me, company, row))),
  };
}

/** The ids that somebody sees. */
export function visible(company: Company, record: RecordName, me: Employee): number[] {
  return [...company[record].keys()].filter((id) => mayRead(record, id, me, company));
}

function meant({ record, id }: Deed, me: Employee, company: Company): Records[RecordName][] {
  return visible(company, record, me)
    .filter((row) => id === 'all' || row === id)
    .map((row) => company[record].get(row))
    .filter((row) => row !== undefined);
}

function isIn(lines: readonly Line[]): (column: string) => boolean {
  return (column) => lines.some(({ columns }) => columns.includes(column));
}
