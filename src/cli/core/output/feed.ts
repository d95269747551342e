import type { Column } from './columns.ts';
import { type Format, formatCell } from './format.ts';
import { csvHeader, csvLine, jsonLine, plainObject, tsvLine } from './machine.ts';
import type { Paint } from './paint.ts';
import { printable, width, wrapped } from './text.ts';

const gutter = 3;

/** Lines with a column of times, and texts wrapped beside it. */
export function drawTimeline(
  moments: readonly { when: string; text: string }[],
  paint: Paint,
  maxWidth: number,
): string {
  const margin = Math.max(...moments.map(({ when }) => width(when))) + gutter;
  const lines = moments.map(({ when, text }) => {
    const beside = wrapped(printable(text), maxWidth, ' '.repeat(margin)).slice(margin);
    return `${paint.quiet(when.padEnd(margin))}${beside}\n`;
  });
  return lines.join('');
}

/** A line of a feed for people. */
export interface FeedEntry {
  /** The time of day: `15:02`. */
  when: string;
  text: string;
}

interface FeedOptions {
  format: Format;
  paint: Paint;
  maxWidth: number;
  /** `--fields` chose the columns: people get their values. */
  chosen: boolean;
}

/** Draws one row after the other, as things happen: a sentence for people, otherwise one line in the format. */
export function createFeed<Row>(
  columns: readonly Column<Row>[],
  { format, paint, maxWidth, chosen }: FeedOptions,
): (row: Row, entry: FeedEntry) => string {
  let header = format === 'csv' ? csvHeader(columns) : '';
  return (row, entry) => {
    if (format === 'json') return jsonLine(plainObject(columns, row));
    if (format === 'tsv') return tsvLine(columns, row);
    if (format === 'csv') {
      const lines = header + csvLine(columns, row);
      header = '';
      return lines;
    }
    const values = columns.map(({ kind, value }) => formatCell(kind, value(row)));
    const text = chosen ? values.join('  ') : entry.text;
    return drawTimeline([{ when: entry.when, text }], paint, maxWidth);
  };
}
