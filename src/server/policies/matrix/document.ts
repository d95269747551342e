import { type Access, type Matrix, type Policy, type Selection, shortName } from './matrix.ts';
import {
  byText,
  columnsInWords,
  holdingsInWords,
  isOwnership,
  isSharedByDepartments,
  listed,
  reachedInWords,
  rolesOf,
  verbsOf,
} from './words.ts';

/** A piece of the matrix as a page, for whatever prints it. Text between backticks is code. */
export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'table'; head: string[]; rows: string[][] }
  /** Each item has a first line, and further ones below it. */
  | { kind: 'list'; items: string[][] };

/** The matrix as a page: an overview, every record in detail, and what there is besides records. */
export function matrixDocument({ matrix, shown }: Selection): Block[] {
  return [
    heading(1, 'Who may do what'),
    paragraph(
      'This page is the output of `epic-server policies matrix --format markdown`: it is read from the catalogue of a ' +
        'database, not written by hand. The same, in psql: `select * from dba.access_matrix`.',
    ),
    ...overview(matrix, shown),
    ...matrix.records.flatMap(({ name }) => record(matrix, name)),
    ...newTables(matrix),
    ...functions(matrix),
    ...waysAround(matrix),
    ...holdings(matrix),
    ...newObjects(matrix),
  ];
}

function overview(matrix: Matrix, shown: readonly string[]): Block[] {
  const rows = matrix.records.flatMap(({ name }) =>
    verbsOf(matrix, name).flatMap((verb) => {
      const access = matrix.access.filter((one) => one.record === name && one.verb === verb);
      const cells = shown.map((role) => access.find((one) => one.role === role)?.rows ?? '–');
      return isReached(matrix, name, shown) ? [[code(name), verb, ...cells]] : [];
    }),
  );
  if (rows.length === 0) return [];
  return [
    heading(2, 'Overview'),
    paragraph(
      'Each cell says which rows: `all`, none (–), or the last word of the policy’s name, such as `own` for ' +
        '`sales_update_own`; `any` means any of them, on a condition. What it means in full, and for which columns, is below.',
    ),
    {
      kind: 'table',
      head: ['record', 'verb', ...shown.map(shortName)],
      rows: withoutRepetition(rows),
    },
  ];
}

// What none of them reaches is the business of the database's own functions.
function isReached(matrix: Matrix, record: string, shown: readonly string[]): boolean {
  return matrix.access.some((one) => one.record === record && shown.includes(one.role));
}

function record(matrix: Matrix, name: string): Block[] {
  const access = matrix.access.filter(
    (one) => one.record === name && !isSharedByDepartments(one, matrix),
  );
  // One line for all of whom the same is true.
  const rows = verbsOf(matrix, name).flatMap((verb) =>
    byText(
      access.filter((one) => one.verb === verb),
      (one) => JSON.stringify(cellsOf(one)),
    ).flatMap(({ items }) =>
      items.slice(0, 1).map((one) => [verb, rolesOf(items), ...cellsOf(one)]),
    ),
  );
  const sentence = matrix.records.find((one) => one.name === name)?.sentence;
  return [
    heading(2, code(name)),
    ...(sentence ? [paragraph(sentence)] : []),
    {
      kind: 'table',
      head: ['verb', 'who', 'rows', 'columns', 'granted', 'policies'],
      rows: withoutRepetition(rows),
    },
    ...withheld(access),
    ...policies(access),
  ];
}

function cellsOf(access: Access): string[] {
  const { rows, columns, withheld, via, note } = access;
  return [
    note === null ? rows : `${rows} (${note})`,
    columns !== null && withheld !== null
      ? columns.map(code).join(', ')
      : (columnsInWords(access) ?? '–'),
    via ?? '–',
    access.policies.map(({ name }) => code(name)).join(', ') || '–',
  ];
}

function withheld(access: readonly Access[]): Block[] {
  const sentences = ['create', 'update'].flatMap((verb) => {
    const granted = access.filter((one) => one.verb === verb && !isOwnership(one));
    const [first, ...others] = granted.map((one) => one.withheld ?? []);
    const left = first?.filter((column) => others.every((columns) => columns.includes(column)));
    if (left === undefined || left.length === 0) return [];
    return `Nobody ${verb === 'create' ? 'enters' : 'changes'} ${left.map(code).join(', ')} by hand.`;
  });
  return sentences.length > 0 ? [paragraph(sentences.join(' '))] : [];
}

