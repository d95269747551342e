import { type Access, type Holding, type Matrix, shortName, type WayAround } from './matrix.ts';

/** What is done to records every day; other verbs are listed only where they are granted. */
export const everydayVerbs = ['read', 'create', 'update', 'delete'];

/** The verbs of a record that deserve a line: the everyday ones, and whatever else is granted. */
export function verbsOf(matrix: Matrix, record: string): string[] {
  const access = matrix.access.filter((one) => one.record === record);
  const granted = [...new Set(access.map(({ verb }) => verb))];
  if (granted.length === 1 && granted[0] === 'read') return granted;
  return [...everydayVerbs, ...granted.filter((verb) => !everydayVerbs.includes(verb))];
}

/** Whether the API exposes the schema of this record: a name without a schema is one of crm. */
export function isExposed({ name }: { name: string }): boolean {
  return !name.includes('.');
}

/** The schemas of these records, each once. */
export function schemasOf(records: readonly { name: string }[]): string[] {
  return [...new Set(records.map(({ name }) => name.split('.', 1).join('')))];
}

/** Whether this comes only with owning the record, as the functions of the database do. */
export function isOwnership({ via }: Access): boolean {
  return via?.endsWith('as owner') === true;
}

/** Whether every department has the same through this role, which then needs no entry of its own. */
export function isSharedByDepartments(access: Access, matrix: Matrix): boolean {
  const alike = matrix.access.filter(
    ({ record, verb, via }) =>
      record === access.record && verb === access.verb && via === `by ${access.role}`,
  );
  return matrix.departments.every((department) => alike.some(({ role }) => role === department));
}

export function columnsInWords({ columns, withheld }: Access): string | null {
  if (columns === null) return null;
  return withheld === null ? 'every column' : columns.join(', ');
}

/** Puts together what the same is said of. */
export function byText<Item>(
  items: readonly Item[],
  textOf: (item: Item) => string,
): { text: string; items: Item[] }[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const text = textOf(item);
    groups.set(text, [...(groups.get(text) ?? []), item]);
  }
  return [...groups].map(([text, found]) => ({ text, items: found }));
}

/** The roles of these, as people call them. */
export function rolesOf(items: readonly { role: string }[]): string {
  return [...new Set(items.map(({ role }) => shortName(role)))].join(', ');
}

/** One after the other, without those that say nothing. */
export function listed(...parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join(', ');
}

/** The roles that reach a way around, and the records whose writes do. */
export function reachedInWords({ kind, reachedBy, firedBy }: WayAround): string {
  const onlyInside =
    kind === 'security definer function' && reachedBy.length + firedBy.length === 0;
  return listed(
    ...reachedBy.map(shortName),
    firedBy.length > 0 && `writes to ${firedBy.join(', ')}`,
    onlyInside && 'other functions only',
  );
}

/** What a role holds, in the words of a grant. */
export function holdingsInWords(
  held: readonly Holding[],
  mark: (name: string) => string = (name) => name,
): string {
  return byText(held, holdingPattern)
    .map(({ text, items }) => {
      const objects = items.map(({ kind, object }) =>
        kind === 'database' ? object : mark(object),
      );
      return text.replace('…', objects.join(', '));
    })
    .join('; ');
}

// The dots stand for what is held.
function holdingPattern({ kind, privilege, via }: Holding): string {
  if (kind === 'role' || privilege === 'owns') return `${privilege} …`;
  const way = via === 'directly' ? '' : ` (${via})`;
  return `${privilege} on ${kind === 'database' ? '' : `${kind} `}…${way}`;
}

/** Rows of a table in which a first cell that repeats the one above is left empty. */
export function withoutRepetition(rows: readonly string[][]): string[][] {
  return rows.map(([first = '', ...rest], index) => [
    rows[index - 1]?.[0] === first ? '' : first,
    ...rest,
  ]);
}
