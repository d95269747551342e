import { setFlagsFromString } from 'node:v8';
import type { Connection } from '../../../client/index.ts';

type Page<Row> = Connection<Row> | null | undefined;

const firstPage = 100;
const furtherPages = 1000;
/** How many rows are worked on in one go. */
const atOnce = 250;

/**
 * The rows of a list from `after` on, some at a time. The first page is a small one, for the first row to be there at
 * once, then they are large. While one is worked on, the next is already on its way. Memory does not grow with the rows.
 */
export async function* everyPage<Row>(
  fetch: (part: { first: number; after: string | null }) => Promise<Page<Row>>,
  after: string | null,
): AsyncGenerator<readonly Row[], void, undefined> {
  // each page is garbage after the next, for which V8 would let its young generation grow to 128 MB rather than collect it
  setFlagsFromString('--semi-space-growth-factor=1');
  let coming: Promise<Page<Row>> | undefined = fetch({ first: firstPage, after });
  while (coming) {
    const page: Page<Row> = await coming;
    const next: string | null | undefined = page?.pageInfo.hasNextPage
      ? page.pageInfo.endCursor
      : null;
    coming = next ? fetch({ first: furtherPages, after: next }) : undefined;
    // Thrown when it is its turn.
    coming?.catch(() => {});
    const rows = page?.nodes.filter((row) => row !== null) ?? [];
    for (let row = 0; row < rows.length; row += atOnce) {
      // Without a break the request would leave only after the work.
      await new Promise(setImmediate);
      yield rows.slice(row, row + atOnce);
    }
  }
}
