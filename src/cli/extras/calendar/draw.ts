import { boundedCount, localDay, localHour, localTime } from '../../core/output/format.ts';
import type { Paint } from '../../core/output/paint.ts';
import { blanks, printable, shorten, width, wrapped } from '../../core/output/text.ts';
import type { DrawnDay, DrawnEvent } from './events.ts';
import { dayOf, type Month, weeksOf } from './month.ts';

/** An event on one day of the grid. */
export interface Entry {
  id: number;
  /** `18:30`; empty where it began on an earlier day. */
  time: string;
  title: string;
  /** As in the legend: `*` mine, `!` double-booked, `x` cancelled. */
  marks: string;
  style: 'plain' | 'mine' | 'quiet';
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const separators = 6;
const minDayWidth = 7;
/** A day that is narrower puts the time of an entry on a line of its own. */
const oneLineWidth = 18;

type Week = readonly (string | undefined)[];

interface Line {
  text: string;
  paint: (text: string) => string;
}

const unpainted = (text: string) => text;

/** A text in at most `maxLines` lines, the last of which ends in `…` when something was cut. */
function clamped(text: string, maxWidth: number, maxLines: number): string[] {
  const lines = wrapped(text, maxWidth, '').split('\n');
  const whole = lines.slice(0, maxLines - 1);
  const rest = lines.slice(maxLines - 1).join(' ');
  return [...whole, ...(rest ? [rest] : [])].map((line) => shorten(line, maxWidth));
}

function linesOf(entry: Entry, dayWidth: number, maxLines: number, paint: Paint): Line[] {
  const { id, time, marks, style } = entry;
  const title = printable(entry.title);
  const painted = style === 'mine' ? paint.heading : style === 'quiet' ? paint.quiet : unpainted;
  const begins = time || '→';
  const when = begins + (marks && begins.length + marks.length < dayWidth ? ` ${marks}` : marks);
  const asOne = dayWidth >= oneLineWidth;
  const named = asOne ? `${when} ${id}` : `${id}`;
  const lines = asOne ? [] : [when];
  if (maxLines > 1 && asOne && width(`${named} ${title}`) > dayWidth) {
    lines.push(named, ...clamped(title, dayWidth, maxLines - 1));
  } else {
    // an id is typed: it is never cut
    const [what = '', ...more] = clamped(
      `${named} ${title}`,
      Math.max(dayWidth, named.length),
      maxLines,
    );
    lines.push(what.startsWith(named) ? what : named, ...more);
  }
  return lines.map((text) => ({ text, paint: painted }));
}

/** The entries of a day, and how many more it has, in words. */
export interface Day {
  entries: readonly Entry[];
  more: string;
}

/**
 * Weeks from Monday to Sunday, each day with its entries; a week is as high as its fullest day. Days are like
 * `2026-12-01`, undefined for those of other months. Titles take as many lines as the height allows, one at least.
 */
export function drawGrid(
  weeks: readonly Week[],
  dayOf: (day: string) => Day | undefined,
  today: string,
  paint: Paint,
  size: { width: number; height: number },
): string {
  const dayWidth = Math.max(minDayWidth, Math.floor((size.width - separators) / 7));
  const padded = ({ text, paint: painted }: Line) => painted(text) + blanks(text, dayWidth);
  const across = (lines: readonly Line[]) => lines.map(padded).join(paint.quiet('│')).trimEnd();
  const rule = paint.quiet(weekdays.map(() => '─'.repeat(dayWidth)).join('┼'));

  const drawWeek = (week: Week, maxLines: number) => {
    const days = week.map((day): Line[] => {
      if (day === undefined) return [];
      const number = String(Number(day.slice(8)));
      const heading: Line =
        day === today
          ? { text: `[${number}]`, paint: paint.standout }
          : { text: ` ${number}`, paint: paint.quiet };
      const { entries = [], more = '' } = dayOf(day) ?? {};
      return [
        heading,
        ...entries.flatMap((entry) => linesOf(entry, dayWidth, maxLines, paint)),
        ...(more ? [{ text: shorten(more, dayWidth), paint: paint.quiet }] : []),
      ];
    });
    const height = Math.max(1, ...days.map(({ length }) => length));
    const rows = Array.from({ length: height }, (_, row) =>
      across(days.map((lines) => lines[row] ?? { text: '', paint: unpainted })),
    );
    return rows.join('\n');
  };
  const head = across(weekdays.map((text) => ({ text: ` ${text}`, paint: paint.heading })));
  const draw = (maxLines: number) =>
    `${[head, ...weeks.map((week) => drawWeek(week, maxLines))].join(`\n${rule}\n`)}\n`;
  const fits = (drawn: string) => drawn.split('\n').length <= size.height;
  return [4, 3, 2].map(draw).find(fits) ?? draw(1);
}

function entryOf(event: DrawnEvent, day: string): Entry {
  const isFirst = localDay(new Date(event.startDate)) === day;
  const isCancelled = event.status === 'cancelled';
  const marks = [event.mine && '*', event.doubleBooked && '!', isCancelled && 'x'];
  return {
    id: event.id,
    title: event.title,
    time: isFirst ? localHour(event.startDate) : '',
    marks: marks.filter(Boolean).join(''),
    style: isCancelled ? 'quiet' : event.mine ? 'mine' : 'plain',
  };
}

const legend: Record<string, string> = { '*': 'mine', '!': 'double-booked', x: 'cancelled' };

function legendFor(entries: readonly Entry[]): string {
  const used = new Set(entries.flatMap(({ marks }) => [...marks]));
  return Object.entries(legend)
    .flatMap(([mark, meaning]) => (used.has(mark) ? [`${mark} ${meaning}`] : []))
    .join('   ');
}

function describeClash([one, other]: readonly [DrawnEvent, DrawnEvent]): string {
  const named = ({ id, title, startDate, endDate }: DrawnEvent) =>
    `${id} “${title}” ${localTime(startDate)}–${localHour(endDate)}`;
  return `! ${one.supportContactName ?? 'Someone'}: ${named(one)} and ${named(other)}`;
}

/** As many double bookings as a person reads. */
const maxPairs = 20;

/** What stands below a month: its double bookings, and how to see what did not fit. */
function linesBelow(
  days: ReadonlyMap<string, DrawnDay>,
  pairs: readonly [DrawnEvent, DrawnEvent][],
  paint: Paint,
  maxWidth: number,
): string[] {
  const listed = pairs.slice(0, maxPairs).map((pair) => {
    const text = wrapped(printable(describeClash(pair)), maxWidth, '  ');
    return paint.bad(text.slice(2));
  });
  const others = pairs.length - listed.length;
  const [full] = [...days].find(([, { events, count }]) => count > events.length) ?? [];
  const all = full && `+ more on that day: epic event list --from ${full} --to ${full}`;
  return [
    ...listed,
    ...(others > 0 ? [paint.bad(`! and ${others} more double bookings`)] : []),
    ...(all ? [paint.quiet(all)] : []),
  ];
}

/** A month with its events, a legend of their marks, and the double bookings below. */
export function drawMonth(
  of: Month,
  drawn: ReadonlyMap<string, DrawnDay>,
  pairs: readonly [DrawnEvent, DrawnEvent][],
  paint: Paint,
  size: { width: number; height: number },
): string {
  const days = new Map(
    [...drawn].map(([day, { events, count }]): [string, Day] => [
      day,
      {
        entries: events.map((event) => entryOf(event, day)),
        more: count > events.length ? `+ ${boundedCount(count, events.length)}` : '',
      },
    ]),
  );
  const title = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' }).format(
    dayOf(of, 1),
  );
  const listed = linesBelow(drawn, pairs, paint, size.width);
  const below = listed.length > 0 ? `\n${listed.join('\n')}\n` : '';
  const today = localDay(new Date());
  const grid = drawGrid(weeksOf(of), (day) => days.get(day), today, paint, {
    width: size.width,
    // without the heading and the prompt
    height: size.height - 2 - (below.split('\n').length - 1),
  });
  const marks = legendFor([...days.values()].flatMap(({ entries }) => entries));
  const space = size.width - width(title) - width(marks);
  const heading =
    space < 2
      ? `${paint.heading(title)}\n${paint.quiet(marks)}`
      : paint.heading(title) + ' '.repeat(space) + paint.quiet(marks);
  return `${heading.trimEnd()}\n${grid}${below}`;
}
