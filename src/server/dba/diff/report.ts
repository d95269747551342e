import { styleText } from 'node:util';
import { WIDTH, wrapText } from '../text.ts';
import type { Difference } from './compare.ts';
import type { Comparison } from './diff.ts';
import type { Fix } from './fix.ts';

const MOST_LINES = 12;
const MARGIN = ' '.repeat(11);
const COLOURS = { missing: 'red', extra: 'yellow', changed: 'cyan' } as const;

/** The headings of the groups of differences, in this order. */
const HEADINGS: Record<Fix, string> = {
  'migrate --repair': 'Fixed by epic-server migrate --repair:',
  'migrate --roles': 'Fixed by epic-server migrate --roles:',
  manual: 'To be fixed manually:',
};

/** The properties that are shown of an object that is missing or extra. */
const SHOWN_PROPERTIES =
  /^(definition|command|role|using|with check|access|value|function|security definer)$/;

/** The comparison as text: each difference with both sides, grouped by its fix. */
export function describeComparison(comparison: Comparison): string {
  const { differences, accepted } = comparison;
  const sections = (Object.keys(HEADINGS) as Fix[]).flatMap((fix) => {
    const group = differences.filter((difference) => difference.fix === fix);
    return group.length === 0 ? [] : [[HEADINGS[fix], '', ...group.flatMap(linesOf)]];
  });
  const known = accepted.map(({ kind, name, state, reason }) =>
    wrapText(`accepted: ${state} ${kind} ${name}. ${reason}`, '  '),
  );
  const blocks = [[place(comparison)], ...sections, ...known, summary(comparison)];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function place({ database }: Comparison): string {
  const { name, host, port, login, version } = database;
  return `Database ${name} on ${host}:${port} (PostgreSQL ${version.split(' ')[0]}, as ${login}) and db/:`;
}

function summary({ differences, compared }: Comparison): string[] {
  if (differences.length === 0)
    return [`No differences: ${compared.toLocaleString('en')} objects compared.`];
  const counts = (['missing', 'extra', 'changed'] as const)
    .map((state) => ({ state, count: differences.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  const total = differences.length === 1 ? '1 difference' : `${differences.length} differences`;
  const isBehind = differences.some(
    ({ kind, state }) => kind === 'migration' && state === 'missing',
  );
  return [
    `${total}: ${counts.join(', ')}.`,
    ...(isBehind
      ? [
          'Migrations are pending, and account for some of it: run epic-server migrate, then compare again.',
        ]
      : []),
  ].flatMap((line) => wrapText(line, ''));
}

function linesOf(difference: Difference): string[] {
  const { kind, name, state, parts } = difference;
  const belonging = parts === 0 ? '' : parts === 1 ? ', with 1 part' : `, with ${parts} parts`;
  const [first = '', ...rest] = wrapText(`${kind} ${name}${belonging}`, MARGIN);
  const coloured = styleText(COLOURS[state], state, { stream: process.stdout });
  const title = `  ${coloured}${' '.repeat(9 - state.length)}${first.trimStart()}`;
  return [title, ...rest, ...difference.properties.flatMap((one) => detailsOf(one, state))];
}

function detailsOf(
  { property, expected, found }: Difference['properties'][number],
  state: Difference['state'],
): string[] {
  if (state !== 'changed') {
    const value = expected ?? found ?? '';
    return SHOWN_PROPERTIES.test(property) && !isDigest(value) && value !== 'false'
      ? onlySide(property, value)
      : [];
  }
  if (isDigest(expected) && isDigest(found)) return [`${MARGIN}not as PostgreSQL came with it`];
  const line = `${property}: ${expected ?? 'nothing'} in db/, ${found ?? 'nothing'} here`;
  if (fits(line)) return [MARGIN + line];
  const [expectedPart, foundPart] = differingLines(expected ?? 'nothing', found ?? 'nothing');
  return [`${MARGIN}${property}:`, ...side('db/', expectedPart), ...side('here', foundPart)];
}

function onlySide(property: string, value: string): string[] {
  const line = `${property}: ${value}`;
  return fits(line)
    ? [MARGIN + line]
    : [`${MARGIN}${property}:`, ...indented(value.split('\n'), `${MARGIN}  `)];
}

function side(label: string, lines: readonly string[]): string[] {
  const [first = '', ...rest] = indented(lines, ''.padEnd(MARGIN.length + 8));
  return [`${MARGIN}  ${label.padEnd(6)}${first.trimStart()}`, ...rest];
}

/** At most MOST_LINES lines, indented and wrapped. */
function indented(lines: readonly string[], indent: string): string[] {
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const depth = Math.min(...depths);
  const all = lines.flatMap((line) => {
    const [own = ''] = /^ */.exec(line.slice(depth)) ?? [];
    return wrapText(line.trim(), indent + own);
  });
  if (all.length <= MOST_LINES) return all;
  return [
    ...all.slice(0, MOST_LINES - 1),
    `${indent}… and ${all.length - MOST_LINES + 1} more lines`,
  ];
}

/** Two texts without the lines that are equal at the start and at the end. */
function differingLines(one: string, other: string): [string[], string[]] {
  const [a, b] = [one.split('\n'), other.split('\n')];
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter - 1 && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start - 1 && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

function isDigest(value: string | null): boolean {
  return value !== null && /^[0-9a-f]{32}$/.test(value);
}

function fits(line: string): boolean {
  return !line.includes('\n') && MARGIN.length + line.length <= WIDTH;
}
