import { access, context, lambda, listen, type Step } from 'postgraphile/grafast';
import { GraphQLError, getOperationAST } from 'postgraphile/graphql';
import { extendSchema, gql } from 'postgraphile/utils';
import { ApiError } from '../../errors/errors.ts';
import type { ChangeFeed, SubscriptionFeeds } from '../../signals/changes.ts';
import type { Feed, Topic } from '../../signals/feed.ts';
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

    """
    Records that are created, changed or deleted, by whomever, the subscriber included: what \`changes\` gives, as it happens,
    within a second or so.
    """
    recordChanged(
      """
      A position: the \`position\` of the last delivery, or of \`changes\`. Everything since then is
      delivered, some of it perhaps again. Without it, what happens from now on is delivered.
      """
      after: String
      """Only these kinds of record. All of them by default."""
      records: [ChangedRecord!]
    ): RecordChanged!
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

  """That a record was created, changed or deleted."""
  type RecordChanged {
    """The position from which to go on, for \`changes\` too."""
    position: String!
    """The kind of record."""
    record: ChangedRecord!
    """The id of the record."""
    rowId: Int!
    """Whether there is no such record any more, or none that I may read."""
    isDeleted: Boolean!
    """The client, where it is one and is there."""
    client: Client
    """The contract, where it is one and is there."""
    contract: Contract
    """The payment, where it is one and is there."""
    payment: Payment
    """The event, where it is one and is there."""
    event: Event
    """The note, where it is one and is there."""
    note: Note
    """The employee, where it is one and is there."""
    employee: Employee
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
export function createSubscriptionsPlugin(feeds: SubscriptionFeeds): GraphileConfig.Plugin {
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

  const followChanges = (
    $after: Step<string | null | undefined>,
    $records: Step<readonly string[] | null | undefined>,
  ) =>
    listen(
      lambda([context(), $after, $records], ([{ request }, after, records]) => ({
        subscribe(): Promise<ChangeFeed> {
          const { claims, demand } = request;
          if (claims === null) throw unauthenticated();
          return feeds.openChanges({
            ...{ claims, demand },
            after: after ?? null,
            records: records ?? null,
          });
        },
      })),
      'change',
    );

  return extendSchema(({ pgResources }) => {
    const { client, contract, payment, event, note, employee, notification } = pgResources;
    if (!client || !contract || !payment || !event || !note || !employee || !notification) {
      throw new Error('The schema lacks a kind of record.');
    }
    /** The id of the record, where it is of this kind. */
    const idOf = ($change: Step, kind: string) =>
      lambda([access($change, 'record'), access($change, 'rowId')], ([record, rowId]) =>
        record === kind ? rowId : null,
      );

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
            recordChanged: {
              subscribePlan: (_$root, args) =>
                followChanges(args.getRaw('after'), args.getRaw('records')),
              plan: ($change) => $change,
            },
          },
        },

        RecordChanged: {
          plans: {
            client: ($change) => client.get({ id: idOf($change, 'client') }),
            contract: ($change) => contract.get({ id: idOf($change, 'contract') }),
            payment: ($change) => payment.get({ id: idOf($change, 'payment') }),
            event: ($change) => event.get({ id: idOf($change, 'event') }),
            note: ($change) => note.get({ id: idOf($change, 'note') }),
            employee: ($change) => employee.get({ id: idOf($change, 'employee') }),
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
