import { styleText } from 'node:util';
import { WIDTH, wrapHanging, wrapText } from '../text.ts';
import {
  expressionsOf,
  formatColumns,
  formatHoldings,
  groupByText,
  headOfPolicy,
  isExposed,
  isOwnerAccess,
  isSharedByAll,
  joinParts,
  limitsOf,
  noteMark,
  overviewWord,
  policiesOf,
  rolesOf,
  verbsOf,
} from './format.ts';
import { type Access, type Matrix, type Selection, shortName, type WayAround } from './matrix.ts';

const VERB_WIDTH = 7;
const GAP = 1;
/** Longer names have a line of their own. */
const MOST_NAME = 20;

/** The matrix as text, 80 columns wide: an overview of one page, or in detail what was selected. */
export function matrixTable(selection: Selection): string {
  const { detail } = selection;
  const blocks = {
    overview: overviewBlocks,
    record: detailBlocks,
    role: detailBlocks,
    functions: functionBlocks,
  }[detail](selection);
  const full = blocks.filter((block) => block.length > 0);
  return `${full.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function overviewBlocks({ matrix, shown }: Selection): string[][] {
  const reached = matrix.access.filter(({ role }) => shown.includes(role));
  const records = matrix.records.filter(({ name }) => reached.some((one) => one.record === name));
  const exposed = records.filter(isExposed);
  const listed = exposed.length > 0 ? exposed : records;
  const internal = records.filter((record) => !listed.includes(record));
  const limits = limitsOf(reached);
  const rows = listed.flatMap(({ name }) =>
    verbsOf(matrix, name).flatMap((verb) => {
      const access = reached.filter((one) => one.record === name && one.verb === verb);
      if (access.length === 0) return [];
      const wordOf = (role: string) =>
        overviewWord(
          access.find((one) => one.role === role),
          limits,
        );
      return { name, verb, cells: shown.map(wordOf) };
    }),
  );
  const used = limits.map((limit, index) => `${noteMark(index)} ${limit}`);
  return [
    overviewGrid(rows, shown),
    [
      ...used.filter((_, index) =>
        rows.some(({ cells }) => cells.join().includes(noteMark(index))),
      ),
    ].flatMap((text) => wrapHanging(text, '')),
    wrapHanging(LEGEND, ''),
    internal.length === 0
      ? []
      : wrapHanging(`Internal tables: ${internal.map(({ name }) => name).join(', ')}.`, ''),
    newTablesBlock(matrix),
    [
      'Columns and policies of one record: --record NAME; of one role: --role NAME.',
      'Functions, and what bypasses row-level security: --functions.',
    ],
  ];
}

const LEGEND =
  'Which rows, from what the policies ask: – none; own: a column is the caller; not own: it is not; draft: its ' +
  'status; of own contract: it belongs to one; if …: what the session must have; a → b: a row as it was, and as it may ' +
  'become; anything else is the condition.';

type OverviewRow = { name: string; verb: string; cells: string[] };

function overviewGrid(rows: readonly OverviewRow[], shown: readonly string[]): string[] {
  const nameWidth = Math.min(MOST_NAME, Math.max(6, ...rows.map(({ name }) => name.length))) + GAP;
  const line = columns([nameWidth, VERB_WIDTH], shown.length);
  return [
    ...line(['', '', ...shown.map(shortName)]).map(title),
    ...rows.flatMap(({ name, verb, cells }, index) => {
      const isFirst = rows[index - 1]?.name !== name;
      const isLong = name.length >= nameWidth;
      return [
        ...(isFirst && isLong ? [title(name)] : []),
        ...line([isFirst && !isLong ? name : '', verb, ...cells]),
      ];
    }),
  ];
}

/** Prints cells in columns: some of these widths, then `count` equal ones that share what is left of the line. */
function columns(widths: readonly number[], count: number): (cells: readonly string[]) => string[] {
  const left = WIDTH - widths.reduce((sum, width) => sum + width, 0);
  const all = [...widths, ...Array<number>(count).fill(Math.floor(left / Math.max(1, count)))];
  return (cells) => {
    const wrapped = cells.map((cell, index) => wrapText(cell, '', '', (all[index] ?? WIDTH) - GAP));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, number) =>
      wrapped
        .map((lines, index) => (lines[number] ?? '').padEnd(all[index] ?? 0))
        .join('')
        .trimEnd(),
    );
  };
}

function detailBlocks({ matrix, shown, detail }: Selection): string[][] {
  return [
    ...matrix.records
      .filter(({ name }) => isOpen(matrix, name, shown))
      .flatMap(({ name }) => [
        recordBlock(matrix, name, shown),
        detail === 'record' ? policiesBlock(matrix, name, shown) : [],
      ]),
    ownersBlock(matrix, shown),
    newTablesBlock(matrix),
    functionsBlock(matrix),
    holdingsBlock(matrix, shown),
    waysAroundBlock(matrix),
  ];
}

function functionBlocks({ matrix }: Selection): string[][] {
  return [functionsBlock(matrix), waysAroundBlock(matrix)];
}

/** Every policy of a record: its name, its sentence and what it asks. */
function policiesBlock(matrix: Matrix, record: string, shown: readonly string[]): string[] {
  const access = matrix.access.filter(
    (one) => one.record === record && (shown.includes(one.role) || !isOwnerAccess(one)),
  );
  return policiesOf(access).flatMap((policy) => [
    ...wrapText(headOfPolicy(policy), '  ', '    '),
    ...expressionsOf(policy).flatMap(({ clause, expression }) =>
      wrapText(`${clause} ${expression}`, '    ', '      '),
    ),
  ]);
}

function isOpen(matrix: Matrix, record: string, shown: readonly string[]): boolean {
  return matrix.access.some(
    (one) => one.record === record && (shown.includes(one.role) || !isOwnerAccess(one)),
  );
}

function recordBlock(matrix: Matrix, record: string, shown: readonly string[]): string[] {
  const line = columns([MOST_NAME], shown.length);
  const isLong = record.length >= MOST_NAME;
  const lines = [
    ...(isLong ? [title(record)] : []),
    ...line([isLong ? '' : record, ...shown.map(shortName)]).map(title),
  ];
  for (const verb of verbsOf(matrix, record)) {
    const access = matrix.access.filter((one) => one.record === record && one.verb === verb);
    const cells = shown.map((role) => access.find((one) => one.role === role)?.rows ?? '–');
    lines.push(...line([`  ${verb}`, ...cells]), ...detailsOf(matrix, access, shown));
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
  if (isOwnerAccess(access) || isSharedByAll(access, matrix)) return false;
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
