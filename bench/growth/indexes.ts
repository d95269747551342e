import { withClient } from '../support.ts';

/** An index of the product, as dba.index_use has it. */
export interface IndexUse {
  relation: string;
  index: string;
  definition: string;
  enforces: boolean;
  used_by: string[];
  serves: string | null;
  bytes: number;
  scans: number;
}

/** The indexes of a database, the largest of each table first. */
export async function indexUse(adminUrl: string): Promise<IndexUse[]> {
  return withClient(adminUrl, async (admin) => {
    const { rows } = await admin.query<IndexUse>(
      `select relation, index, definition, enforces, used_by, serves, bytes::float8, scans::float8
       from dba.index_use
       where relation !~ '^graphile_'
       order by relation like 'crm.%' desc, relation, bytes desc, index`,
    );
    return rows;
  });
}

/** The rows of a table of the records' indexes, with its head. */
export function indexRows(indexes: readonly IndexUse[]): string[][] {
  return [
    ['', 'MB', 'scans', 'used by'],
    ...indexes
      .filter(({ relation }) => relation.startsWith('crm.'))
      .map(({ index, bytes, scans, used_by }) => [
        index,
        megabytes(bytes),
        scans.toLocaleString('en'),
        used_by.join(', '),
      ]),
  ];
}

/** The sizes as `docs/indexes.md` reads them. */
export function sizesOf(indexes: readonly IndexUse[], scale: string): string {
  const byName = indexes.toSorted((one, other) => (one.index < other.index ? -1 : 1));
  const bytes = Object.fromEntries(byName.map(({ index, bytes }) => [index, bytes]));
  return `${JSON.stringify({ scale, bytes }, null, 2)}\n`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
