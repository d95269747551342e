import { type EventFieldsFragment, EventMonth } from '../../client/operations.ts';
import { allRows } from '../../client/pages.ts';
import type { Api } from '../api/api.ts';
import { clashes } from '../calendar/clashes.ts';
import { icsOf } from '../calendar/ics.ts';
import { dayOf, daysOf, type Month, month, thisMonth, weeksOf } from '../calendar/month.ts';
import { optional, toggle, type Verb, verb } from '../command.ts';
import { id, line } from '../flags.ts';
import { drawCalendar, type Entry } from '../output/calendar.ts';
import type { Column } from '../output/columns.ts';
import { writeWhole } from '../output/file.ts';
import { localDay, localHour, localTime } from '../output/format.ts';
import type { Paint } from '../output/paint.ts';
import { printable, width, wrapped } from '../output/text.ts';

type Event = EventFieldsFragment;

/** An event of a month, with what only its calendar knows. */
type Dated = Event & { mine: boolean; doubleBooked: boolean };

/** How many days before a month an event may begin and still run into it. */
const runsInto = 7;
const oneDay = 24 * 60 * 60 * 1000;

/** The days on which an event is shown: the one it begins on, and, if it is longer than a day, those it goes on. */
function shownOn({ startDate, endDate }: Event): string[] {
  const [start, end] = [new Date(startDate), new Date(endDate)];
  if (end.getTime() - start.getTime() <= oneDay) return [localDay(start)];
  const days: string[] = [];
  for (let nth = 0; nth < 366; nth += 1) {
    const day = new Date(start.getFullYear(), start.getMonth(), start.getDate() + nth);
    if (day >= end) break;
    days.push(localDay(day));
  }
  return days;
}

/** All events that have to do with a month, of everybody: who is double-booked is seen in all of them. */
async function fetchMonth(
  api: Api,
  of: Month,
): Promise<{ events: Event[]; me: number | undefined }> {
  const period = {
    from: dayOf(of, 1 - runsInto).toISOString(),
    to: dayOf({ ...of, month: of.month + 1 }, 1).toISOString(),
  };
  let me: number | undefined;
  const pages = allRows(async (after) => {
    const page = await api.send(EventMonth, { ...period, after: after ?? null });
    me ??= page.me?.id;
    return page.events;
  });
  const events: Event[] = [];
  for await (const event of pages) events.push(event);
  return { events, me };
}

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
  return `! ${one.supportContact?.fullName ?? 'Somebody'}: ${named(one)} and ${named(other)}`;
}

function drawMonth(
  of: Month,
  events: readonly Dated[],
  pairs: readonly [Event, Event][],
  paint: Paint,
  cells: number,
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
  const grid = drawCalendar(
    weeksOf(of),
    (day) => byDay.get(day) ?? [],
    localDay(new Date()),
    paint,
    cells,
  );
  const legend = legendFor([...byDay.values()].flat());
  const listed = pairs.map((pair) => {
    const text = wrapped(printable(clashInWords(pair)), cells, '  ');
    return paint.bad(text.slice(2));
  });
  const room = cells - width(title) - width(legend);
  const heading =
    room < 2
      ? `${paint.heading(title)}\n${paint.quiet(legend)}`
      : paint.heading(title) + ' '.repeat(room) + paint.quiet(legend);
  const below = listed.length > 0 ? `\n${listed.join('\n')}\n` : '';
  return `${heading.trimEnd()}\n${grid}${below}`;
}

const mark = (key: 'mine' | 'doubleBooked', label: string): Column<Dated> => ({
  key,
  label,
  kind: 'flag',
  priority: 8,
  value: (event) => event[key],
});

/** `epic event calendar`: the events of a month, drawn, as rows, or for another calendar. */
export const eventCalendar = (eventColumns: readonly Column<Event>[]): Verb =>
  verb({
    name: 'calendar',
    summary: 'Show the events of a month',
    flags: {
      month: optional('--month <month>', 'like 2026-12, or +1 for the next', month),
      mine: toggle('--mine', 'only those I run or sold'),
      support: optional('--support <employee>', 'only those that this employee runs', id),
      ics: optional('--ics [file]', 'write an iCalendar file, or to standard output', line(4000)),
    },
    columns: [...eventColumns, mark('mine', 'Mine'), mark('doubleBooked', 'Double-booked')],
    examples: [
      ['event calendar', 'this month'],
      ['event calendar --month 2026-12 --mine', 'what I have in December'],
      ['event calendar --month +1 --ics next-month.ics', 'for another calendar'],
    ],
    notes: [
      'Marks: * mine, ! whoever runs it runs another one at the same time, x cancelled.',
      'Off a terminal: one event a line; the last field is whether it is double-booked.',
    ],
    async run({ api, output, flags, columns: shown, fields }) {
      const of = flags.month ?? thisMonth();
      const { events: fetched, me } = await fetchMonth(api, of);
      const days = new Set(daysOf(of));
      const isWanted = (event: Dated) =>
        (!flags.mine || event.mine) &&
        (flags.support === undefined || event.supportContactId === flags.support) &&
        shownOn(event).some((day) => days.has(day));
      const pairs = clashes(fetched);
      const clashing = new Set(pairs.flat());
      const events = fetched
        .map((event) => ({
          ...event,
          mine: event.supportContactId === me || event.contract?.commercialId === me,
          doubleBooked: clashing.has(event),
        }))
        .filter(isWanted);

      if (flags.ics !== undefined) {
        const name = `Epic Events ${[...days][0]?.slice(0, 7)}`;
        const ics = await icsOf(name, events, new Date());
        if (flags.ics === '-') return output.verbatim(ics);
        await writeWhole(flags.ics, ics);
        output.note(`${events.length} events are in ${flags.ics}.`);
      } else if (fields === undefined && output.format === 'people') {
        const ids = new Set(events.map(({ id }) => id));
        const shownPairs = pairs.filter(([one, other]) => ids.has(one.id) || ids.has(other.id));
        await output.drawing((paint, cells) => drawMonth(of, events, shownPairs, paint, cells));
      } else await output.list(shown, events, 'No event in this month.');
    },
  });
