import { type Command, command } from '../../core/command/command.ts';
import { CliError } from '../../core/errors.ts';
import { timeZone } from '../../core/locale/zone.ts';
import { type ChartColumn, drawChart } from '../../core/output/bars.ts';
import { boundedCount, localDay } from '../../core/output/format.ts';
import type { Paint } from '../../core/output/paint.ts';
import { blanks, printable, shorten, width as textWidth } from '../../core/output/text.ts';
import { MyDay } from '../../operations/index.ts';
import { type DaySection, sectionsOf } from './sections.ts';
import { type Suggestion, suggestions } from './suggestions.ts';

/** More than a tall terminal shows of one section. */
const rows = 20;

/** In wider lines the end is too far from the beginning. */
const maxWidth = 120;

/** How many rows each section shows, one at least, so that all of them fit into this many lines. */
function shareLines(sections: readonly DaySection[], lines: number): number[] {
  const shares = sections.map(() => 1);
  for (let left = lines - sections.length; left > 0; ) {
    const cut = sections.flatMap(({ rowCount }, nth) =>
      (shares[nth] ?? 0) < rowCount ? [nth] : [],
    );
    if (cut.length === 0) break;
    for (const nth of cut.slice(0, left)) shares[nth] = (shares[nth] ?? 0) + 1;
    left -= cut.length;
  }
  return shares;
}

const firstRows = (column: ChartColumn, rows: number): ChartColumn =>
  'bars' in column
    ? { ...column, bars: column.bars.slice(0, rows) }
    : { ...column, texts: column.texts.slice(0, rows) };

function titleLine({ title, count, rest }: DaySection, rows: number, paint: Paint, width: number) {
  const named = `${title} (${boundedCount(count)})`;
  if (count <= rows) return paint.heading(named);
  const more = `${boundedCount(count, rows)} more: ${rest}`;
  const space = width - textWidth(named) - textWidth(more);
  return space < 2
    ? paint.heading(named)
    : paint.heading(named) + ' '.repeat(space) + paint.quiet(more);
}

function drawSection(section: DaySection, rows: number, paint: Paint, width: number): string {
  const shown = section.columns.map((column) => firstRows(column, rows));
  const body = drawChart(shown, paint, width - 2).replace(/^(?=.)/gm, '  ');
  return `${titleLine(section, rows, paint, width)}\n${body}`;
}

function drawNext(next: readonly Suggestion[], paint: Paint, width: number): string {
  const margin = Math.max(...next.map(([line]) => textWidth(line))) + 2;
  const lines = next.map(([line, what]) => {
    const space = width - margin - 2;
    const beside = space > 10 ? paint.quiet(shorten(printable(what), space)) : '';
    return `  ${line}${blanks(line, margin)}${beside}`.trimEnd();
  });
  return `${[paint.heading('What to type next'), ...lines].join('\n')}\n`;
}

/** The day on one screen: its sections, and what to type next. */
function drawDay(
  day: { heading: string; sections: readonly DaySection[]; next: readonly Suggestion[] },
  paint: Paint,
  screen: { width: number; height: number },
): string {
  const width = Math.min(screen.width, maxWidth);
  const { heading, sections, next } = day;
  // the heading, a blank line and a title for each part, and the prompt
  const taken = 1 + 2 * sections.length + 2 + next.length + 1;
  const rows = shareLines(sections, screen.height - taken);
  const drawn = sections.map((each, nth) => drawSection(each, rows[nth] ?? 1, paint, width));
  const parts = drawn.length > 0 ? drawn : ['Nothing is waiting for you.\n'];
  return [`${shorten(printable(heading), width)}\n`, ...parts, drawNext(next, paint, width)].join(
    '\n',
  );
}

/** There is no session here at all; one that has ended is told as everywhere else. */
const isLoggedOut = (error: unknown) =>
  error instanceof CliError && error.problem.kind === 'no_session';

const welcome = (server: string) => `Epic Events CRM. You are not logged in at ${server}.

  epic login      log in; after that, epic shows your day
  epic help       all commands
  epic login -h   help on a command, with examples
`;

/** `epic` without arguments on a terminal: my day, in one request. */
export const dashboard: Command = command({
  flags: {},
  columns: [],
  examples: [],
  async run({ api, output }) {
    const now = new Date();
    const in30Days = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 29);
    try {
      const day = await api.send(MyDay, {
        rows,
        today: localDay(now),
        in30Days: localDay(in30Days),
        timeZone: timeZone(),
      });
      const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' }).format(now);
      const who = day.me ? `${day.me.fullName}, ${day.me.department}. ` : '';
      const heading = `${who}${date}.`;
      const sections = sectionsOf(day, now);
      const next = suggestions(day);
      await output.drawing((paint, width, height) =>
        drawDay({ heading, sections, next }, paint, { width, height }),
      );
    } catch (error) {
      if (!isLoggedOut(error)) throw error;
      output.verbatim(welcome(api.server));
    }
  },
});
