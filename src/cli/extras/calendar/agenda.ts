import { allRows } from '../../../client/pages.ts';
import type { Api } from '../../core/api/api.ts';
import { between, date } from '../../core/args/dates.ts';
import { optional, toggle } from '../../core/args/flag.ts';
import { idOf } from '../../core/args/parsers.ts';
import { verb } from '../../core/command/command.ts';
import { formatCell, localDay, localHour } from '../../core/output/format.ts';
import type { Paint } from '../../core/output/paint.ts';
import { printable, printableLines, width, wrapped } from '../../core/output/text.ts';
import { type Event, fields } from '../../nouns/event/fields.ts';
import { EventList, type EventListQueryVariables } from '../../operations/index.ts';
import { daysShown, maxDaysBefore } from './events.ts';

/** How many days it shows, unless the period says. */
const usualDays = 14;

/** The days of a period that may lack an end, as `2026-12-01`. */
export interface Days {
  first: string;
  last: string;
}

function midnight(day: string, later = 0): Date {
  const [year = 0, month = 0, nth = 0] = day.split('-').map(Number);
  return new Date(year, month - 1, nth + later);
}

function daysOf({ from, to }: { from?: string; to?: string } = {}): Days {
  const today = localDay(new Date());
  // a period without a beginning ends with what is to come
  const first = from ?? (to !== undefined && to < today ? to : today);
  return { first, last: to ?? localDay(midnight(first, usualDays - 1)) };
}

/** The events that take place on one of these days, in the order of time. */
async function eventsOf(
  api: Api,
  { first, last }: Days,
  filters: NonNullable<EventListQueryVariables['condition']>,
): Promise<Event[]> {
  const condition = {
    ...filters,
    from: midnight(first, -maxDaysBefore).toISOString(),
    to: midnight(last, 1).toISOString(),
  };
  const page = { first: 1000, orderBy: ['START_DATE_ASC'] as const, condition };
  const pages = allRows(
    async (after) =>
      (await api.send(EventList, { ...page, orderBy: [...page.orderBy], after: after ?? null }))
        .events,
  );
  const events: Event[] = [];
  for await (const event of pages) {
    if (daysShown(event).some((day) => first <= day && day <= last)) events.push(event);
  }
  return events;
}

/** `18:00–23:30`; of an event of several days, what is of this one: `18:00–`, `all day`, `–12:00`. */
function hoursOn(day: string, { startDate, endDate }: Event): string {
  const days = daysShown({ startDate, endDate });
  const isFirst = days[0] === day;
  const isLast = days.at(-1) === day;
  if (!isFirst && !isLast) return 'all day';
  return `${isFirst ? localHour(startDate) : ''}–${isLast ? localHour(endDate) : ''}`;
}

const hoursWidth = '18:00–23:30'.length + 2;

/** The parts in lines that break between two of them, wherever one fits. */
function joined(parts: readonly (string | null | undefined)[], room: number): string {
  const lines: string[] = [];
  for (const each of parts) {
    if (!each) continue;
    const part = printable(each);
    const longer = `${lines.at(-1)} · ${part}`;
    if (lines.length > 0 && width(longer) <= room) lines.splice(-1, 1, longer);
    else lines.push(part);
  }
  return lines.join('\n');
}

function drawEvent(day: string, event: Event, paint: Paint, maxWidth: number): string {
  const { id, title, status, location, contract, supportContactName } = event;
  const margin = hoursWidth + 2;
  const beside = (text: string) => wrapped(printableLines(text), maxWidth, ' '.repeat(margin));
  const named = beside(`${id}  ${printable(title)}${status === 'confirmed' ? '' : ` (${status})`}`);
  const details = [location, contract.clientName, supportContactName ?? 'no support contact'];
  const painted = status === 'cancelled' ? paint.quiet : (text: string) => text;
  return [
    `  ${hoursOn(day, event).padEnd(hoursWidth)}${painted(named.slice(margin))}`,
    paint.quiet(beside(joined(details, maxWidth - margin))),
  ].join('\n');
}

const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' });

export function drawAgenda(
  events: readonly Event[],
  days: Days,
  paint: Paint,
  maxWidth: number,
): string {
  const byDay = new Map<string, Event[]>();
  for (const event of events) {
    for (const day of daysShown(event)) {
      if (day >= days.first && day <= days.last) byDay.set(day, [...(byDay.get(day) ?? []), event]);
    }
  }
  const today = localDay(new Date());
  const parts = [...byDay.keys()].toSorted().map((day) => {
    const name = `${weekday.format(new Date(`${day}T00:00Z`))} ${formatCell('date', day)}`;
    const heading = paint.heading(day === today ? `Today, ${name}` : name);
    const lines = (byDay.get(day) ?? []).map((event) => drawEvent(day, event, paint, maxWidth));
    return `${[heading, ...lines].join('\n')}\n`;
  });
  return parts.join('\n');
}

/** `epic event agenda`: the events of some days, day by day. */
export const agenda = verb({
  name: 'agenda',
  summary: 'Show the coming events, day by day',
  flags: {
    between: optional(
      '--between <period>',
      'the next 14 days by default: today..+30d, 2027-01-01..2027-01-31',
      between(date, date),
    ),
    mine: toggle('-m, --mine', 'only those you run or sold'),
    supportContactId: optional(
      '--support <employee>',
      'only those that this employee runs',
      idOf('employee'),
    ),
  },
  columns: fields.columns,
  examples: [
    ['event agenda --mine', 'your next two weeks'],
    ['event agenda --between today..today', 'what takes place today'],
    ['event agenda --support zoé --between +7d..', 'two weeks of a colleague, beginning in a week'],
  ],
  notes: [
    'An event of several days is shown on each of them. A month at a glance: epic event calendar.',
    'Without a terminal: one event per line.',
  ],
  async run({ api, output, flags, columns: shown, fields: chosen }) {
    const { between: period, mine, ...others } = flags;
    const days = daysOf(period);
    const events = await eventsOf(api, days, { ...others, ...(mine && { mine }) });
    const [first, last] = [days.first, days.last].map((day) => formatCell('date', day));
    const further = period ? '' : ' Further ahead: --between today..+60d';
    const none = `No event from ${first} to ${last}.${further}`;
    if (chosen !== undefined || output.format !== 'people' || events.length === 0) {
      return output.list(shown, events, none);
    }
    await output.drawing((paint, width) => drawAgenda(events, days, paint, width));
    output.note(`As a month: epic event calendar --month ${days.first.slice(0, 7)}`);
  },
});
