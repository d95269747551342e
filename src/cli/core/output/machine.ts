import { type Cell, type Column, figures, type Kind } from './columns.ts';
import { forMachines } from './format.ts';
import { printable, printableLines } from './text.ts';

type Plain = Exclude<Cell, undefined>;

/** A cell in a line of text; an object as JSON. */
const textOf = (cell: Cell) =>
  typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : String(cell ?? '');

function plainCells<Row>(columns: readonly Column<Row>[], row: Row): Plain[] {
  return columns.map(({ kind, value }) => forMachines(kind, value(row)));
}

/** A record as a plain object with every column, missing values as null. */
export function plainObject<Row>(columns: readonly Column<Row>[], row: Row): Record<string, Plain> {
  const cells = plainCells(columns, row);
  return Object.fromEntries(columns.map(({ key }, index) => [key, cells[index] ?? null]));
}

function harmless(text: string): string {
  const escaped = (character: string) =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, escaped);
}

/** JSON text; what JSON lets through and a terminal would interpret is escaped too. */
export const json = (value: unknown) => `${harmless(JSON.stringify(value, null, 2))}\n`;

/** The same in one line. */
export const jsonLine = (value: unknown) => `${harmless(JSON.stringify(value))}\n`;

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One line of tab-separated values, without loss: special characters as `\t`, `\n`, `\\`, `\x1b`. */
export function tsvLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  const escaped = (character: string) =>
    escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const text = (cell: Cell) => textOf(cell).replace(/[\\\p{Cc}]/gu, escaped);
  return `${plainCells(columns, row).map(text).join('\t')}\n`;
}

// A spreadsheet runs a cell that begins with one of these; the full-width forms too.
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function csvCell(cell: Plain, kind: Kind): string {
  const plain = textOf(cell);
  const lines = printableLines(plain);
  const text = formula.test(plain) && !figures.has(kind) ? `'${lines}` : lines;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The header of a CSV file (RFC 4180). */
export function csvHeader<Row>(columns: readonly Column<Row>[]): string {
  return `${columns.map(({ key }) => printable(key)).join(',')}\r\n`;
}

/** One CSV record; text that a spreadsheet would run as a formula gets a leading `'`. */
export function csvLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  const cells = columns.map(({ kind, value }) => csvCell(forMachines(kind, value(row)), kind));
  return `${cells.join(',')}\r\n`;
}
