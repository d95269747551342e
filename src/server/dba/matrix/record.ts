import { type Block, code, heading, paragraph } from '../../document/block.ts';
import type { Access, Matrix, Policy } from './matrix.ts';
import {
  byText,
  columnsInWords,
  isOwnership,
  isSharedByDepartments,
  rolesOf,
  verbsOf,
  withoutRepetition,
} from './words.ts';

type RecordName = Matrix['records'][number];

/** A record in detail: who, which rows, which columns, by which grant and by which policies, which are quoted. */
export function recordBlocks(matrix: Matrix, { name, sentence }: RecordName): Block[] {
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
  return [
    heading(3, code(name)),
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
