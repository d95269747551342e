import pg from 'pg';
import { type GrafastExecutionArgs, isSafeError, lambda, ObjectStep } from 'postgraphile/grafast';
import { GraphQLError, getOperationAST } from 'postgraphile/graphql';
import { Refusal } from '../../errors/errors.ts';
import { readableCode } from '../../errors/readable-code.ts';
import type { Exchange } from '../request-context.ts';
import { rootFieldOf, type Verbs } from '../schema/verbs.ts';
import { type Asker, type Attempt, explainDatabaseError, explainRefusal } from './refusals.ts';
import { taken } from './results.ts';

// Every error that leaves the API is { message, extensions: { code, … } }. What was foreseen is a Refusal and
// keeps its sentence; everything else becomes INTERNAL with an id, and only the id tells what it was.

/** Tells the operator of an error that nobody foresaw. */
export type ReportUnexpected = (
  error: unknown,
  about: { errorId: string; exchange: Exchange | null },
) => void;

/** An update that found no row to change. */
class NothingTouched extends Error {}

/** Gives every error of an executed operation its final form. */
export function createErrorsPlugin(verbs: Verbs, report: ReportUnexpected): GraphileConfig.Plugin {
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
    const { exchange, withPgClient, pgSettings } = args.contextValue as Grafast.Context;
    const asker: Asker = {
      isAnonymous: exchange.claims === null,
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
        const refusal = await refusalOf(error, () => attemptOf(error), asker);
        return refusal ? refused(error, refusal) : unexpected(error, exchange, report);
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
export function createMaskError(report: ReportUnexpected): (error: GraphQLError) => GraphQLError {
  return (error) => {
    if (settled.has(error)) return error;
    const original = error.originalError;
    if (original instanceof Refusal) return refused(error, original);
    return unexpected(error, null, report);
  };
}

const settled = new WeakSet<GraphQLError>();

async function refusalOf(
  error: GraphQLError,
  attempt: () => Attempt,
  asker: Asker,
): Promise<Refusal | null> {
  const original = error.originalError;
  if (original instanceof Refusal) return original;
  if (original instanceof NothingTouched || isNothingDeleted(original)) {
    return explainRefusal(attempt(), asker);
  }
  if (original instanceof pg.DatabaseError) {
    return explainDatabaseError(original, attempt(), asker);
  }
  if (original && isSafeError(original)) return new Refusal('INVALID', original.message);
  // Without a path, it is about the request itself: a variable of the wrong type, say.
  const isOfRequest = error.path === undefined && (!original || original instanceof GraphQLError);
  if (isOfRequest) return new Refusal('INVALID', error.message);
  return null;
}

function assertTouched(row: unknown): true {
  if (row == null) throw new NothingTouched();
  return true;
}

function isNothingDeleted(error: Error | undefined): boolean {
  return error?.message.startsWith('No values were deleted in collection') ?? false;
}

function refused(error: GraphQLError, refusal: Refusal): GraphQLError {
  return settle(error, refusal.message, { code: refusal.code, ...refusal.details });
}

function unexpected(
  error: GraphQLError,
  exchange: Exchange | null,
  report: ReportUnexpected,
): GraphQLError {
  const errorId = newErrorId();
  report(error.originalError ?? error, { errorId, exchange });
  return settle(error, internalSentence(errorId), { code: 'INTERNAL', errorId });
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

/** A number that a person can read out and an operator can search for, e.g. `7K3M9QXP`. */
export function newErrorId(): string {
  return readableCode(8);
}

/** What a person reads of an error that nobody foresaw. */
export function internalSentence(errorId: string): string {
  return `Something went wrong on our side. Whoever looks after Epic Events CRM finds it under ${errorId}.`;
}
