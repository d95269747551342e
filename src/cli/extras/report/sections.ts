import type { Cell, Kind } from '../../core/output/columns.ts';
import { figure, formatCell, plainCell } from '../../core/output/format.ts';
import { capitalize, inWords } from '../../core/text/words.ts';
import type { ReportQuery } from '../../operations/index.ts';

/** A column of a section, with the cell of each row. */
export interface SectionColumn {
  key: string;
  label: string;
  kind: Kind;
  /** `name` labels the row, `measure` is a figure; `detail` is in the output for programs only. */
  role: 'name' | 'measure' | 'detail';
  /** What people read instead of null. */
  missing?: string;
  /** Whether bars are drawn of it. */
  bar?: true;
  cells: readonly Cell[];
}

/** A section of a report, for the terminal, programs and the HTML page alike. */
export interface Section {
  key: string;
  title: string;
  ifEmpty: string;
  columns: readonly SectionColumn[];
  rowCount: number;
}

/** A section of the rows that the API returned. */
export function section<Row>(definition: {
  key: string;
  title: string;
  ifEmpty: string;
  rows: readonly Row[] | null;
  columns: readonly (Omit<SectionColumn, 'cells' | 'label'> & {
    /** Where it is not the key in words. */
    label?: string;
    value(row: Row): Cell;
  })[];
}): Section {
  const rows = definition.rows ?? [];
  return {
    ...definition,
    rowCount: rows.length,
    columns: definition.columns.map(({ value, ...column }) => ({
      label: capitalize(inWords(column.key)),
      ...column,
      cells: rows.map(value),
    })),
  };
}

const textOf = (kind: Kind, cell: Cell) =>
  kind === 'number' && typeof cell === 'number' ? figure(cell) : formatCell(kind, cell);

/** The columns that people see, each with its texts. */
export function visibleColumns({ columns }: Section): { column: SectionColumn; texts: string[] }[] {
  return columns
    .filter(({ role }) => role !== 'detail')
    .map((column) => ({
      column,
      texts: column.cells.map((cell) => textOf(column.kind, cell ?? column.missing)),
    }));
}

const cents = (amount: string) => {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(2, '0').slice(0, 2));
};

/** The sum of a column as people read it; undefined if it has none. Money is added in cents, without loss. */
export function total({ kind, role, cells }: SectionColumn): string | undefined {
  if (role !== 'measure') return undefined;
  if (kind === 'number') return figure(cells.reduce<number>((sum, each) => sum + Number(each), 0));
  if (kind !== 'money') return undefined;
  const sum = cells.reduce<bigint>((all, each) => all + cents(String(each)), 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(3, '0');
  const amount = `${sum < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  return formatCell('money', amount);
}

/** The values of a column as lengths of bars. */
export const barLengths = ({ cells }: SectionColumn) => cells.map((cell) => Number(cell ?? 0));

type JsonCell = Exclude<Cell, undefined>;

/** The rows as objects, for JSON. */
export function objects({ columns, rowCount }: Section): Record<string, JsonCell>[] {
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map(({ key, kind, cells }) => [key, plainCell(kind, cells[row])])),
  );
}

/** One figure of a report, for spreadsheets and scripts. */
export interface Figure {
  section: string;
  id: Cell;
  name: Cell;
  measure: string;
  value: Cell;
}

/** The figures of a section, one by one. */
export function figures({ key: section, columns, rowCount }: Section): Figure[] {
  const cellsOf = (predicate: (column: SectionColumn) => boolean) =>
    columns.find(predicate)?.cells ?? [];
  const names = cellsOf(({ role }) => role === 'name');
  const ids = cellsOf(({ kind }) => kind === 'id');
  return Array.from({ length: rowCount }, (_, row) =>
    columns
      .filter(({ role }) => role === 'measure')
      .map(({ key: measure, kind, cells }) => ({
        section,
        id: ids[row],
        name: names[row],
        measure,
        value: plainCell(kind, cells[row]),
      })),
  ).flat();
}

const employeeId = { key: 'employeeId', label: 'ID', kind: 'id', role: 'detail' } as const;
const name = { kind: 'text', role: 'name' } as const;
const count = { kind: 'number', role: 'measure' } as const;
const amount = { kind: 'money', role: 'measure' } as const;

const age = (fromDays: number, toDays: number | null) =>
  toDays === null ? `over ${fromDays - 1} days` : `${fromDays} to ${toDays} days`;

/** The sections of the report. */
export function sectionsOf({
  pipeline,
  months,
  salespeople,
  overdue,
  support,
}: ReportQuery): Section[] {
  return [
    section({
      key: 'pipeline',
      title: 'Pipeline: drafts by age',
      ifEmpty: 'There are no drafts.',
      rows: pipeline,
      columns: [
        { key: 'age', ...name, value: (band) => age(band.fromDays, band.toDays) },
        { key: 'fromDays', ...count, role: 'detail', value: (b) => b.fromDays },
        { key: 'toDays', ...count, role: 'detail', value: (band) => band.toDays },
        { key: 'drafts', ...count, value: (band) => band.contracts },
        { key: 'total', ...amount, bar: true, value: (band) => band.totalAmount },
      ],
    }),
    section({
      key: 'months',
      title: 'Signed and paid by month',
      ifEmpty: 'There are no months.',
      rows: months,
      columns: [
        { key: 'month', ...name, value: ({ month }) => month.slice(0, 7) },
        { key: 'contracts', ...count, value: (m) => m.signedContracts },
        { key: 'signed', ...amount, bar: true, value: (m) => m.signedAmount },
        { key: 'paid', ...amount, bar: true, value: (m) => m.paidAmount },
      ],
    }),
    section({
      key: 'salespeople',
      title: 'Signed and paid by salesperson',
      ifEmpty: 'There are no salespeople.',
      rows: salespeople,
      columns: [
        { ...employeeId, value: (person) => person.employeeId },
        { key: 'salesperson', ...name, value: ({ fullName }) => fullName },
        { key: 'contracts', ...count, value: (p) => p.signedContracts },
        { key: 'signed', ...amount, bar: true, value: (p) => p.signedAmount },
        { key: 'paid', ...amount, bar: true, value: (p) => p.paidAmount },
      ],
    }),
    section({
      key: 'overdue',
      title: 'Overdue: signed over 30 days ago, not paid in full',
      ifEmpty: 'Nothing is overdue.',
      rows: overdue,
      columns: [
        { ...employeeId, value: (person) => person.employeeId },
        { key: 'salesperson', ...name, value: ({ fullName }) => fullName },
        { key: 'contracts', ...count, value: ({ contracts }) => contracts },
        { key: 'toBePaid', ...amount, bar: true, value: (person) => person.amountToBePaid },
        {
          key: 'oldestSigned',
          kind: 'instant',
          role: 'measure',
          value: (person) => person.oldestSignedAt,
        },
      ],
    }),
    section({
      key: 'support',
      title: 'Events by support person',
      ifEmpty: 'There are no support employees.',
      rows: support,
      columns: [
        { ...employeeId, value: (person) => person.employeeId },
        { key: 'support', ...name, missing: 'nobody yet', value: ({ fullName }) => fullName },
        { key: 'inThisPeriod', ...count, bar: true, value: (p) => p.events },
        { key: 'toCome', ...count, bar: true, value: (person) => person.upcomingEvents },
        { key: 'nextEvent', kind: 'instant', role: 'measure', value: (person) => person.nextStart },
      ],
    }),
  ];
}
