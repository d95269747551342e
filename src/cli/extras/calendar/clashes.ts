/** What may clash: an event with somebody who runs it. */
export interface Booking {
  id: number;
  supportContactId: number | null;
  startDate: string;
  endDate: string;
  status: string;
}

/** Pairs of events at the same time that the same person runs, the earlier first; cancelled ones clash with nothing. */
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
