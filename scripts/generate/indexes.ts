import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { type Block, code, heading, paragraph } from '../../src/server/document/block.ts';

interface Index {
  relation: string;
  index: string;
  definition: string;
  used_by: string[];
  serves: string | null;
}

/** The sizes that `npm run bench -- growth --indexes` has measured. */
interface Sizes {
  scale: string;
  bytes: Record<string, number>;
}

/** `docs/indexes.md`: why each index is there. */
export async function indexesDocument(client: Client): Promise<Block[]> {
  const { rows } = await client.query<Index>(
    `select relation, index, definition, used_by, serves
     from dba.index_use
     where relation !~ '^graphile_'
     order by relation !~ '^crm\\.', relation collate "C", index collate "C"`,
  );
  const sizesFile = new URL('../../bench/growth/index-sizes.json', import.meta.url);
  const { scale, bytes }: Sizes = JSON.parse(await readFile(sizesFile, 'utf8'));
  const relations = [...new Set(rows.map(({ relation }) => relation))];
  return [
    heading(1, 'The indexes'),
    paragraph(
      'Why each index is there: the constraints, foreign keys and policies that use it, and what its comment says that it ' +
        'serves. This page is made by `npm run generate` from `dba.index_use`, which also counts the scans of a running ' +
        `database. MB is the size in the company of ${scale} contracts ` +
        '(`npm run bench -- growth --data FOLDER --indexes` measures it again); – was not there when it was measured.',
    ),
    paragraph(
      'Every index but that of a primary key has a comment, as a test asks. What the API filters and sorts by follows from the ' +
        'indexes: dropping one takes a condition and an order out of `schema.graphql`.',
    ),
    ...relations.flatMap((relation): Block[] => [
      heading(2, code(relation)),
      {
        kind: 'table',
        head: ['index', 'of', 'MB', 'used by', 'serves'],
        rows: rows
          .filter((row) => row.relation === relation)
          .map(({ index, definition, used_by, serves }) => [
            code(index),
            code(definition),
            megabytes(bytes[index]),
            used_by.map(named).join(', '),
            serves ?? '',
          ]),
      },
    ]),
  ];
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / 1e6).toFixed(1);
}

/** `foreign key event_contract_id_fkey`, with the name as code; a primary key needs no name. */
function named(user: string): string {
  const [, kind, name] = /^(constraint|foreign key|policy) (.*)$/.exec(user) ?? [];
  return kind === undefined || name === undefined ? user : `${kind} ${code(name)}`;
}
