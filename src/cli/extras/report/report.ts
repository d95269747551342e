import { period } from '../../core/args/dates.ts';
import { optional } from '../../core/args/flag.ts';
import { line, wholeNumber } from '../../core/args/parsers.ts';
import { type Command, command } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { usageError } from '../../core/errors.ts';
import { writeForPeople } from '../../core/locale/locale.ts';
import { timeZone } from '../../core/locale/zone.ts';
import { type ChartColumn, drawChart } from '../../core/output/bars.ts';
import type { Column } from '../../core/output/columns.ts';
import { writeWhole } from '../../core/output/file.ts';
import { day, localDay, localTime } from '../../core/output/format.ts';
import type { Paint } from '../../core/output/paint.ts';
import { Report } from '../../operations/index.ts';
import {
  barLengths,
  type Figure,
  figures,
  objects,
  type Section,
  sectionsOf,
  total,
  visibleColumns,
} from './sections.ts';

const { columns } = defineFields<Figure>()({
  section: { kind: 'text', priority: 0 },
  id: { kind: 'id', priority: 0 },
  name: { kind: 'text', priority: 0 },
  measure: { kind: 'text', priority: 0 },
  value: { kind: 'number', priority: 0 },
});

/** The last whole months, the present one included. */
function lastMonths(count: number, now: Date): { first: string; last: string } {
  const [year, month] = [now.getFullYear(), now.getMonth()];
  return {
    first: localDay(new Date(year, month - count + 1, 1)),
    last: localDay(new Date(year, month + 1, 0)),
  };
}

/** The report as one object, for JSON. */
const sectionColumns = (sections: readonly Section[]): readonly Column<null>[] =>
  sections.map((each) => ({
    key: each.key,
    label: each.title,
    kind: 'json',
    value: () => objects(each),
  }));

function columnsOf(section: Section): ChartColumn[] {
  return visibleColumns(section).flatMap(({ column, texts }): ChartColumn[] => {
    const isName = column.role === 'name';
    const sum = section.rowCount > 1 && (isName ? 'Total' : total(column));
    const text: ChartColumn = {
      label: column.label,
      texts: sum ? [...texts, sum] : texts,
      align: ['number', 'money'].includes(column.kind) ? 'right' : 'left',
      ...(isName && { flexible: true }),
    };
    return column.bar ? [text, { label: '', bars: barLengths(column) }] : [text];
  });
}

/** The report for a terminal: its sections one below the other, with bars. */
function drawReport(
  heading: string,
  sections: readonly Section[],
  paint: Paint,
  width: number,
): string {
  const parts = sections.map((section) => {
    const body = section.rowCount
      ? drawChart(columnsOf(section), paint, width)
      : `${section.ifEmpty}\n`;
    return `\n${paint.heading(section.title)}\n${body}`;
  });
  return `${heading}\n${parts.join('')}`;
}

/** `epic report`: sales, payments, overdue contracts and support workload. */
export const report: Command = command({
  flags: {
    months: optional(
      '--months <n>',
      'number of months up to now, 12 by default',
      wholeNumber(1, 120),
    ),
    between: optional('--between <a..b>', 'from day A to day B instead', period),
    html: optional('--html <file>', 'write an HTML page; - for standard output', line(4000)),
  },
  columns,
  examples: [
    ['report', 'the last twelve months'],
    ['report --between 2026-01-01..2026-03-31 --html q1.html', 'a page to print or mail'],
    ['report --months 3 --csv > figures.csv', 'one number a line, for a spreadsheet'],
  ],
  notes: [
    'Signed: by date of signature, without contracts cancelled since. Paid: by date of payment. Overdue: signed over 30 days ago and not paid in full.',
  ],
  async run({ api, output, flags, columns: shown, fields }) {
    const { months, between, html } = flags;
    if (months !== undefined && between !== undefined) {
      throw usageError('--months and --between exclude each other.', 'Give one of them.');
    }
    const { first, last } = between ?? lastMonths(months ?? 12, new Date());
    const result = await api.send(Report, {
      firstDay: first,
      lastDay: last,
      timeZone: timeZone(),
    });
    const sections = sectionsOf(result);

    if (html !== undefined) {
      writeForPeople();
      const { reportPage } = await import('./page.ts');
      const page = reportPage({
        title: 'Epic Events report',
        days: `${day(first)} to ${day(last)}`,
        generated: `Generated ${localTime(new Date().toISOString())}, ${timeZone()}`,
        sections,
      });
      if (html === '-') return output.verbatim(page);
      await writeWhole(html, page);
      output.note(`The report is in ${html}.`);
    } else if (fields === undefined && output.format === 'people') {
      const heading = `Epic Events, ${first} to ${last}`;
      await output.drawing((paint, width) => drawReport(heading, sections, paint, width));
    } else if (fields === undefined && output.format === 'json') {
      output.record(sectionColumns(sections), null);
    } else await output.list(shown, sections.flatMap(figures), 'Nothing to report.');
  },
});
