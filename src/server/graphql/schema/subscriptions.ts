import { access, context, lambda, listen, type Step } from 'postgraphile/grafast';
import { GraphQLError, getOperationAST } from 'postgraphile/graphql';
import { extendSchema, gql } from 'postgraphile/utils';
import { ApiError } from '../../errors/errors.ts';
import type { Feed, Feeds, Topic } from '../../signals/feed.ts';
import { unauthenticated } from '../errors/explain.ts';

const typeDefs = gql`
  extend type Query {
    """
    The present position: a subscription from it misses nothing that happens from now on. Ask for it first, in a
    request of its own, then read what you show, then subscribe.
    """
    subscriptionPosition: BigInt!
  }

  extend type Subscription {
    """My new notifications."""
    notificationReceived(
      """
      A position: the greatest \`id\` that you have received, or \`subscriptionPosition\`. Everything since then is
      delivered, in order, some of it perhaps again: the same \`id\` is the same thing. Good for seven days. Without it,
      what happens from now on is delivered.
      """
      after: BigInt
    ): NotificationReceived!

    """Events that are planned, changed or deleted, by whomever."""
    eventChanged(
      """
      A position: the greatest \`id\` that you have received, or \`subscriptionPosition\`. Everything since then is
      delivered, in order, some of it perhaps again: the same \`id\` is the same thing. Good for seven days. Without it,
      what happens from now on is delivered.
      """
      after: BigInt
    ): EventChanged!
  }

  """That I have a new notification."""
  type NotificationReceived {
    """The position from which to go on, and what tells one delivery from another."""
    id: BigInt!
    """As it is now; null when it is gone already."""
    notification: Notification
  }

  """That an event was planned, changed or deleted."""
  type EventChanged {
    """The position from which to go on, and what tells one delivery from another."""
    id: BigInt!
    """What happened to it."""
    action: EventAction!
    """The id of the event."""
    eventId: Int!
    """As it is now; null when it is deleted."""
    event: Event
  }

  """What happened to an event."""
  enum EventAction {
    """It was planned."""
    insert
    """It was changed."""
    update
    """It was deleted."""
    delete
  }
`;

/** Subscriptions: what of the database's signals reaches whom is decided there, and read in the subscriber's session. */
export function createSubscriptionsPlugin(feeds: Feeds): GraphileConfig.Plugin {
  const follow = (topic: Topic, $after: Step<string | null | undefined>) =>
    listen(
      lambda([context(), $after], ([{ request }, after]) => ({
        subscribe(): Promise<Feed> {
          const { claims, demand } = request;
          if (claims === null) throw unauthenticated();
          return feeds.open({ claims, topic, after: after ?? null, demand });
        },
      })),
      topic,
    );

  return extendSchema(({ pgResources: { event, notification } }) => {
    if (!event || !notification) throw new Error('The schema has no events or no notifications.');

    return {
      typeDefs,
      objects: {
        Query: {
          plans: {
            subscriptionPosition() {
              return lambda(context(), async ({ withPgClient, pgSettings }) => {
                const { rows } = await withPgClient(pgSettings, (client) =>
                  client.query<{ position: string }>({
                    text: 'select audit.current_position()::text as position',
                  }),
                );
                return rows[0]?.position;
              });
            },
          },
        },

        Subscription: {
          plans: {
            notificationReceived: {
              subscribePlan: (_$root, args) => follow('notification', args.getRaw('after')),
              plan: ($signal) => $signal,
            },
            eventChanged: {
              subscribePlan: (_$root, args) => follow('event', args.getRaw('after')),
              plan: ($signal) => $signal,
            },
          },
        },

        NotificationReceived: {
          plans: {
            notification: ($signal) => notification.get({ id: access($signal, 'rowId') }),
          },
        },

        EventChanged: {
          plans: {
            eventId: ($signal) => access($signal, 'rowId'),
            event: ($signal) => event.get({ id: access($signal, 'rowId') }),
          },
        },
      },
    };
  }, 'EpicSubscriptionsPlugin');
}

/** Refuses subscriptions that come in as a request, which has one answer. */
export const noSubscriptionsInRequestsPlugin: GraphileConfig.Plugin = {
  name: 'EpicNoSubscriptionsInRequestsPlugin',
  grafast: {
    middleware: {
      execute(next, { args }) {
        const operation = getOperationAST(args.document, args.operationName);
        if (operation?.operation !== 'subscription') return next();
        const refusal = new ApiError('INVALID', 'A subscription needs a WebSocket.', {
          kind: 'subscription_over_http',
          hint: 'Connect to /graphql with the protocol graphql-transport-ws.',
        });
        return { errors: [new GraphQLError(refusal.message, { originalError: refusal })] };
      },
    },
  },
};
