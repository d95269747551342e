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
import { mapResults } from '../request/results.ts';
import {
  actionOf,
  type CallerSession,
  explainDatabaseError,
  explainRefusal,
  type RefusedOperation,
} from './explain.ts';
import { type Mutations, rootFieldOf } from './mutations.ts';

// Every error of the API is { message, extensions: { code, … } }. An ApiError keeps its message; any other error becomes
// INTERNAL with an id, under which the log has the error itself.

/** An update that changed no row. */
class NoRowUpdated extends Error {}

/** Formats the errors of executed operations. */
export function createErrorsPlugin(
  mutations: Mutations,
  report: ReportError,
): GraphileConfig.Plugin {
  return {
    name: 'EpicErrorsPlugin',
    schema: {
      hooks: {
        // an update of a row that the policies hide would succeed without a change
        GraphQLObjectType_fields_field(field, _build, context) {
          const { plan } = field;
          if (!context.scope.isPgUpdateMutation || plan === undefined) return field;
          return {
            ...field,
            plan($parent, args, info) {
              const $payload = plan($parent, args, info);
              if (!($payload instanceof ObjectStep)) throw new Error('An update has no payload.');
              $payload.set(
                'updated',
                lambda($payload.getStepForKey('result'), assertUpdated, true),
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
          return formatResult(result, args);
        },

        async subscribe(next, { args }) {
          const results = await next();
          if (!(Symbol.asyncIterator in results)) return formatResult(results, args);
          return mapResults(results, async (next) => {
            try {
              const { done, value } = await next();
              return done
                ? { done, value }
                : { done: false, value: await formatResult(value, args) };
            } catch (error) {
              const [formatted] = await formatErrors([asGraphqlError(error)], args);
              throw formatted;
            }
          });
        },
      },
    },
  };

  async function formatResult<Result extends { errors?: readonly GraphQLError[] }>(
    result: Result,
    args: GrafastExecutionArgs,
  ): Promise<Result> {
    if (result.errors === undefined) return result;
    return { ...result, errors: await formatErrors(result.errors, args) };
  }

  function formatErrors(
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
    const operationOf = (error: GraphQLError): RefusedOperation => {
      const { schema, document } = args;
      const field = rootFieldOf(schema, document, operation, error.path?.[0], variables);
      return {
        mutation: mutations.get(field?.name ?? '') ?? null,
        input: field?.input ?? {},
      };
    };
    return Promise.all(
      errors.map(async (error) => {
        const expected = await apiErrorOf(error, () => operationOf(error), caller);
        if (!expected) return formatUnexpected(error, request, report);
        const { mutation } = operationOf(error);
        // a read is never refused: what may not be read is not there
        if (expected.code === 'FORBIDDEN' && mutation) {
          const role = request.claims?.department ?? 'anonymous';
          const action = await actionOf(mutation, caller);
          request.refusals.push({ ...action, role, policy: expected.details.kind ?? 'none' });
        }
        return formatExpected(error, expected);
      }),
    );
  }
}

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** Formats the errors that never reached the execution. */
export function createMaskError(report: ReportError): (error: GraphQLError) => GraphQLError {
  return (error) => {
    if (formatted.has(error)) return error;
    const original = error.originalError;
    if (original instanceof ApiError) return formatExpected(error, original);
    return formatUnexpected(error, null, report);
  };
}

const formatted = new WeakSet<GraphQLError>();

async function apiErrorOf(
  error: GraphQLError,
  operationOf: () => RefusedOperation,
  caller: CallerSession,
): Promise<ApiError | null> {
  const original = error.originalError;
  if (original instanceof ApiError) return original;
  if (original instanceof NoRowUpdated || isNothingDeleted(original)) {
    return explainRefusal(operationOf(), caller);
  }
  if (original instanceof pg.DatabaseError) {
    return explainDatabaseError(original, operationOf(), caller);
  }
  if (original && isSafeError(original)) return new ApiError('INVALID', original.message);
  // without a path, it is about the request: a variable of the wrong type
  const isOfRequest = error.path === undefined && (!original || original instanceof GraphQLError);
  if (isOfRequest) return new ApiError('INVALID', error.message);
  return null;
}

function assertUpdated(row: unknown): true {
  if (row == null) throw new NoRowUpdated();
  return true;
}

function isNothingDeleted(error: Error | undefined): boolean {
  return error?.message.startsWith('No values were deleted in collection') ?? false;
}

function formatExpected(error: GraphQLError, expected: ApiError): GraphQLError {
  return format(error, expected.message, { code: expected.code, ...expected.details });
}

function formatUnexpected(
  error: GraphQLError,
  request: RequestContext | null,
  report: ReportError,
): GraphQLError {
  const errorId = newErrorId();
  report(error.originalError ?? error, { errorId, request });
  return format(error, internalErrorMessage(errorId), { code: 'INTERNAL', errorId });
}

function format(
  error: GraphQLError,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLError {
  const formattedError = new GraphQLError(message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions,
  });
  formatted.add(formattedError);
  return formattedError;
}
