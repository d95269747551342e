import { isSafeError, subscribe } from 'postgraphile/grafast';
import { GrafservBase, makeGraphQLWSConfig } from 'postgraphile/grafserv';
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'postgraphile/graphql';
import type { RequestContext } from '../graphql/request/context.ts';

/** The results of a subscription, one for each thing that happens. */
export type Results = AsyncGenerator<ExecutionResult, void, void>;

/** A subscription as a client asks for it. */
export type SubscriptionRequest = {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  extensions?: Record<string, unknown> | null | undefined;
};

/** A subscription that has begun: what is executed, and what comes of it. */
export type Subscription = { args: ExecutionArgs; results: Results };

/** Begins a subscription, or gives the errors for which it cannot. Rejects for what nobody foresaw. */
export type Subscribe = (
  request: SubscriptionRequest,
  context: RequestContext,
) => Promise<Subscription | readonly GraphQLError[]>;

/** Subscriptions of this schema. Errors have the form that they have over HTTP. */
export function createSubscribe(options: {
  schema: GraphQLSchema;
  resolvedPreset: GraphileConfig.ResolvedPreset;
}): Subscribe {
  const grafserv = new GrafservBase({ schema: options.schema, preset: options.resolvedPreset });

  /** Reads and prepares the request as grafserv does, in the name of whoever sent it. */
  async function prepare(request: SubscriptionRequest, context: RequestContext) {
    const its: GrafservBase = Object.create(grafserv, {
      getExecutionConfig: {
        value: (requestContext: Partial<Grafast.RequestContext>) =>
          grafserv.getExecutionConfig(Object.assign(requestContext, { request: context })),
      },
    });
    const nobody = {
      connectionInitReceived: true,
      acknowledged: true,
      subscriptions: {},
      extra: {},
    };
    return makeGraphQLWSConfig(its).onSubscribe?.(nobody, context.id, request);
  }

  return async (request, context) => {
    await grafserv.ready();
    const prepared = await prepare(request, context);
    if (!prepared) throw new Error('grafserv has prepared nothing.');
    if (!('document' in prepared)) return prepared.map(coded);

    const operation = getOperationAST(prepared.document, prepared.operationName);
    if (operation?.operation !== 'subscription') return [notASubscription()];
    const results = (await subscribe(prepared)) as Results | ExecutionResult;
    return isStream(results) ? { args: prepared, results } : (results.errors ?? []);
  };
}

/** Whether there is a result for each thing that happens. None comes in parts: there is neither @defer nor @stream. */
function isStream(results: Results | ExecutionResult): results is Results {
  return Symbol.asyncIterator in results;
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

/** An error from before anything was executed, with a code. Throws what nobody foresaw. */
function coded(error: GraphQLError): GraphQLError {
  if (typeof error.extensions.code === 'string') return error;
  const { originalError, nodes = null, source = null, positions = null } = error;
  const isForeseen = !originalError || originalError instanceof GraphQLError;
  const cause = isForeseen ? error : originalError;
  if (!isForeseen && !isSafeError(originalError)) throw originalError;
  const { statusCode: _, ...extensions } = { ...Object(cause).extensions };
  return new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    extensions: { code: 'INVALID', ...extensions },
  });
}
