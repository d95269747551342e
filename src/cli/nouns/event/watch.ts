import { connectionNotes, type WatchSpec } from '../../core/watch/watch.ts';
import {
  EventChanged,
  EventList,
  type EventListQueryVariables,
  SubscriptionPosition,
} from '../../operations/index.ts';
import { type Event, summaryOf } from './fields.ts';

/** How the list of events is watched, by the condition that its filters stand for. */
export const watchEvents = <Filters>(
  conditionOf: (filters: Filters) => NonNullable<EventListQueryVariables['condition']>,
): WatchSpec<Event, Filters> => ({
  noun: 'Event',
  idOf: ({ id }) => id,
  summaryOf,
  position: async (api) => (await api.send(SubscriptionPosition, {})).subscriptionPosition,
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
    return (await api.send(EventList, { first: 1, condition })).events?.nodes[0];
  },
});
