import { isObject } from '../../../client/is-object.ts';
import type { Api } from '../../core/api/api.ts';
import { fieldName } from '../../core/api/fields.ts';
import { connectionNotes, type WatchSpec } from '../../core/watch/watch.ts';
import {
  EventChanged,
  EventList,
  type EventListQueryVariables,
  History,
  Me,
  Names,
  SubscriptionPosition,
} from '../../operations/index.ts';
import { type Event, summaryOf } from './fields.ts';

/** The event before its latest change, as its history has it. */
async function previousOf(api: Api, event: Event): Promise<Event> {
  const { historyEntries } = await api.send(History, {
    first: 1,
    record: 'event',
    rowId: event.id,
  });
  const old = historyEntries.nodes[0]?.oldValues;
  if (!isObject(old)) return event;
  const values = Object.entries(old).map(([column, value]) => [fieldName(column), value]);
  const before: Event = { ...event, ...Object.fromEntries(values) };
  const { supportContactId } = before;
  if (supportContactId === event.supportContactId) return before;
  if (supportContactId === null) return { ...before, supportContactName: null };
  const { employees } = await api.send(Names, { employees: [supportContactId], clients: [] });
  return { ...before, supportContactName: employees.nodes[0]?.fullName ?? null };
}

/** How the list of events is watched, by the condition that its filters stand for. */
export const watchEvents = <Filters>(
  conditionOf: (filters: Filters) => NonNullable<EventListQueryVariables['condition']>,
): WatchSpec<Event, Filters> => {
  let me: number | undefined;
  return {
    noun: 'Event',
    idOf: ({ id }) => id,
    summaryOf,
    async position(api) {
      me = (await api.send(Me, {})).me?.id;
      return (await api.send(SubscriptionPosition, {})).subscriptionPosition;
    },
    previous: previousOf,
    meaning(
      { supportContactId: before, supportContactName: from },
      { id, title, supportContactId },
    ) {
      if (supportContactId !== me || before === me) return undefined;
      return `“${title}” (event ${id}) is now yours${from ? `, from ${from}` : ''}.`;
    },
    async *changes(api, after, output) {
      const messages = api.follow(EventChanged, { after }, connectionNotes(output));
      for await (const { eventChanged } of messages) {
        const { action, eventId, event } = eventChanged;
        const isNew = action === 'insert';
        yield { id: eventId, isDeleted: action === 'delete', isNew, row: event ?? null };
      }
    },
    async matching(api, filters, id) {
      const condition = { ...conditionOf(filters), id };
      return (await api.send(EventList, { first: 1, condition })).events.nodes[0];
    },
  };
};
