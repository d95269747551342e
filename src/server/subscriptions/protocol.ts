import { randomUUID } from 'node:crypto';
import { makeServer } from 'graphql-ws';
import { isSafeError, subscribe } from 'postgraphile/grafast';
import { GrafservBase, makeGraphQLWSConfig } from 'postgraphile/grafserv';
import { type ExecutionResult, GraphQLError, getOperationAST } from 'postgraphile/graphql';
import type { WebSocket } from 'ws';
import { internalErrorMessage, newErrorId, type ReportError } from '../errors/errors.ts';
import type { Api } from '../graphql/api.ts';
import type { RequestContext } from '../graphql/request/context.ts';
import { mapResults } from '../graphql/request/results.ts';
import { type AutoResetEvent, createAutoResetEvent } from '../signals/concurrency.ts';
import { closeReasonFor } from './close-codes.ts';
import type { Connection, SubscriptionLimits } from './connection.ts';

/** Serves graphql-transport-ws on a socket. */
export type Protocol = (socket: WebSocket, connection: Connection) => void;

/** The results of a subscription, one for each signal. */
type Results = AsyncGenerator<ExecutionResult, void, void>;

/** The protocol, of graphql-ws, for the operations of the API, as grafserv prepares them. */
export function createProtocol(options: {
  api: Api;
  limits: SubscriptionLimits;
  report: ReportError;
}): Protocol {
  const { api, limits, report } = options;
  const grafserv = new GrafservBase({ schema: api.schema, preset: api.resolvedPreset });
  const { onSubscribe } = makeGraphQLWSConfig(grafserv);

  function internalError(error: unknown, request: RequestContext): GraphQLError {
    const errorId = newErrorId();
    report(error, { errorId, request });
    return new GraphQLError(internalErrorMessage(errorId), {
      extensions: { code: 'INTERNAL', errorId },
    });
  }

  const server = makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: limits.initTimeoutMs,

    onConnect: ({ extra: connection, connectionParams }) =>
      connection.authenticate(connectionParams),

    async onSubscribe(context, id, payload) {
      const { extra: connection, subscriptions } = context;
      // this one included
      if (Object.keys(subscriptions).length > limits.maxSubscriptionsPerConnection) {
        return [tooManySubscriptions(limits.maxSubscriptionsPerConnection)];
      }
      const request: RequestContext = {
        id: randomUUID(),
        claims: connection.claims,
        refusedToken: null,
        refusals: [],
        userAgent: connection.userAgent,
        address: connection.address,
        operation: null,
        demand: createAutoResetEvent(),
      };
      try {
        await grafserv.ready();
        const args = await onSubscribe?.({ ...context, extra: { request } }, id, payload);
        if (!args) throw new Error('grafserv has prepared no operation.');
        if (!('document' in args)) {
          const errors = args.map(withCode);
          closeIfOver(connection, errors);
          return errors;
        }
        const operation = getOperationAST(args.document, args.operationName);
        return operation?.operation === 'subscription' ? args : [notASubscription()];
      } catch (error) {
        return [internalError(error, request)];
      }
    },

    async subscribe(args) {
      try {
        return (await subscribe(args)) as Results | ExecutionResult;
      } catch (error) {
        return { errors: [internalError(error, requestOf(args))] };
      }
    },

    onOperation({ extra: connection }, _id, _payload, args, result) {
      if (Symbol.asyncIterator in result) {
        return paced(result as Results, connection, requestOf(args).demand);
      }
      const { errors = [] } = result as ExecutionResult;
      closeIfOver(connection, errors);
      return rejected(errors);
    },

    // graphql-ws wraps what is thrown while results are read
    onError: (_context, _id, _payload, errors) =>
      errors
        .flatMap((error): readonly GraphQLError[] => {
          if (error.originalError instanceof AggregateError) return error.originalError.errors;
          return [error.originalError instanceof GraphQLError ? error.originalError : error];
        })
        .map((error) => error.toJSON()),
  });

  return (socket, connection) => {
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            // fails when the connection is gone, which the event `close` reports
            socket.send(data, () => resolve());
            connection.checkBuffer();
          }),
        close: (code = 1000, reason = '') => {
          if (socket.readyState === socket.OPEN) connection.end(code, reason);
        },
        onMessage: (handle) => {
          socket.on('message', (data) => {
            connection.checkBuffer();
            if (socket.readyState === socket.OPEN) {
              handle(String(data)).catch(connection.closeAfter);
            }
          });
        },
      },
      connection,
    );
    socket.on('ping', connection.checkBuffer);
    socket.once('close', (code, reason) => {
      closed(code, String(reason)).catch(connection.closeAfter);
    });
  };
}

function requestOf({ contextValue }: { contextValue?: unknown }): RequestContext {
  return (contextValue as Grafast.Context).request;
}

/**
 * The results, each read once the one before it has been sent. A result whose errors end the session is not sent: the
 * connection is closed instead, and the client reconnects from its last position.
 */
function paced(
  results: Results,
  connection: Connection,
  demand: AutoResetEvent | undefined,
): Results {
  return mapResults(results, async (next) => {
    demand?.set();
    try {
      const { done, value } = await next();
      if (done || closeIfOver(connection, value.errors)) return { done: true, value: undefined };
      return { done: false, value };
    } catch (error) {
      if (error instanceof GraphQLError && closeIfOver(connection, [error])) {
        return { done: true, value: undefined };
      }
      throw error;
    }
  });
}

/** Results that cannot be read: graphql-ws sends the message `error` rather than `next`. */
function rejected(errors: readonly GraphQLError[]): AsyncIterable<ExecutionResult> {
  return {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new AggregateError(errors)) }),
  };
}

/** Closes the connection if one of the errors concerns all of it. */
function closeIfOver(connection: Connection, errors: readonly GraphQLError[] = []): boolean {
  for (const { message, extensions } of errors) {
    const reason = closeReasonFor(extensions.code, extensions.kind, message);
    if (reason === null) continue;
    connection.close(reason);
    return true;
  }
  return false;
}

function notASubscription(): GraphQLError {
  return new GraphQLError('A WebSocket is for subscriptions alone.', {
    extensions: {
      code: 'INVALID',
      kind: 'not_a_subscription',
      hint: 'Send queries and mutations over HTTP: POST /graphql.',
    },
  });
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

/** An error from before the execution, with a code. Throws an unexpected one. */
function withCode(error: GraphQLError): GraphQLError {
  if (typeof error.extensions.code === 'string') return error;
  const { originalError, nodes = null, source = null, positions = null } = error;
  const isExpected = !originalError || originalError instanceof GraphQLError;
  const cause = isExpected ? error : originalError;
  if (!isExpected && !isSafeError(originalError)) throw originalError;
  const { statusCode: _, ...extensions } = { ...Object(cause).extensions };
  return new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    extensions: { code: 'INVALID', ...extensions },
  });
}
