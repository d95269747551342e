import type { Paint } from './paint.ts';
import { blanks, printable, shorten } from './text.ts';

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

interface Line {
  text: string;
  paint: (text: string) => string;
}

const asItIs = (text: string) => text;

function linesOf({ id, time, title, marks, look }: Entry, cells: number, paint: Paint): Line[] {
  const painted = look === 'mine' ? paint.heading : look === 'quiet' ? paint.quiet : asItIs;
  const begins = time || '→';
  const when = begins + (marks && begins.length + marks.length < cells ? ` ${marks}` : marks);
  const asOne = cells >= roomy;
  const named = asOne ? `${when} ${id}` : `${id}`;
  // An id is what one types: it is never cut.
  const what = shorten(`${named} ${printable(title)}`, Math.max(cells, named.length));
  const whole = what.startsWith(named) ? what : named;
  return (asOne ? [whole] : [when, whole]).map((text) => ({ text, paint: painted }));
}

/**
 * Weeks of a calendar, from Monday to Sunday, each day with its entries; a week is as high as its fullest day.
 * Days are like `2026-12-01`, undefined where a week has days of other months. Never narrower than 7 cells a day.
 */
export function drawCalendar(
  weeks: readonly (readonly (string | undefined)[])[],
  entriesOf: (day: string) => readonly Entry[],
  today: string,
  paint: Paint,
  cells: number,
): string {
  const size = Math.max(7, Math.floor((cells - separators) / 7));
  const padded = ({ text, paint: painted }: Line) => painted(text) + blanks(text, size);
  const across = (lines: readonly Line[]) => lines.map(padded).join(paint.quiet('│')).trimEnd();
  const rule = paint.quiet(weekdays.map(() => '─'.repeat(size)).join('┼'));

  const drawn = weeks.map((week) => {
    const days = week.map((day): Line[] => {
      if (day === undefined) return [];
      const number = String(Number(day.slice(8)));
      const heading: Line =
        day === today
          ? { text: `[${number}]`, paint: paint.standout }
          : { text: ` ${number}`, paint: paint.quiet };
      return [heading, ...entriesOf(day).flatMap((entry) => linesOf(entry, size, paint))];
    });
    const height = Math.max(1, ...days.map(({ length }) => length));
    const rows = Array.from({ length: height }, (_, row) =>
      across(days.map((lines) => lines[row] ?? { text: '', paint: asItIs })),
    );
    return rows.join('\n');
  });
  const head = across(weekdays.map((text) => ({ text: ` ${text}`, paint: paint.heading })));
  return `${[head, ...drawn].join(`\n${rule}\n`)}\n`;
}
