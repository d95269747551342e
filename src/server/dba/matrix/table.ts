import { styleText } from 'node:util';
import { wrapHanging } from '../text.ts';
import {
  formatColumns,
  formatHoldings,
  groupByText,
  isOwnerAccess,
  isSharedByDepartments,
  joinParts,
  rolesOf,
  verbsOf,
} from './format.ts';
import { type Access, type Matrix, type Selection, shortName, type WayAround } from './matrix.ts';

const FIRST_WIDTH = 20;
const CELL_WIDTH = 16;

/** The matrix as text, 80 columns wide: for each record a line per verb, and below it columns and conditions. */
export function matrixTable({ matrix, shown }: Selection): string {
  const blocks = [
    ...matrix.records
      .filter(({ name }) => isOpen(matrix, name, shown))
      .map(({ name }) => recordBlock(matrix, name, shown)),
    ownersBlock(matrix, shown),
    newTablesBlock(matrix),
    functionsBlock(matrix),
    holdingsBlock(matrix, shown),
    waysAroundBlock(matrix),
  ];
  const full = blocks.filter((block) => block.length > 0);
  return `${full.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function isOpen(matrix: Matrix, record: string, shown: readonly string[]): boolean {
  return matrix.access.some(
    (one) => one.record === record && (shown.includes(one.role) || !isOwnerAccess(one)),
  );
}

function recordBlock(matrix: Matrix, record: string, shown: readonly string[]): string[] {
  const heads = shown.map(shortName);
  const lines =
    record.length < FIRST_WIDTH ? [row(record, heads, title)] : [title(record), row('', heads)];
  for (const verb of verbsOf(matrix, record)) {
    const access = matrix.access.filter((one) => one.record === record && one.verb === verb);
    const cells = shown.map((role) => access.find((one) => one.role === role)?.rows ?? '–');
    lines.push(row(`  ${verb}`, cells), ...detailsOf(matrix, access, shown));
  }
  return lines;
}

function detailsOf(matrix: Matrix, access: readonly Access[], shown: readonly string[]): string[] {
  const inCells = groupByText(
    access.filter(({ role }) => shown.includes(role)),
    (one) => describeAccess(one),
  );
  const beside = groupByText(
    access.filter((one) => !shown.includes(one.role) && isListedBeside(one, matrix)),
    (one) => describeAccess(one, one.rows),
  );
  return [
    ...inCells.map(({ items, text }) =>
      inCells.length > 1 && text ? `${rolesOf(items)}: ${text}` : text,
    ),
    ...beside.map(({ items, text }) => `also ${rolesOf(items)}: ${text}`),
  ]
    .filter((text) => text !== '')
    .flatMap((text) => wrapHanging(text, '      '));
}

function isListedBeside(access: Access, matrix: Matrix): boolean {
  if (isOwnerAccess(access) || isSharedByDepartments(access, matrix)) return false;
  // a closed grant to PUBLIC is listed once, of PUBLIC
  return access.rows !== 'closed' || access.via?.includes('by PUBLIC') !== true;
}

function describeAccess(access: Access, ...before: string[]): string {
  const { via, note } = access;
  const what = joinParts(...before, formatColumns(access), via === 'directly' ? null : via);
  return note === null ? what : `${what} (${note})`.trimStart();
}

function ownersBlock(matrix: Matrix, shown: readonly string[]): string[] {
  const closed = matrix.records.filter(({ name }) => !isOpen(matrix, name, shown));
  if (closed.length === 0) return [];
  const names = closed.map(({ name }) => name).join(', ');
  return [title("For the database's own functions only"), ...wrapHanging(names, '  ')];
}

function newTablesBlock(matrix: Matrix): string[] {
  const access = matrix.access.filter(({ record }) => record.startsWith('new tables'));
  if (access.length === 0) return [];
  const lines = groupByText(access, ({ record, verb, via }) => joinParts(`${verb} ${record}`, via));
  return [
    title('Every new table'),
    ...lines.flatMap(({ items, text }) => wrapHanging(`${rolesOf(items)}: ${text}`, '  ')),
  ];
}

function functionsBlock({ functions }: Matrix): string[] {
  if (functions.length === 0) return [];
  const own = functions.filter(({ via }) => via.includes('directly'));
  const lines = groupByText(own.length > 0 ? own : functions, ({ role }) => shortName(role));
  return [
    title('Functions'),
    ...lines.flatMap(({ text, items }) =>
      wrapHanging(`${text}: ${[...new Set(items.map((item) => item.function))].join(', ')}`, '  '),
    ),
  ];
}

// too long for all roles; the other formats have it
function holdingsBlock({ holdings }: Matrix, shown: readonly string[]): string[] {
  if (holdings.length === 0 || shown.length > 1) return [];
  return [title('Besides'), ...wrapHanging(formatHoldings(holdings), '  ')];
}

function waysAroundBlock({ waysAround }: Matrix): string[] {
  if (waysAround.length === 0) return [];
  const lines = groupByText(waysAround, describeWayAround);
  return [
    title('Ways around row-level security'),
    ...lines.flatMap(({ text, items }) =>
      wrapHanging(`${text}: ${items.map(({ name }) => name).join(', ')}`, '  '),
    ),
  ];
}

function describeWayAround({ kind, runsAs, reachedBy, firedBy }: WayAround): string {
  const isFunction = kind === 'security definer function';
  const callers = firedBy.length > 0 ? 'triggers' : isFunction ? 'other functions only' : kind;
  const who = reachedBy.length > 0 ? reachedBy.map(shortName).join(', ') : callers;
  const what = isFunction || reachedBy.length === 0 ? '' : ` (${kind})`;
  return `${who}${what}${runsAs === null ? '' : ` as ${shortName(runsAs)}`}`;
}

function title(text: string): string {
  return styleText('bold', text, { stream: process.stdout });
}

function row(first: string, cells: readonly string[], style = (text: string) => text): string {
  const line = cells.map((cell) => cell.padEnd(CELL_WIDTH)).join('');
  return `${style(first)}${' '.repeat(Math.max(1, FIRST_WIDTH - first.length))}${line}`.trimEnd();
}