function policies(access: readonly Access[]): Block[] {
  const known = new Map<string, Policy>();
  for (const one of access) for (const policy of one.policies) known.set(policy.name, policy);
  if (known.size === 0) return [];
  return [{ kind: 'list', items: [...known.values()].map(policyItem) }];
}

function policyItem({ name, mode, sentence, using, check }: Policy): string[] {
  const first = `${code(name)}${mode === 'restrictive' ? ' (restrictive)' : ''}: ${sentence ?? 'no comment.'}`;
  if (using !== null && using === check) return [first, `using and with check ${code(using)}`];
  const lines = [first];
  if (using !== null) lines.push(`using ${code(using)}`);
  if (check !== null) lines.push(`with check ${code(check)}`);
  return lines;
}

function newTables(matrix: Matrix): Block[] {
  const access = matrix.access.filter((one) => one.record.startsWith('new tables'));
  if (access.length === 0) return [];
  return [
    heading(2, 'New tables'),
    {
      kind: 'table',
      head: ['record', 'verb', 'who', 'granted', 'note'],
      rows: access.map((one) => [
        one.record,
        one.verb,
        shortName(one.role),
        one.via ?? '–',
        one.note ?? '',
      ]),
    },
  ];
}

function functions(matrix: Matrix): Block[] {
  const direct = matrix.functions.filter(({ via }) => via.includes('directly'));
  const found = direct.length > 0 ? direct : matrix.functions;
  if (found.length === 0) return [];
  const rows = byText(found, (one) => `${one.function}(${one.arguments})`)
    .map(({ text, items, items: [first] }) => [
      code(text),
      rolesOf(items),
      first?.runsAs ?? '',
      listed(first?.sentence, first?.note && `(${first.note})`),
    ])
    .sort(([one = ''], [other = '']) => (one < other ? -1 : 1));
  return [
    heading(2, 'Functions'),
    paragraph(
      'What each role may call. One that runs as its owner is a way around row-level security, and is listed there too.',
    ),
    { kind: 'table', head: ['function', 'who', 'runs as', 'what it gives'], rows },
  ];
}

function waysAround({ waysAround }: Matrix): Block[] {
  if (waysAround.length === 0) return [];
  return [
    heading(2, 'Ways around row-level security'),
    paragraph(
      'What the caller’s own policies do not decide. Functions that run as `epic_owner` are still subject to the policies ' +
        'for `epic_owner` above, since row-level security is forced.',
    ),
    {
      kind: 'table',
      head: ['what', 'name', 'runs as', 'reached by', 'why'],
      rows: withoutRepetition(
        waysAround.map((way) => [
          way.kind,
          code(way.name),
          way.runsAs ?? '–',
          reachedInWords(way.reachedBy) || '–',
          way.sentence ?? 'No comment.',
        ]),
      ),
    },
  ];
}

function holdings({ holdings: all, roles }: Matrix): Block[] {
  const names = [...new Set(['public', ...all.map(({ role }) => role)])];
  if (all.length === 0) return [];
  return [
    heading(2, 'What each role holds besides'),
    {
      kind: 'list',
      items: names.map((name) => {
        const sentence = roles.find((role) => role.name === name)?.sentence;
        const held = all.filter(({ role }) => role === name);
        return [
          name === 'public' ? 'PUBLIC: everybody.' : `${code(name)}: ${sentence ?? 'no comment.'}`,
          held.length === 0 ? 'Holds nothing.' : `${holdingsInWords(held, code)}.`,
        ];
      }),
    },
  ];
}

function newObjects({ newObjects: given }: Matrix): Block[] {
  return [
    heading(2, 'What new objects give away'),
    given.length === 0
      ? paragraph(
          'Nothing: a new table, function or schema is its owner’s alone until something is granted.',
        )
      : {
          kind: 'table',
          head: ['whoever creates', 'what', 'in schema', 'gives', 'to'],
          rows: given.map(({ creator, kind, schema, privilege, role }) => [
            creator,
            kind,
            schema ?? 'any',
            privilege,
            shortName(role),
          ]),
        },
  ];
}

function heading(level: 1 | 2 | 3, text: string): Block {
  return { kind: 'heading', level, text };
}

function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

function code(text: string): string {
  return `\`${text}\``;
}

// A first column that says the same as the row above is left empty.
function withoutRepetition(rows: readonly string[][]): string[][] {
  return rows.map(([first = '', ...rest], index) => [
    rows[index - 1]?.[0] === first ? '' : first,
    ...rest,
  ]);
}
