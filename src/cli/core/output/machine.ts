import { once } from 'node:events';
import { type Cell, type Column, figures, type Kind } from './columns.ts';
import { plainCell } from './format.ts';
import { guardFormulas } from './formulas.ts';
import { overrides, printable, printableLines } from './text.ts';

type Plain = Exclude<Cell, undefined>;

/** A cell in a line of text; an object as JSON. */
const textOf = (cell: Cell) => {
  if (typeof cell === 'string') return cell;
  return typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : String(cell ?? '');
};

function plainCells<Row>(columns: readonly Column<Row>[], row: Row): Plain[] {
  return columns.map(({ kind, value }) => plainCell(kind, value(row)));
}

/** A record as a plain object with every column, missing values as null. */
export function plainObject<Row>(columns: readonly Column<Row>[], row: Row): Record<string, Plain> {
  const cells = plainCells(columns, row);
  return Object.fromEntries(columns.map(({ key }, index) => [key, cells[index] ?? null]));
}

const codeOf = (character: string, digits: number) =>
  character.charCodeAt(0).toString(16).padStart(digits, '0');
const unicodeEscape = (character: string) => `\\u${codeOf(character, 4)}`;

function harmless(text: string): string {
  return text.replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, unicodeEscape);
}

/** JSON text; what JSON lets through and a terminal would interpret is escaped too. */
export const json = (value: unknown) => `${harmless(JSON.stringify(value, null, 2))}\n`;

/** The same in one line. */
export const jsonLine = (value: unknown) => `${harmless(JSON.stringify(value))}\n`;

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One line of tab-separated values, without loss: special characters as `\t`, `\n`, `\\`, `\x1b`, `\u202e`. */
export function tsvLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  const escaped = (character: string) => escapes[character] ?? `\\x${codeOf(character, 2)}`;
  const text = (cell: Cell) =>
    textOf(cell)
      .replace(/[\\\p{Cc}]/gu, escaped)
      .replace(overrides, unicodeEscape);
  return `${plainCells(columns, row).map(text).join('\t')}\n`;
}

/** Most cells: no formula begins with it, and it has no separator, quotation mark or control character. */
const unchanged = /^[A-Za-z0-9\u00c0-\u024f][\w\u00c0-\u024f .:@/+-]*$/;

function csvCell(cell: Plain, kind: Kind): string {
  const plain = textOf(cell);
  if (plain === '' || unchanged.test(plain)) return plain;
  const text = printableLines(figures.has(kind) ? plain : guardFormulas(plain));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The header of a CSV file (RFC 4180). */
export function csvHeader<Row>(columns: readonly Column<Row>[]): string {
  return `${columns.map(({ key }) => printable(key)).join(',')}\r\n`;
}

/** One CSV record; what a spreadsheet would run as a formula gets a `'` before it. */
export function csvLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  let text = '';
  for (const { kind, value } of columns) text += `,${csvCell(plainCell(kind, value(row)), kind)}`;
  return `${text.slice(1)}\r\n`;
}

/** How a list is written row by row. */
interface Lines<Row> {
  before: string;
  row(row: Row): string;
  between: string;
  /** `isEmpty`: after no row at all. */
  after(isEmpty: boolean): string;
}

function linesOf<Row>(format: 'tsv' | 'json' | 'csv', columns: readonly Column<Row>[]): Lines<Row> {
  const none = () => '';
  if (format === 'tsv') {
    return { before: '', row: (row) => tsvLine(columns, row), between: '', after: none };
  }
  if (format === 'csv') {
    const row = (row: Row) => csvLine(columns, row);
    return { before: csvHeader(columns), row, between: '', after: none };
  }
  return {
    before: '[',
    row: (row) => `\n${json(plainObject(columns, row)).trimEnd().replace(/^/gm, '  ')}`,
    between: ',',
    after: (isEmpty) => (isEmpty ? ']\n' : '\n]\n'),
  };
}

/** Writes rows as they come, and no faster than they are read: the same text as if they had come at once. */
export async function writeRows<Row>(
  stdout: NodeJS.WriteStream,
  format: 'tsv' | 'json' | 'csv',
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): Promise<void> {
  const lines = linesOf(format, columns);
  let text = lines.before;
  let isEmpty = true;
  for await (const rows of pages) {
    for (const row of rows) {
      text += (isEmpty ? '' : lines.between) + lines.row(row);
      isEmpty = false;
    }
    if (text && !stdout.write(text)) await once(stdout, 'drain');
    text = '';
  }
  stdout.write(text + lines.after(isEmpty));
}
