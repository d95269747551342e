import { type Block, code, heading, paragraph } from '../../document/block.ts';
import type { Column, Constraint, DataModel, Index, Relation, Trigger } from './catalogue.ts';
import { diagramOf } from './diagram.ts';

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

// A list of values in a comment loses its marks: each value keeps a line of its own.
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
