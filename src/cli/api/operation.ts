declare const types: unique symbol;

/** The text of a GraphQL operation that knows the types of its result and of its variables. */
export type Operation<Result, Variables> = string & {
  readonly [types]?: (variables: Variables) => Result;
};
