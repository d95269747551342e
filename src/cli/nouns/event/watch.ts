import { connectionNotes } from '../../core/watch/connection.ts';
import type { Watching } from '../../core/watch/list.ts';
import {
  EventChanged,
  type EventFieldsFragment,
  EventList,
  type EventListQueryVariables,
  SubscriptionPosition,
} from '../../operations/index.ts';

/** How the list of events is watched, by the condition that its flags stand for. */
export const watchingEvents = <Flags>(
  conditionOf: (flags: Flags) => NonNullable<EventListQueryVariables['condition']>,
  summaryOf: (event: EventFieldsFragment) => string,
): Watching<EventFieldsFragment, Flags> => ({
  noun: 'Event',
  idOf: ({ id }) => id,
  summaryOf,
  position: async (api) => (await api.send(SubscriptionPosition, {})).subscriptionPosition,
  async *changes(api, after, output) {
    for await (const { eventChanged } of api.follow(
      EventChanged,
      { after },
      connectionNotes(output),
    )) {
      const { action, eventId, event } = eventChanged;
      const isNew = action === 'insert';
      yield { id: eventId, isDeleted: action === 'delete', isNew, row: event ?? null };
    }
  },
  async matching(api, flags, id) {
    const condition = { ...conditionOf(flags), id };
    return (await api.send(EventList, { first: 1, condition })).events?.nodes[0];
  },
});
