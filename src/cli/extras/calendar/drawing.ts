import { localDay, localHour, localTime } from '../../core/output/format.ts';
import type { Paint } from '../../core/output/paint.ts';
import { printable, width, wrapped } from '../../core/output/text.ts';
import type { Booking } from './clashes.ts';
import { type Dated, shownOn } from './events.ts';
import { dayOf, daysOf, type Month, weeksOf } from './month.ts';
import { drawCalendar, type Entry } from './month-grid.ts';

type Event = Booking & Pick<Dated, 'title' | 'supportContactName'>;

function entryOf(event: Dated, day: string): Entry {
  const isFirst = localDay(new Date(event.startDate)) === day;
  const isCancelled = event.status === 'cancelled';
  const marks = [event.mine && '*', event.doubleBooked && '!', isCancelled && 'x'];
  return {
    id: event.id,
    title: event.title,
    time: isFirst ? localHour(event.startDate) : '',
    marks: marks.filter(Boolean).join(''),
    look: isCancelled ? 'quiet' : event.mine ? 'mine' : 'plain',
  };
}

const meanings: Record<string, string> = { '*': 'mine', '!': 'double-booked', x: 'cancelled' };

function legendFor(entries: readonly Entry[]): string {
  const used = new Set(entries.flatMap(({ marks }) => [...marks]));
  return Object.entries(meanings)
    .flatMap(([mark, meaning]) => (used.has(mark) ? [`${mark} ${meaning}`] : []))
    .join('   ');
}

function clashInWords([one, other]: readonly [Event, Event]): string {
  const named = ({ id, title, startDate, endDate }: Event) =>
    `${id} “${title}” ${localTime(startDate)}–${localHour(endDate)}`;
  return `! ${one.supportContactName ?? 'Somebody'}: ${named(one)} and ${named(other)}`;
}

/** A month with its events, what their marks mean, and below it who is double-booked. */
export function drawMonth(
  of: Month,
  events: readonly Dated[],
  pairs: readonly [Event, Event][],
  paint: Paint,
  { cells, lines }: { cells: number; lines: number },
): string {
  const byDay = new Map(
    daysOf(of).map((day) => [
      day,
      events.filter((event) => shownOn(event).includes(day)).map((event) => entryOf(event, day)),
    ]),
  );
  const title = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' }).format(
    dayOf(of, 1),
  );
  const listed = pairs.map((pair) => {
    const text = wrapped(printable(clashInWords(pair)), cells, '  ');
    return paint.bad(text.slice(2));
  });
  const grid = drawCalendar(
    weeksOf(of),
    (day) => byDay.get(day) ?? [],
    localDay(new Date()),
    paint,
    cells,
    // Without the heading, and a blank line before what is listed below.
    lines - 2 - (listed.length > 0 ? listed.join('\n').split('\n').length + 1 : 0),
  );
  const legend = legendFor([...byDay.values()].flat());
  const room = cells - width(title) - width(legend);
  const heading =
    room < 2
      ? `${paint.heading(title)}\n${paint.quiet(legend)}`
      : paint.heading(title) + ' '.repeat(room) + paint.quiet(legend);
  const below = listed.length > 0 ? `\n${listed.join('\n')}\n` : '';
  return `${heading.trimEnd()}\n${grid}${below}`;
}
