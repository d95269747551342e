import { GraphQLError } from 'postgraphile/graphql';
import { ApiError } from '../../errors/errors.ts';

// One request may not ask for more than the server can answer in passing. What counts is what is asked for:
// fragments written out, pages multiplied, before anything is read.

/** The most that one request may have, by what is counted. */
export const limits = {
  /** Characters of the document; long texts travel as variables. */
  characters: 50_000,
  /** Words and signs of the document, as GraphQL's grammar counts them. */
  tokens: 2_500,
  /** Fields within fields. */
  depth: 12,
  /** The same, in a question about the schema: the usual one has 15. */
  introspectionDepth: 20,
  /** All fields: each costs some 20 kB and a millisecond while its plan is made. */
  fields: 500,
  /** All fields of somebody who is not logged in, and has nothing to ask for but a session and the schema. */
  anonymousFields: 40,
  /** Fields with a name of the caller's choice: the way to ask for the same thing many times. */
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
};

/** Rows of a page: when the caller does not say, and at most. */
export const pageRows = { default: 50, max: 1000 };

/** The mutations that try a password or a token, or make a hash: expensive on purpose, and counted one by one. */
export const attempts: ReadonlySet<string> = new Set([
  'changePassword',
  'createEmployee',
  'login',
  'refresh',
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
};

const hints: Partial<Record<keyof typeof limits, string>> = {
  characters: 'Send long texts as variables.',
};

/** Throws an ApiError (INVALID) when there is more of something than a request may have. */
export function check(limit: keyof typeof limits, count: number): void {
  if (count > limits[limit]) throw tooComplex(limit);
}

/** The refusal of a request that has too much of something. */
export function tooComplex(limit: keyof typeof limits): ApiError {
  return new ApiError('INVALID', sentences[limit](limits[limit].toLocaleString('en')), {
    kind: 'too_complex',
    hint: hints[limit] ?? 'Ask for less at a time.',
  });
}

/** The refusal of a request that tries more than one password or token. None of them is tried. */
export function tooManyAttempts(): ApiError {
  return new ApiError(
    'INVALID',
    'A request logs in, refreshes or changes a password at most once.',
    { kind: 'too_many_attempts', hint: 'Make one request for each.' },
  );
}

/** A refusal as an error of GraphQL's, in its final form. */
export function graphqlErrorOf(refusal: ApiError): GraphQLError {
  return new GraphQLError(refusal.message, {
    originalError: refusal,
    extensions: { code: refusal.code, ...refusal.details },
  });
}
