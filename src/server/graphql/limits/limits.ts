import { GraphQLError } from 'postgraphile/graphql';
import { ApiError } from '../../errors/errors.ts';

/** The limits of one request. Fragments count as often as they are spread, and pages within pages are multiplied. */
export const limits = {
  /** Characters of the document; long texts travel as variables. */
  characters: 50_000,
  /** Lexical tokens of the document. */
  tokens: 2_500,
  /** Fields within fields. */
  depth: 12,
  /** The same for introspection; the usual query has 15. */
  introspectionDepth: 20,
  /** All fields: planning one takes about 20 kB and 1 ms. */
  fields: 500,
  /** All fields of an anonymous request. */
  anonymousFields: 40,
  aliases: 100,
  directives: 50,
  /** Fields of the root. */
  rootFields: 30,
  /** Rows that the pages could hold, taken together. */
  rows: 100_000,
  /** Items of one list among the arguments or the variables. */
  list: 1_000,
  /** Lists and objects within one another, among the arguments or the variables. */
  nesting: 12,
  /** Values of all variables, taken together. */
  values: 10_000,
  /** Conditions of one filter, and the relations it goes through: PostgreSQL plans each time anew. */
  conditions: 50,
  relations: 3,
  /** Rows that are added up for one field. */
  aggregatedRows: 100_000,
  groupBy: 3,
};

/** Rows of a page: when the caller does not say, and at most. */
export const pageRows = { default: 50, max: 1000 };

/** The mutations that check a password, code or token, or hash one: one per request, so that each is rate-limited. */
export const credentialMutations: ReadonlySet<string> = new Set([
  'authenticateService',
  'beginSecondFactor',
  'changePassword',
  'confirmSecondFactor',
  'createEmployee',
  'disableSecondFactor',
  'enableSecondFactor',
  'login',
  'refresh',
  'replaceRecoveryCodes',
  'resetPassword',
]);

const sentences: Record<keyof typeof limits, (most: string) => string> = {
  characters: (most) => `A document has at most ${most} characters.`,
  tokens: (most) => `A document has at most ${most} words and signs.`,
  depth: (most) => `A request has at most ${most} levels of fields.`,
  introspectionDepth: (most) => `A question about the schema has at most ${most} levels of fields.`,
  fields: (most) => `A request has at most ${most} fields.`,
  anonymousFields: (most) => `Before you log in, a request has at most ${most} fields.`,
  aliases: (most) => `A request has at most ${most} aliases.`,
  directives: (most) => `A request has at most ${most} directives.`,
  rootFields: (most) => `A request has at most ${most} operations.`,
  rows: (most) => `A request reads at most ${most} rows.`,
  list: (most) => `A list has at most ${most} items.`,
  nesting: (most) => `A value has at most ${most} levels.`,
  values: (most) => `The variables have at most ${most} values.`,
  conditions: (most) => `A filter has at most ${most} conditions.`,
  aggregatedRows: (most) => `A list of at most ${most} rows is added up.`,
  groupBy: (most) => `Rows are grouped by at most ${most} things.`,
  relations: (most) => `A filter goes through at most ${most} relations.`,
};

const hints: Partial<Record<keyof typeof limits, string>> = {
  characters: 'Send long texts as variables.',
  aggregatedRows: 'Filter the list.',
};

/** Throws an ApiError (INVALID) when a count is over its limit. */
export function checkLimit(limit: keyof typeof limits, count: number): void {
  if (count > limits[limit]) throw tooComplex(limit);
}

/** The error for a request over a limit. */
export function tooComplex(limit: keyof typeof limits): ApiError {
  return new ApiError('INVALID', sentences[limit](limits[limit].toLocaleString('en')), {
    kind: 'too_complex',
    hint: hints[limit] ?? 'Ask for less at a time.',
  });
}

/** The error for a request with several of `credentialMutations`. */
export function tooManyAttempts(): ApiError {
  return new ApiError(
    'INVALID',
    'A request logs in, refreshes or changes a password at most once.',
    { kind: 'too_many_attempts', hint: 'Make one request for each.' },
  );
}

/** An ApiError as a GraphQLError. */
export function graphqlErrorOf(error: ApiError): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, ...error.details },
  });
}
