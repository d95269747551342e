import { describePlace } from '../place.ts';
import type { HistoryGap, Manifest } from './manifest.ts';

/** What a database lacks or has besides, in words: each names its table or sequence first. */
export function compareManifests(expected: Manifest, found: Manifest): string[] {
  return [...compareTables(expected.tables, found.tables), ...compareSequences(expected, found)];
}

function compareTables(expected: Manifest['tables'], found: Manifest['tables']): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...names].sort().flatMap((name) => {
    const [there, here] = [expected[name], found[name]];
    if (here === undefined) return [`${name} is missing`];
    if (there === undefined) return [`${name} is not in the backup`];
    if (here.rows !== there.rows)
      return [`${name} has ${count(here.rows)}, not ${number(there.rows)}`];
    return here.hash === there.hash ? [] : [`${name} has ${count(here.rows)}, but not the same`];
  });
}

// one that is ahead gives no number twice: pg_dump reads it after the snapshot
function compareSequences(
  { sequences: expected }: Manifest,
  { sequences: found }: Manifest,
): string[] {
  return Object.keys(expected)
    .sort()
    .flatMap((name) => {
      const [there = '0', here] = [expected[name], found[name]];
      if (here === undefined) return [`${name} is missing`];
      return BigInt(here) < BigInt(there) ? [`${name} is at ${here}, behind ${there}`] : [];
    });
}

/** The comparison as text: what differs, or how much was compared. */
export function describeVerification(
  expected: Manifest,
  found: Manifest,
  gaps: readonly HistoryGap[],
  source: string,
): { text: string; findings: number } {
  const findings = [
    ...compareManifests(expected, found),
    ...gaps.map(
      ({ table, rows, example }) =>
        `${table} has ${count(rows)} that history knows otherwise, such as ${example}`,
    ),
  ];
  const rows = Object.values(found.tables).reduce((sum, table) => sum + table.rows, 0);
  const counts = [
    `${Object.keys(found.tables).length} tables, ${number(rows)} rows`,
    `${Object.keys(found.sequences).length} sequences`,
    'history',
  ].join(', ');
  const lines = [
    `${describePlace(found.database)}`,
    `and ${source}, as of ${expected.takenAt}:`,
    '',
    ...findings.map((finding) => `  ${finding}`),
    ...(findings.length === 0 ? [] : ['']),
    findings.length === 0
      ? `The same: ${counts}.`
      : findings.length === 1
        ? '1 finding.'
        : `${findings.length} findings.`,
  ];
  return { text: `${lines.join('\n')}\n`, findings: findings.length };
}

const count = (rows: number) => (rows === 1 ? '1 row' : `${number(rows)} rows`);
const number = (value: number) => value.toLocaleString('en');
