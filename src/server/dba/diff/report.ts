import { styleText } from 'node:util';
import { describePlace } from '../place.ts';
import { WIDTH, wrapText } from '../text.ts';
import type { Difference } from './compare.ts';
import type { Comparison } from './diff.ts';
import type { Fix } from './fix.ts';

const MOST_LINES = 12;
const MARGIN = ' '.repeat(11);
const COLOURS = { missing: 'red', extra: 'yellow', changed: 'cyan' } as const;

/** The headings of the groups of differences, in this order. */
const HEADINGS: Record<Fix, string> = {
  'migrate --repair': 'Drift, fixed by epic-server migrate --repair:',
  'migrate --roles': 'Drift, fixed by epic-server migrate --roles:',
  manual: 'Drift, to be fixed manually:',
};

/** The properties that are shown of an object that is missing or extra. */
const SHOWN_PROPERTIES =
  /^(definition|command|role|using|with check|access|value|function|security definer)$/;

/** The comparison as text: each difference with both sides, what is not deployed yet first, then drift by its fix. */
export function describeComparison(comparison: Comparison): string {
  const { differences, accepted } = comparison;
  const undeployed = differences.filter(({ cause }) => cause === 'pending');
  const drift = differences.filter(({ cause }) => cause === 'drift');
  const groups: [heading: readonly string[], differences: readonly Difference[]][] = [
    [headingOfPending(comparison.pending), undeployed],
    ...(Object.keys(HEADINGS) as Fix[]).map((fix): [string[], Difference[]] => [
      [HEADINGS[fix]],
      drift.filter((difference) => difference.fix === fix),
    ]),
  ];
  const sections = groups.flatMap(([heading, group]) =>
    group.length === 0 ? [] : [[...heading, '', ...group.flatMap(linesOf)]],
  );
  const known = accepted.map(({ kind, name, state, reason }) =>
    wrapText(`accepted: ${state} ${kind} ${name}. ${reason}`, '  '),
  );
  const place = `${describePlace(comparison.database)} and db/:`;
  const blocks = [[place], ...sections, ...known, summary(comparison)];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headingOfPending({ migrations, parts }: Comparison['pending']): string[] {
  return [
    'Not deployed yet (epic-server migrate does it):',
    ...wrapText(
      [...migrations, ...parts].map((part) => part.replaceAll(' ', '\u00a0')).join(', '),
      '  ',
    ).map((line) => line.replaceAll('\u00a0', ' ')),
  ];
}

function summary({ differences, compared }: Comparison): string[] {
  if (differences.length === 0)
    return [`No differences: ${compared.toLocaleString('en')} objects compared.`];
  const counts = (['missing', 'extra', 'changed'] as const)
    .map((state) => ({ state, count: differences.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  const total = differences.length === 1 ? '1 difference' : `${differences.length} differences`;
  const undeployed = differences.filter(({ cause }) => cause === 'pending').length;
  const drift = differences.length - undeployed;
  return [
    `${total}: ${counts.join(', ')}.`,
    ...(undeployed === 0
      ? []
      : [
          `${undeployed} not deployed yet, ${drift} drift. What was changed by hand where a change is not deployed yet is among the former: deploy, then compare again.`,
        ]),
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
