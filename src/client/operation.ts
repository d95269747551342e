/**
 * The text of a GraphQL operation that knows the types of its result and of its variables: one of those
 * in `operations.ts`, a plain text that was given the type, or what graphql-codegen makes of a program's
 * own operations with `documentMode: 'string'`.
 */
export interface Operation<Result, Variables> {
  toString(): string;
  /** Never there: it carries the types, under the name that graphql-codegen gives it. */
  readonly __apiType?: (variables: Variables) => Result;
  /** A parsed document is no text. */
  readonly kind?: never;
}

/** What follows an operation in a call: its variables, which may be left out if there are none, and the rest. */
export type Given<Variables, Options> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options];
