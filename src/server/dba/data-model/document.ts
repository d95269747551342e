import { type Block, code, heading, paragraph } from '../../document/block.ts';
import type { Column, Constraint, DataModel, Index, Relation, Trigger } from './catalogue.ts';

/** The data model as a page: a diagram of the records, then every table and view, schema by schema. */
export function dataModelDocument({ schemas }: DataModel): Block[] {
  const records = schemas.find(({ name }) => name === 'crm')?.relations ?? [];
  return [
    heading(1, 'The data model'),
    paragraph(
      'Every table and view of a deployed database, with its columns, constraints, indexes and triggers. This page is read ' +
        'from the catalogue by `npm run generate`, not written by hand; the sentences are the comments of the database. ' +
        'Who may do what with the tables is in `docs/access-matrix.md`.',
    ),
    { kind: 'contents' },
    heading(2, 'Diagram'),
    paragraph('The tables of `crm` with their keys; a line is a foreign key, and bears its name.'),
    { kind: 'code', language: 'mermaid', text: diagramOf(records.filter((one) => !one.isView)) },
    ...schemas.flatMap(({ name, comment, relations }) => [
      heading(2, `Schema ${code(name)}`),
      ...(comment === null ? [] : [paragraph(comment)]),
      ...relations.flatMap(relationBlocks),
    ]),
  ];
}

function relationBlocks(relation: Relation): Block[] {
  const { schema, name, isView, comment } = relation;
  const sentence = comment ?? 'No comment.';
  return [
    heading(3, code(schema === 'crm' ? name : `${schema}.${name}`)),
    paragraph(isView ? `A view. ${sentence}` : sentence),
    isView
      ? {
          kind: 'table',
          head: ['column', 'type', 'meaning'],
          rows: relation.columns.map((column) => [
            code(column.name),
            code(column.type),
            meaningOf(column),
          ]),
        }
      : {
          kind: 'table',
          head: ['column', 'type', 'not null', 'default', 'meaning'],
          rows: relation.columns.map(columnRow),
        },
    ...table(['constraint', 'definition', 'sentence'], relation.constraints.map(constraintRow)),
    ...table(['index', 'of', 'serves'], relation.indexes.map(indexRow)),
    ...table(['trigger', 'fires', 'calls', 'what it does'], relation.triggers.map(triggerRow)),
  ];
}

function table(head: string[], rows: string[][]): Block[] {
  return rows.length > 0 ? [{ kind: 'table', head, rows }] : [];
}

function columnRow(column: Column): string[] {
  const { name, type, isRequired, default: given } = column;
  return [
    code(name),
    code(type),
    isRequired ? 'not null' : '',
    given === null ? '' : given === 'identity' ? given : code(given),
    meaningOf(column),
  ];
}

// a list in a comment loses its marks and keeps its lines
function meaningOf({ comment }: Column): string {
  return comment?.replaceAll('\n- ', '\n') ?? '';
}

function constraintRow({ name, definition, sentence }: Constraint): string[] {
  return [code(name), code(definition), sentence ?? ''];
}

function indexRow({ name, definition, isUnique, constraint, comment }: Index): string[] {
  return [
    code(name),
    `${isUnique && constraint === null ? 'unique ' : ''}${code(definition)}`,
    servesOf(isUnique, constraint, comment),
  ];
}

function servesOf(
  isUnique: boolean,
  constraint: Index['constraint'],
  comment: string | null,
): string {
  if (constraint === 'primary key') return 'The primary key.';
  if (constraint !== null) return `The ${constraint} constraint of that name.`;
  if (isUnique && comment !== null) return `Refuses a second one: “${comment}”`;
  return comment ?? '';
}

function triggerRow({ name, fires, function: called, comment }: Trigger): string[] {
  return [code(name), fires, code(called), comment ?? ''];
}

/** The tables and the foreign keys between them, with their key columns, for Mermaid. */
export function diagramOf(tables: readonly Relation[]): string {
  const links = tables.flatMap((table) =>
    foreignKeysOf(table, tables).map((key) => `  ${linkOf(table, key)}`),
  );
  const entities = tables.flatMap((table) => [
    `  ${table.name} {`,
    ...table.columns.flatMap(({ name, type }) => {
      const keys = keysOf(table, name);
      return keys.length > 0 ? [`    ${type.replaceAll(/\W+/g, '_')} ${name} ${keys}`] : [];
    }),
    '  }',
  ]);
  return ['erDiagram', ...links, ...entities].join('\n');
}

function foreignKeysOf(table: Relation, tables: readonly Relation[]): Constraint[] {
  return table.constraints.filter(({ target }) =>
    tables.some(({ schema, name }) => schema === target?.schema && name === target.name),
  );
}

// of the target one row, or none if a column is nullable; of the table many, or one if the key is unique
function linkOf(table: Relation, { columns, target }: Constraint): string {
  const isRequired = table.columns.every((one) => !columns.includes(one.name) || one.isRequired);
  const isUnique = table.constraints.some(
    (one) =>
      (one.kind === 'primary key' || one.kind === 'unique') &&
      one.columns.toSorted().join() === columns.toSorted().join(),
  );
  const ends = `${isRequired ? '||' : '|o'}--${isUnique ? 'o|' : 'o{'}`;
  return `${target?.name} ${ends} ${table.name} : ${columns.join('_')}`;
}

function keysOf({ constraints }: Relation, column: string): string {
  const isPartOf = (kind: Constraint['kind']) =>
    constraints.some((one) => one.kind === kind && one.columns.includes(column));
  return [isPartOf('primary key') && 'PK', isPartOf('foreign key') && 'FK']
    .filter((key) => key !== false)
    .join(', ');
}
