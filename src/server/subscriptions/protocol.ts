import { randomUUID } from 'node:crypto';
import { makeServer } from 'graphql-ws';
import { GraphQLError } from 'postgraphile/graphql';
import type { WebSocket } from 'ws';
import { internalErrorMessage, newErrorId, type ReportError } from '../errors/errors.ts';
import type { RequestContext } from '../graphql/request/context.ts';
import { mapResults } from '../graphql/request/results.ts';
import { createFlag, type Flag } from '../signals/waiting.ts';
import { closingFor } from './close-codes.ts';
import type { Line } from './connection.ts';
import type { LiveLimits } from './limits.ts';
import type { Results, Subscribe, Subscription, SubscriptionRequest } from './operations.ts';

/** Speaks graphql-transport-ws with a client. */
export type Protocol = (socket: WebSocket, line: Line) => void;

/** The protocol, over what `subscribe` begins. */
export function createProtocol(options: {
  subscribe: Subscribe;
  limits: LiveLimits;
  report: ReportError;
}): Protocol {
  const { subscribe, limits, report } = options;

  async function begin(
    line: Line,
    request: SubscriptionRequest,
  ): Promise<Subscription | readonly GraphQLError[]> {
    const pace = createFlag();
    const context: RequestContext = {
      id: randomUUID(),
      claims: line.claims,
      userAgent: line.userAgent,
      address: line.address,
      operation: null,
      pace,
    };
    try {
      const begun = await subscribe(request, context);
      if (!('results' in begun)) {
        endIfOver(line, begun);
        return begun;
      }
      return { ...begun, results: asTheyAreSent(begun.results, line, pace) };
    } catch (error) {
      const errorId = newErrorId();
      report(error, { errorId, request: context });
      const extensions = { code: 'INTERNAL', errorId };
      return [new GraphQLError(internalErrorMessage(errorId), { extensions })];
    }
  }

  const server = makeServer<Record<string, unknown> | undefined, Line>({
    connectionInitWaitTimeout: limits.initTimeout,

    onConnect: ({ extra: line, connectionParams }) => line.logIn(connectionParams),

    async onSubscribe({ extra: line, subscriptions }, _id, request) {
      // The one that begins is among them.
      if (Object.keys(subscriptions).length > limits.subscriptionsOfSocket) {
        return [tooManySubscriptions(limits.subscriptionsOfSocket)];
      }
      const begun = await begin(line, request);
      return 'results' in begun ? { ...begun.args, contextValue: begun.results } : begun;
    },

    // It has begun already; its results have travelled as the context.
    subscribe: ({ contextValue }) => contextValue as Results,

    // An error that ended a subscription comes wrapped in another.
    onError: (_context, _id, _request, errors) =>
      errors.map((error) =>
        error.originalError instanceof GraphQLError ? error.originalError.toJSON() : error.toJSON(),
      ),
  });

  return (socket, line) => {
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            // A write fails when the connection is gone, which is what the event `close` is for.
            socket.send(data, () => resolve());
            line.endIfUnread();
          }),
        close: (code = 1000, reason = '') => {
          if (socket.readyState === socket.OPEN) socket.close(code, reason);
        },
        onMessage: (take) => {
          socket.on('message', (data) => {
            line.endIfUnread();
            if (socket.readyState === socket.OPEN) take(String(data)).catch(line.endAfter);
          });
        },
      },
      line,
    );
    socket.on('ping', line.endIfUnread);
    socket.once('close', (code, reason) => {
      closed(code, String(reason)).catch(line.endAfter);
    });
  };
}

/**
 * The results, each read only when the one before it has been sent. One that could not be read since the session has
 * ended, or the database is away, is not delivered: the socket is closed instead, and the client goes on from where it
 * was.
 */
function asTheyAreSent(results: Results, line: Line, pace: Flag): Results {
  return mapResults(results, async (next) => {
    pace.raise();
    try {
      const { done, value } = await next();
      if (done || endIfOver(line, value.errors)) return { done: true, value: undefined };
      return { done: false, value };
    } catch (error) {
      if (error instanceof GraphQLError && endIfOver(line, [error])) {
        return { done: true, value: undefined };
      }
      throw error;
    }
  });
}

/** Closes the socket when one of the errors concerns all that is on it. */
function endIfOver(line: Line, errors: readonly GraphQLError[] = []): boolean {
  for (const { message, extensions } of errors) {
    const closing = closingFor(extensions.code, extensions.kind, message);
    if (closing === null) continue;
    line.end(closing);
    return true;
  }
  return false;
}

function tooManySubscriptions(most: number): GraphQLError {
  return new GraphQLError(`A socket has at most ${most} subscriptions.`, {
    extensions: {
      code: 'RATE_LIMITED',
      kind: 'too_many_subscriptions',
      hint: 'Complete one of them first.',
    },
  });
}
