import { allRows } from '../../../client/pages.ts';
import type { Api } from '../../core/api/api.ts';
import { localDay } from '../../core/output/format.ts';
import { type EventFieldsFragment, EventMonth } from '../../operations/index.ts';
import { dayOf, daysOf, type Month } from './month.ts';

type Event = EventFieldsFragment;

/** An event in the calendar. */
export type CalendarEvent = Event & { mine: boolean; doubleBooked: boolean };

/** How many days before a month an event may begin that runs into it. */
const maxDaysBefore = 7;
const oneDay = 24 * 60 * 60 * 1000;

/** The days on which an event is shown: its first, and all of them if it is longer than a day. */
export function daysShown({ startDate, endDate }: Event): string[] {
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

/** The events of a month that pass the filter, and the double bookings among them. */
export async function eventsOf(
  api: Api,
  of: Month,
  filter: { mine: boolean; support: number | undefined },
): Promise<{ events: CalendarEvent[]; pairs: [Event, Event][] }> {
  const { events: fetched, me } = await fetchMonth(api, of);
  const days = new Set(daysOf(of));
  const passes = (event: CalendarEvent) =>
    (!filter.mine || event.mine) &&
    (filter.support === undefined || event.supportContactId === filter.support) &&
    daysShown(event).some((day) => days.has(day));
  const pairs = clashes(fetched);
  const clashing = new Set(pairs.flat());
  const events = fetched
    .map((event) => ({
      ...event,
      mine: event.supportContactId === me || event.contract?.commercialId === me,
      doubleBooked: clashing.has(event),
    }))
    .filter(passes);
  const ids = new Set(events.map(({ id }) => id));
  const shownPairs = pairs.filter(([one, other]) => ids.has(one.id) || ids.has(other.id));
  return { events, pairs: shownPairs };
}
