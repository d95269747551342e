import { styleText } from 'node:util';
import { WIDTH, wrapped } from '../wrapped.ts';
import type { Difference } from './compare.ts';
import type { Comparison } from './diff.ts';
import type { Remedy } from './remedy.ts';

const MOST_LINES = 12;
const MARGIN = ' '.repeat(11);
const COLOURS = { missing: 'red', extra: 'yellow', changed: 'cyan' } as const;

/** Under which the differences are listed, in this order. */
const HEADINGS: Record<Remedy, string> = {
  'migrate --repair': 'epic-server migrate --repair puts right:',
  'migrate --roles': 'epic-server migrate --roles puts right:',
  'by hand': 'To be put right by hand:',
};

/** What is said about an object that is missing or extra; of a changed one, whatever differs. */
const TELLING =
  /^(definition|command|role|using|with check|access|value|function|security definer)$/;

/** The comparison for people: each difference with both sides, grouped by what puts it right. */
export function describeComparison(comparison: Comparison): string {
  const { differences, accepted } = comparison;
  const sections = (Object.keys(HEADINGS) as Remedy[]).flatMap((remedy) => {
    const group = differences.filter((difference) => difference.remedy === remedy);
    return group.length === 0 ? [] : [[HEADINGS[remedy], '', ...group.flatMap(linesOf)]];
  });
  const known = accepted.map(({ kind, name, state, reason }) =>
    wrapped(`accepted: ${state} ${kind} ${name}. ${reason}`, '  '),
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
  ].flatMap((line) => wrapped(line, ''));
}

function linesOf(difference: Difference): string[] {
  const { kind, name, state, parts } = difference;
  const belonging = parts === 0 ? '' : parts === 1 ? ', with 1 part' : `, with ${parts} parts`;
  const [first = '', ...rest] = wrapped(`${kind} ${name}${belonging}`, MARGIN);
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
    return TELLING.test(property) && !isDigest(value) && value !== 'false'
      ? onlySide(property, value)
      : [];
  }
  if (isDigest(expected) && isDigest(found)) return [`${MARGIN}not as PostgreSQL came with it`];
  const line = `${property}: ${expected ?? 'nothing'} in db/, ${found ?? 'nothing'} here`;
  if (fits(line)) return [MARGIN + line];
  const [expectedPart, foundPart] = withoutWhatIsEqual(expected ?? 'nothing', found ?? 'nothing');
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

/** As many lines as a reader can take in, moved to an indentation and wrapped there. */
function indented(lines: readonly string[], indent: string): string[] {
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const depth = Math.min(...depths);
  const all = lines.flatMap((line) => {
    const [own = ''] = /^ */.exec(line.slice(depth)) ?? [];
    return wrapped(line.trim(), indent + own);
  });
  if (all.length <= MOST_LINES) return all;
  return [
    ...all.slice(0, MOST_LINES - 1),
    `${indent}… and ${all.length - MOST_LINES + 1} more lines`,
  ];
}

/** Of two texts of many lines, the lines from the first that differs to the last that does. */
function withoutWhatIsEqual(one: string, other: string): [string[], string[]] {
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
