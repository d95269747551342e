import type { Cell, Kind } from '../../core/output/columns.ts';
import { forMachines, forPeople } from '../../core/output/format.ts';

/** One column of a section: what it is called, and the cell of each row. */
export interface SectionColumn {
  key: string;
  label: string;
  kind: Kind;
  /** `name` says what a row is about, `measure` is counted; `detail` is there for programs alone. */
  role: 'name' | 'measure' | 'detail';
  /** What people read where there is nothing. */
  missing?: string;
  /** Measures that bars are drawn of. */
  bar?: true;
  cells: readonly Cell[];
}

/** A part of a report, the same for the terminal, for programs and for a page. */
export interface Section {
  key: string;
  title: string;
  ifEmpty: string;
  columns: readonly SectionColumn[];
  /** How many rows there are. */
  rows: number;
}

/** Makes a section of the rows that the API gave. */
export function section<Row>(definition: {
  key: string;
  title: string;
  ifEmpty: string;
  rows: readonly Row[] | null;
  columns: readonly (Omit<SectionColumn, 'cells'> & { value(row: Row): Cell })[];
}): Section {
  const rows = definition.rows ?? [];
  return {
    ...definition,
    rows: rows.length,
    columns: definition.columns.map(({ value, ...column }) => ({
      ...column,
      cells: rows.map(value),
    })),
  };
}

/** The columns that people see, each with its texts. */
export function drawn({ columns }: Section): { column: SectionColumn; texts: string[] }[] {
  return columns
    .filter(({ role }) => role !== 'detail')
    .map((column) => ({
      column,
      texts: column.cells.map((cell) => forPeople(column.kind, cell ?? column.missing)),
    }));
}

const cents = (amount: string) => {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(2, '0').slice(0, 2));
};

/** The sum of a column as people read it; undefined for what has none. Money is added in cents, without loss. */
export function total({ kind, role, cells }: SectionColumn): string | undefined {
  if (role !== 'measure') return undefined;
  if (kind === 'number') return String(cells.reduce<number>((sum, each) => sum + Number(each), 0));
  if (kind !== 'money') return undefined;
  const sum = cells.reduce<bigint>((all, each) => all + cents(String(each)), 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(3, '0');
  const amount = `${sum < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  return forPeople('money', amount);
}

/** The length of the bars of a column. Bars need no cents. */
export const lengths = ({ cells }: SectionColumn) => cells.map((cell) => Number(cell ?? 0));

type Plain = Exclude<Cell, undefined>;

/** The rows as objects, for JSON. */
export function objects({ columns, rows }: Section): Record<string, Plain>[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(({ key, kind, cells }) => [key, forMachines(kind, cells[row])])),
  );
}

/** One number of a report, for spreadsheets and scripts. */
export interface Figure {
  section: string;
  id: Cell;
  name: Cell;
  measure: string;
  value: Cell;
}

/** The numbers of a section, one by one. */
export function figures({ key: section, columns, rows }: Section): Figure[] {
  const cellsOf = (wanted: (column: SectionColumn) => boolean) => columns.find(wanted)?.cells ?? [];
  const names = cellsOf(({ role }) => role === 'name');
  const ids = cellsOf(({ kind }) => kind === 'id');
  return Array.from({ length: rows }, (_, row) =>
    columns
      .filter(({ role }) => role === 'measure')
      .map(({ key: measure, kind, cells }) => ({
        section,
        id: ids[row],
        name: names[row],
        measure,
        value: forMachines(kind, cells[row]),
      })),
  ).flat();
}
