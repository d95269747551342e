import { allRows } from '../../../client/pages.ts';
import type { Api } from '../../core/api/api.ts';
import { localDay } from '../../core/output/format.ts';
import { type EventFieldsFragment, EventMonth } from '../../operations/index.ts';
import { clashes } from './clashes.ts';
import { dayOf, daysOf, type Month } from './month.ts';

type Event = EventFieldsFragment;

/** An event of a month, with what only its calendar knows. */
export type Dated = Event & { mine: boolean; doubleBooked: boolean };

/** How many days before a month an event may begin and still run into it. */
const runsInto = 7;
const oneDay = 24 * 60 * 60 * 1000;

/** The days on which an event is shown: the one it begins on, and, if it is longer than a day, those it goes on. */
export function shownOn({ startDate, endDate }: Event): string[] {
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

/** The events of a month, and the pairs of them that one person runs at the same time. */
export async function eventsOf(
  api: Api,
  of: Month,
  wanted: { mine: boolean; support: number | undefined },
): Promise<{ events: Dated[]; pairs: [Event, Event][] }> {
  const { events: fetched, me } = await fetchMonth(api, of);
  const days = new Set(daysOf(of));
  const isWanted = (event: Dated) =>
    (!wanted.mine || event.mine) &&
    (wanted.support === undefined || event.supportContactId === wanted.support) &&
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
  const ids = new Set(events.map(({ id }) => id));
  const theirs = pairs.filter(([one, other]) => ids.has(one.id) || ids.has(other.id));
  return { events, pairs: theirs };
}
