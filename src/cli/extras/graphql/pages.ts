import { isObject } from '../../../client/is-object.ts';
import { usageError } from '../../core/errors.ts';

/** A page of whatever list somebody has asked for. */
interface AnyPage {
  rows: readonly unknown[];
  /** Where the next page begins; null after the last one. */
  next: string | null;
}

const example =
  'Write it like: query ($after: Cursor) { clients(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';

/** The lists in an answer that say whether there is more; not those within the rows of one. */
function pagesIn(value: unknown): Record<string, unknown>[] {
  if (!isObject(value)) return [];
  if (isObject(value.pageInfo)) return [value];
  return Object.values(value).flatMap(pagesIn);
}

/** The one list of an answer. Throws a usage error when there is none, or several. */
function pageIn(data: unknown): AnyPage {
  const [page, another] = pagesIn(data);
  if (!page || another) {
    const what = page ? 'several lists with a pageInfo' : 'no list with a pageInfo';
    throw usageError(`--paginate: the answer has ${what}, and should have one.`, example);
  }
  const { nodes, edges, pageInfo } = page;
  const rows = Array.isArray(nodes) ? nodes : Array.isArray(edges) ? edges : undefined;
  const { hasNextPage, endCursor } = isObject(pageInfo) ? pageInfo : {};
  if (!rows || hasNextPage === undefined || endCursor === undefined) {
    const missing = rows ? 'pageInfo { hasNextPage endCursor }' : 'nodes';
    throw usageError(`--paginate: the list is without ${missing}.`, example);
  }
  return { rows, next: hasNextPage === true ? String(endCursor) : null };
}

/** The rows of all pages; `fetchPage` gives the answer after a cursor. */
export async function* rowsOfAllPages(
  fetchPage: (after: string | undefined) => Promise<unknown>,
): AsyncGenerator<unknown, void, undefined> {
  let after: string | undefined;
  for (;;) {
    const { rows, next } = pageIn(await fetchPage(after));
    yield* rows;
    if (next === null) return;
    if (next === after)
      throw usageError('--paginate: the list does not go on after $after.', example);
    after = next;
  }
}

/** A usage error when an operation cannot go on after a cursor. */
export function requireAfter(variables: ReadonlyMap<string, string>): void {
  if (variables.has('after')) return;
  throw usageError('--paginate: the operation needs a variable $after.', example);
}
