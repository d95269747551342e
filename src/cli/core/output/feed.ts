import type { Column } from './columns.ts';
import { type Format, forPeople } from './format.ts';
import { csvHeader, csvLine, jsonLine, plainObject, tsvLine } from './machine.ts';
import type { Paint } from './paint.ts';
import { drawTimeline } from './timeline.ts';

/** What happened, as people read it. */
export interface Told {
  /** The time of day: `15:02`. */
  when: string;
  text: string;
}

/** How a feed looks. */
interface Look {
  format: Format;
  paint: Paint;
  cells: number;
  /** `--fields` chose the columns: people get their values. */
  chosen: boolean;
}

/** Draws one row after the other, as things happen: a sentence for people, otherwise one line in the format. */
export function createFeed<Row>(
  columns: readonly Column<Row>[],
  { format, paint, cells, chosen }: Look,
): (row: Row, told: Told) => string {
  let header = format === 'csv' ? csvHeader(columns) : '';
  return (row, told) => {
    if (format === 'json') return jsonLine(plainObject(columns, row));
    if (format === 'tsv') return tsvLine(columns, row);
    if (format === 'csv') {
      const lines = header + csvLine(columns, row);
      header = '';
      return lines;
    }
    const values = columns.map(({ kind, value }) => forPeople(kind, value(row)));
    const text = chosen ? values.join('  ') : told.text;
    return drawTimeline([{ when: told.when, text }], paint, cells);
  };
}
