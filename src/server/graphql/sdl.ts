import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'postgraphile/graphql';

/** The schema in GraphQL's own language, in alphabetical order. */
export function sdlOf(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
