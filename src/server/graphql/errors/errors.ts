import pg from 'pg';
import { type GrafastExecutionArgs, isSafeError, lambda, ObjectStep } from 'postgraphile/grafast';
import { GraphQLError, getOperationAST } from 'postgraphile/graphql';
import {
  ApiError,
  internalErrorMessage,
  newErrorId,
  type ReportError,
} from '../../errors/errors.ts';
import type { RequestContext } from '../request/context.ts';
import { taken } from '../request/results.ts';
import {
  type Attempt,
  type CallerSession,
  explainDatabaseError,
  explainRefusal,
} from './explain.ts';
import { type Mutations, rootFieldOf } from './mutations.ts';

// Every error that leaves the API is { message, extensions: { code, … } }. What was foreseen is an ApiError and
// keeps its sentence; everything else becomes INTERNAL with an id, and only the id tells what it was.

/** An update that found no row to change. */
class NothingTouched extends Error {}

/** Gives every error of an executed operation its final form. */
export function createErrorsPlugin(verbs: Mutations, report: ReportError): GraphileConfig.Plugin {
  return {
    name: 'EpicErrorsPlugin',
    schema: {
      hooks: {
        // Without this an update of a row that the caller may not change would succeed and do nothing.
        GraphQLObjectType_fields_field(field, _build, context) {
          const { plan } = field;
          if (!context.scope.isPgUpdateMutation || plan === undefined) return field;
          return {
            ...field,
            plan($parent, args, info) {
              const $payload = plan($parent, args, info);
              if (!($payload instanceof ObjectStep)) throw new Error('An update has no payload.');
              $payload.set(
                'touched',
                lambda($payload.getStepForKey('result'), assertTouched, true),
              );
              return $payload;
            },
          };
        },
      },
    },
    grafast: {
      middleware: {
        async execute(next, { args }) {
          const result = await next();
          if (!('errors' in result)) return result;
          return finish(result, args);
        },

        async subscribe(next, { args }) {
          const results = await next();
          if (!(Symbol.asyncIterator in results)) return finish(results, args);
          return taken(results, async (next) => {
            try {
              const { done, value } = await next();
              return done ? { done, value } : { done: false, value: await finish(value, args) };
            } catch (error) {
              // What ends a subscription is an error like any other.
              const [final] = await finalErrors([asGraphqlError(error)], args);
              throw final;
            }
          });
        },
      },
    },
  };

  async function finish<Result extends { errors?: readonly GraphQLError[] }>(
    result: Result,
    args: GrafastExecutionArgs,
  ): Promise<Result> {
    if (result.errors === undefined) return result;
    return { ...result, errors: await finalErrors(result.errors, args) };
  }

  function finalErrors(
    errors: readonly GraphQLError[],
    args: GrafastExecutionArgs,
  ): Promise<GraphQLError[]> {
    const { request, withPgClient, pgSettings } = args.contextValue as Grafast.Context;
    const caller: CallerSession = {
      isAnonymous: request.claims === null,
      withSession: withPgClient,
      settings: pgSettings,
    };
    const operation = getOperationAST(args.document, args.operationName);
    const variables = args.variableValues ?? {};
    const attemptOf = (error: GraphQLError): Attempt => {
      const { schema, document } = args;
      const field = rootFieldOf(schema, document, operation, error.path?.[0], variables);
      return {
        verb: verbs.get(field?.name ?? '') ?? null,
        input: field?.input ?? {},
      };
    };
    return Promise.all(
      errors.map(async (error) => {
        const refusal = await refusalOf(error, () => attemptOf(error), caller);
        return refusal ? refused(error, refusal) : unexpected(error, request, report);
      }),
    );
  }
}

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** The last look at an error, for those that never reached the execution. */
export function createMaskError(report: ReportError): (error: GraphQLError) => GraphQLError {
  return (error) => {
    if (settled.has(error)) return error;
    const original = error.originalError;
    if (original instanceof ApiError) return refused(error, original);
    return unexpected(error, null, report);
  };
}

const settled = new WeakSet<GraphQLError>();

async function refusalOf(
  error: GraphQLError,
  attempt: () => Attempt,
  caller: CallerSession,
): Promise<ApiError | null> {
  const original = error.originalError;
  if (original instanceof ApiError) return original;
  if (original instanceof NothingTouched || isNothingDeleted(original)) {
    return explainRefusal(attempt(), caller);
  }
  if (original instanceof pg.DatabaseError) {
    return explainDatabaseError(original, attempt(), caller);
  }
  if (original && isSafeError(original)) return new ApiError('INVALID', original.message);
  // Without a path, it is about the request itself: a variable of the wrong type, say.
  const isOfRequest = error.path === undefined && (!original || original instanceof GraphQLError);
  if (isOfRequest) return new ApiError('INVALID', error.message);
  return null;
}

function assertTouched(row: unknown): true {
  if (row == null) throw new NothingTouched();
  return true;
}

function isNothingDeleted(error: Error | undefined): boolean {
  return error?.message.startsWith('No values were deleted in collection') ?? false;
}

function refused(error: GraphQLError, refusal: ApiError): GraphQLError {
  return settle(error, refusal.message, { code: refusal.code, ...refusal.details });
}

function unexpected(
  error: GraphQLError,
  request: RequestContext | null,
  report: ReportError,
): GraphQLError {
  const errorId = newErrorId();
  report(error.originalError ?? error, { errorId, request });
  return settle(error, internalErrorMessage(errorId), { code: 'INTERNAL', errorId });
}

function settle(
  error: GraphQLError,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLError {
  const final = new GraphQLError(message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions,
  });
  settled.add(final);
  return final;
}
