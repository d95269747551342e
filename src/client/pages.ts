import type { UnmappedScalar } from './operations.ts';

/** A page of a list, as the API gives it. */
export interface Connection<Row, Cursor = string> {
  readonly nodes: readonly (Row | null)[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: Cursor | null };
}

/** A page whose cursor is a string, or for the compiler to refuse. */
export type TypedConnection<Row> = Connection<Row, string | UnmappedScalar<'Cursor'>>;

/** The rows of a list, page after page; a page is fetched when its first row is wanted. */
export async function* allRows<Row>(
  fetchPage: (after: string | null | undefined) => Promise<TypedConnection<Row> | null | undefined>,
  start?: string | null,
): AsyncGenerator<Row, void, undefined> {
  let after = start;
  for (;;) {
    const page = await fetchPage(after);
    for (const row of page?.nodes ?? []) if (row !== null) yield row;
    const { hasNextPage = false, endCursor } = page?.pageInfo ?? {};
    if (!hasNextPage || typeof endCursor !== 'string') return;
    if (endCursor === after) throw new TypeError('The operation does not go on after $after.');
    after = endCursor;
  }
}
