import type { Client } from 'pg';
import { wrapText } from '../text.ts';

/** What is watched, as in dba.watch(): null of what is not. */
export type Watch = { what: 'writes' | 'reads'; watchedBy: string | null; since: Date | null };

/** A grant, column or policy that nothing has used, as in dba.unused(). */
export type Unused = {
  kind: 'grant' | 'column' | 'policy';
  role: string;
  relation: string;
  name: string;
  watchedBy: string;
  since: Date | null;
};

export type UnusedReport = { watched: Watch[]; unused: Unused[] };

/** What nothing has used for this number of days; null: since it has been watched. */
export async function readUnused(client: Client, days: number | null): Promise<UnusedReport> {
  const { rows: watched } = await client.query<Watch>(
    'select what, watched_by as "watchedBy", since from dba.watch($1)',
    [days],
  );
  const { rows: unused } = await client.query<Unused>(
    `select kind, role, relation, name, watched_by as "watchedBy", since from dba.unused($1)`,
    [days],
  );
  return { watched, unused };
}

/** The report as text: since when what is watched, then what was not used, by table and role. */
export function unusedText({ watched, unused }: UnusedReport): string {
  const groups = Map.groupBy(unused, ({ relation, role }) => `${relation}, ${role}`);
  const blocks = [
    watched.flatMap((watch) => wrapText(watchText(watch), '', '  ')),
    ...[...groups].map(([title, found]) => [
      title,
      ...found.flatMap(({ kind, name }) => wrapText(name, `  ${kind.padEnd(6)}  `, ' '.repeat(10))),
    ]),
    [unused.length === 0 ? 'Everything was used.' : `${unused.length} not used.`],
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function watchText({ what, watchedBy, since }: Watch): string {
  if (watchedBy === null) return 'Reads are not watched: pg_stat_statements is not there.';
  const words = what === 'writes' ? 'Writes' : 'Reads';
  return `${words}: ${watchedBy}, since ${since?.toISOString().slice(0, 10) ?? 'an unknown day'}.`;
}
