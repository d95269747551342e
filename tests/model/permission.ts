import type { Operation } from './operations.ts';
import type { Employee, RecordName, Records, State } from './state.ts';
import {
  type Cell,
  mayRead,
  type TableEntry,
  truthTable,
  type Values,
  type Verb,
} from './truth-table.ts';

// Looks up an operation in the truth table.

export type Writing = Extract<
  Operation,
  { verb: 'create' | 'update' | 'delete' | 'erase' | 'merge' | 'deactivate' }
>;

const writingVerbs = ['create', 'update', 'delete', 'erase', 'merge', 'deactivate'];

export function isWriting(operation: Operation): operation is Writing {
  return writingVerbs.includes(operation.verb);
}

/** A write in terms of the table. */
export interface WriteSpec {
  record: RecordName;
  verb: Verb;
  /** Null for a new record. */
  id: number | 'all' | null;
  values: Values;
}

export function writeSpecOf(operation: Writing): WriteSpec {
  switch (operation.verb) {
    case 'create':
      return { ...operation, id: null };
    case 'update':
      return operation;
    case 'delete':
      return { ...operation, values: {} };
    case 'erase':
      return { record: 'client', verb: 'erase', id: operation.id, values: {} };
    case 'merge':
      return { record: 'client', verb: 'merge', id: operation.id, values: {} };
    case 'deactivate':
      return { record: 'employee', verb: 'update', id: operation.id, values: { active: false } };
  }
}

/** What gives power or cannot be undone: design, section 3, and the second factor of those who have one. */
export function needsSecondFactor({ record, verb }: WriteSpec): boolean {
  return verb === 'erase' || verb === 'merge' || (record === 'employee' && verb !== 'delete');
}

/** The entries for a write, of any department. */
export function entriesFor({ record, verb, values }: WriteSpec): TableEntry[] {
  const columns = Object.keys(values);
  return truthTable.filter(
    (entry) =>
      entry.record === record &&
      entry.verb === verb &&
      (columns.length === 0 || columns.some((column) => entry.columns.includes(column))),
  );
}

/** Whether some department may do it, to some row and with some values. */
export function isInTable(spec: WriteSpec): boolean {
  const entries = entriesFor(spec);
  return entries.length > 0 && Object.keys(spec.values).every(isIn(entries));
}

export interface Permission {
  /** Whether the department may do it at all. */
  isGranted: boolean;
  /** The target rows that it may do it to. */
  rows: number[];
  /** Whether it may write these values to them, or to the new row. */
  areValuesAllowed: boolean;
}

/** What the table allows an employee. */
export function lookUpPermission(spec: WriteSpec, me: Employee, state: State): Permission {
  const entries = entriesFor(spec).filter(({ cells }) => cells[me.department] !== null);
  const columns = Object.keys(spec.values);
  if (entries.length === 0 || !columns.every(isIn(entries))) {
    return { isGranted: false, rows: [], areValuesAllowed: false };
  }

  // An update needs an entry for every column, anything else one for the whole.
  const parts = spec.verb === 'update' ? columns : [null];
  const allows = (test: (cell: Cell) => boolean) =>
    parts.every((column) =>
      entries.some(
        ({ columns: writable, cells: { [me.department]: cell } }) =>
          cell !== null && (column === null || writable.includes(column)) && test(cell),
      ),
    );
  const rows = targetRows(spec, me, state).filter((row) =>
    allows((cell) => cell.rows(row, me, state)),
  );
  const writtenRows = spec.id === null ? [undefined] : rows;
  return {
    isGranted: true,
    rows: rows.map(({ id }) => id),
    areValuesAllowed: writtenRows.every((row) =>
      allows((cell) => cell.values(spec.values, me, state, row)),
    ),
  };
}

/** The ids that an employee sees. */
export function visibleIds(state: State, record: RecordName, me: Employee): number[] {
  return [...state[record].keys()].filter((id) => mayRead(record, id, me, state));
}

function targetRows({ record, id }: WriteSpec, me: Employee, state: State): Records[RecordName][] {
  return visibleIds(state, record, me)
    .filter((row) => id === 'all' || row === id)
    .map((row) => state[record].get(row))
    .filter((row) => row !== undefined);
}

function isIn(entries: readonly TableEntry[]): (column: string) => boolean {
  return (column) => entries.some(({ columns }) => columns.includes(column));
}
