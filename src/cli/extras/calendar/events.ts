import { allRows } from '../../../client/pages.ts';
import type { Api } from '../../core/api/api.ts';
import { timeZone } from '../../core/locale/zone.ts';
import { localDay } from '../../core/output/format.ts';
import {
  EventCalendar,
  type EventFieldsFragment,
  EventMonth,
  type EventStatus,
} from '../../operations/index.ts';
import { dayOf, daysOf, type Month } from './month.ts';

type Event = EventFieldsFragment;

/** An event in the calendar. */
export type CalendarEvent = Event & { mine: boolean; doubleBooked: boolean };

/** How many days before a month an event may begin that runs into it. */
export const maxDaysBefore = 7;
const oneDay = 24 * 60 * 60 * 1000;

/** The days on which an event is shown: its first, and all of them if it is longer than a day. */
export function daysShown({ startDate, endDate }: Pick<Event, 'startDate' | 'endDate'>): string[] {
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

/** What double bookings are found by. */
export interface Booking {
  id: number;
  supportContactId: number | null;
  startDate: string;
  endDate: string;
  status: string;
}

/** Pairs of overlapping events with the same support employee, the earlier first. Cancelled events do not count. */
export function clashes<Event extends Booking>(events: readonly Event[]): [Event, Event][] {
  const time = (iso: string) => new Date(iso).getTime();
  const found: [Event, Event][] = [];
  const running = new Map<number, Event[]>();
  const inOrder = events
    .filter(({ status }) => status !== 'cancelled')
    .toSorted((one, other) => time(one.startDate) - time(other.startDate) || one.id - other.id);
  for (const event of inOrder) {
    if (event.supportContactId === null) continue;
    const starts = time(event.startDate);
    const others = running.get(event.supportContactId) ?? [];
    const still = others.filter(({ endDate }) => time(endDate) > starts);
    found.push(...still.map((other): [Event, Event] => [other, event]));
    running.set(event.supportContactId, [...still, event]);
  }
  return found;
}

/** All events that touch a month, of all employees: double bookings are found among them. */
async function fetchMonth(
  api: Api,
  of: Month,
): Promise<{ events: Event[]; me: number | undefined }> {
  const period = {
    from: dayOf(of, 1 - maxDaysBefore).toISOString(),
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

/** All events of a month that pass the filter. */
export async function eventsOf(
  api: Api,
  of: Month,
  filter: { mine: boolean; support: number | undefined },
): Promise<CalendarEvent[]> {
  const { events: fetched, me } = await fetchMonth(api, of);
  const days = new Set(daysOf(of));
  const passes = (event: CalendarEvent) =>
    (!filter.mine || event.mine) &&
    (filter.support === undefined || event.supportContactId === filter.support) &&
    daysShown(event).some((day) => days.has(day));
  const clashing = new Set(clashes(fetched).flat());
  return fetched
    .map((event) => ({
      ...event,
      mine: event.supportContactId === me || event.contract.commercialId === me,
      doubleBooked: clashing.has(event),
    }))
    .filter(passes);
}

/** An event as the calendar draws it. */
export interface DrawnEvent extends Booking {
  title: string;
  status: EventStatus;
  supportContactName: string | null;
  mine: boolean;
  doubleBooked: boolean;
}

/** The first events of a day, and how many it has, counted to 1,000. */
export interface DrawnDay {
  events: DrawnEvent[];
  count: number;
}

/** The days of a month that have events, and the double bookings among those that are drawn: in one request. */
export async function daysWithEvents(
  api: Api,
  of: Month,
  { mine, support }: { mine: boolean; support: number | undefined },
): Promise<{ days: Map<string, DrawnDay>; pairs: [DrawnEvent, DrawnEvent][] }> {
  const days = daysOf(of);
  const { calendar } = await api.send(EventCalendar, {
    firstDay: days.at(0) ?? '',
    lastDay: days.at(-1) ?? '',
    timeZone: timeZone(),
    mine,
    support: support ?? null,
  });
  const events = new Map<number, DrawnEvent>();
  const shown = new Set<DrawnEvent>();
  const drawn = new Map<string, DrawnDay>();
  for (const entry of calendar) {
    const event = events.get(entry.eventId) ?? {
      id: entry.eventId,
      title: entry.title,
      startDate: entry.startDate,
      endDate: entry.endDate,
      status: entry.status,
      supportContactId: entry.supportContactId,
      supportContactName: entry.supportContact,
      mine: entry.mine,
      doubleBooked: entry.doubleBooked,
    };
    events.set(event.id, event);
    if (entry.day === null) continue;
    shown.add(event);
    const day = drawn.get(entry.day) ?? { events: [], count: entry.dayEvents ?? 0 };
    day.events.push(event);
    drawn.set(entry.day, day);
  }
  const pairs = clashes([...events.values()]);
  return { days: drawn, pairs: pairs.filter((pair) => pair.some((event) => shown.has(event))) };
}
