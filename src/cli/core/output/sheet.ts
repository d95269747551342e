import type { Column } from './columns.ts';
import type { Paint } from './paint.ts';
import { drawRecord } from './record.ts';
import { drawTable } from './table.ts';
import { width, wrapped } from './text.ts';

/** A table below a record. */
export interface SheetPart {
  title: string;
  columns: readonly Column<never>[];
  rows: readonly never[];
  /** How many more there are, and the command that lists them. */
  rest: string | undefined;
  ifEmpty: string;
}

async function drawPart(part: SheetPart, paint: Paint, maxWidth: number): Promise<string> {
  const { title, columns, rows, rest, ifEmpty } = part;
  if (rows.length === 0) return `${paint.quiet(ifEmpty)}\n`;
  const fits = rest !== undefined && width(`${title}  ${rest}`) <= maxWidth;
  const more =
    rest && (fits ? `  ${paint.quiet(rest)}` : `\n${paint.quiet(wrapped(rest, maxWidth, ''))}`);
  const { text, leftOut } = await drawTable(columns, rows, maxWidth - 2, paint);
  const left = leftOut && `${paint.quiet(wrapped(leftOut, maxWidth, '  '))}\n`;
  return `${paint.heading(title)}${more ?? ''}\n${text.replace(/^(?=.)/gm, '  ')}${left}`;
}

/** A record, and below it what belongs to it, at most `maxWidth` wide. */
export async function drawSheet<Row>(
  lines: readonly Column<Row>[],
  row: Row,
  parts: readonly SheetPart[],
  paint: Paint,
  maxWidth: number,
): Promise<string> {
  const drawn = [drawRecord(lines, row, paint, maxWidth)];
  for (const part of parts) drawn.push(await drawPart(part, paint, maxWidth));
  return drawn.join('\n');
}
