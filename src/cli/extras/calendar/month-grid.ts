import type { Paint } from '../../core/output/paint.ts';
import { blanks, printable, shorten, width, wrapped } from '../../core/output/text.ts';

/** Something on a day of a calendar. */
export interface Entry {
  id: number;
  /** `18:30`; empty where it began on an earlier day. */
  time: string;
  title: string;
  /** What the legend explains: `*` mine, `!` double-booked. */
  marks: string;
  look: 'plain' | 'mine' | 'quiet';
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const separators = 6;
/** From so many cells on, an entry is one line. */
const roomy = 18;

type Week = readonly (string | undefined)[];

interface Line {
  text: string;
  paint: (text: string) => string;
}

const asItIs = (text: string) => text;

/** A text in at most `most` lines, the last of which ends in `…` when something was cut. */
function folded(text: string, cells: number, most: number): string[] {
  const lines = wrapped(text, cells, '').split('\n');
  const whole = lines.slice(0, most - 1);
  const rest = lines.slice(most - 1).join(' ');
  return [...whole, ...(rest ? [rest] : [])].map((line) => shorten(line, cells));
}

/** An entry on so many cells, its title on at most `most` lines. */
function linesOf(entry: Entry, cells: number, most: number, paint: Paint): Line[] {
  const { id, time, marks, look } = entry;
  const title = printable(entry.title);
  const painted = look === 'mine' ? paint.heading : look === 'quiet' ? paint.quiet : asItIs;
  const begins = time || '→';
  const when = begins + (marks && begins.length + marks.length < cells ? ` ${marks}` : marks);
  const asOne = cells >= roomy;
  const named = asOne ? `${when} ${id}` : `${id}`;
  const lines = asOne ? [] : [when];
  if (most > 1 && asOne && width(`${named} ${title}`) > cells) {
    lines.push(named, ...folded(title, cells, most - 1));
  } else {
    // An id is what one types: it is never cut.
    const [what = '', ...more] = folded(`${named} ${title}`, Math.max(cells, named.length), most);
    lines.push(what.startsWith(named) ? what : named, ...more);
  }
  return lines.map((text) => ({ text, paint: painted }));
}

/**
 * Weeks of a calendar, from Monday to Sunday, each day with its entries; a week is as high as its fullest day.
 * Days are like `2026-12-01`, undefined where a week has days of other months. Never narrower than 7 cells a day.
 * Titles are as long as they can be for all of it to have at most so many lines, if that is possible.
 */
export function drawCalendar(
  weeks: readonly Week[],
  entriesOf: (day: string) => readonly Entry[],
  today: string,
  paint: Paint,
  cells: number,
  lines: number,
): string {
  const size = Math.max(7, Math.floor((cells - separators) / 7));
  const padded = ({ text, paint: painted }: Line) => painted(text) + blanks(text, size);
  const across = (lines: readonly Line[]) => lines.map(padded).join(paint.quiet('│')).trimEnd();
  const rule = paint.quiet(weekdays.map(() => '─'.repeat(size)).join('┼'));

  const drawWeek = (week: Week, most: number) => {
    const days = week.map((day): Line[] => {
      if (day === undefined) return [];
      const number = String(Number(day.slice(8)));
      const heading: Line =
        day === today
          ? { text: `[${number}]`, paint: paint.standout }
          : { text: ` ${number}`, paint: paint.quiet };
      return [heading, ...entriesOf(day).flatMap((entry) => linesOf(entry, size, most, paint))];
    });
    const height = Math.max(1, ...days.map(({ length }) => length));
    const rows = Array.from({ length: height }, (_, row) =>
      across(days.map((lines) => lines[row] ?? { text: '', paint: asItIs })),
    );
    return rows.join('\n');
  };
  const head = across(weekdays.map((text) => ({ text: ` ${text}`, paint: paint.heading })));
  const draw = (most: number) =>
    `${[head, ...weeks.map((week) => drawWeek(week, most))].join(`\n${rule}\n`)}\n`;
  const fits = (drawn: string) => drawn.split('\n').length <= lines;
  return [4, 3, 2].map(draw).find(fits) ?? draw(1);
}
