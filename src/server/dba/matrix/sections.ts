import { type Block, code, heading, paragraph } from '../../document/block.ts';
import {
  formatHoldings,
  formatReach,
  groupByText,
  joinParts,
  rolesOf,
  withoutRepetition,
} from './format.ts';
import { type Matrix, shortName } from './matrix.ts';

/** What default privileges will give with a new table; no block when they give nothing. */
export function newTableBlocks(matrix: Matrix): Block[] {
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

/** What each role may call. */
export function functionBlocks(matrix: Matrix): Block[] {
  const direct = matrix.functions.filter(({ via }) => via.includes('directly'));
  const found = direct.length > 0 ? direct : matrix.functions;
  if (found.length === 0) return [];
  const rows = groupByText(found, (one) => `${one.function}(${one.arguments})`)
    .map(({ text, items, items: [first] }) => [
      code(text),
      rolesOf(items),
      first?.runsAs ?? '',
      joinParts(first?.sentence, first?.note && `(${first.note})`),
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

/** What row-level security, as the caller, does not decide. */
export function wayAroundBlocks({ waysAround, access }: Matrix): Block[] {
  if (waysAround.length === 0) return [];
  const isForced = !access.some(({ note }) => note?.includes('not forced on the owner'));
  return [
    heading(2, 'Ways around row-level security'),
    paragraph(
      isForced
        ? 'What the caller’s own policies do not decide. Functions that run as the owner of the tables are still subject to the ' +
            'policies for the owner above, since row-level security is forced.'
        : 'What the caller’s own policies do not decide.',
    ),
    {
      kind: 'table',
      head: ['what', 'name', 'runs as', 'reached by', 'why'],
      rows: withoutRepetition(
        waysAround.map((way) => [
          way.kind,
          code(way.name),
          way.runsAs ?? '–',
          formatReach(way) || '–',
          way.sentence ?? 'No comment.',
        ]),
      ),
    },
  ];
}

/** What each role holds besides records and functions: schemas, the database, other roles. */
export function holdingBlocks({ holdings: all, roles }: Matrix): Block[] {
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
          held.length === 0 ? 'Holds nothing.' : `${formatHoldings(held, code)}.`,
        ];
      }),
    },
  ];
}

/** What default privileges give away with a new object. */
export function newObjectBlocks({ newObjects: given }: Matrix): Block[] {
  return [
    heading(2, 'What new objects give away'),
    given.length === 0
      ? paragraph(
          'Nothing: a new table, function or schema is its owner’s alone until something is granted.',
        )
      : {
          kind: 'table',
          head: ['created by', 'what', 'in schema', 'gives', 'to'],
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
