import type { Constraint, Relation } from './catalogue.ts';

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

// One row of the target, or none where a column may be empty; of the table any number, or one where the key is unique.
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
