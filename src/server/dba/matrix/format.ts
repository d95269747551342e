import { type Access, type Holding, type Matrix, shortName, type WayAround } from './matrix.ts';

/** The verbs that are always listed; others only when granted. */
export const standardVerbs = ['read', 'create', 'update', 'delete'];

/** The verbs of a record to list. */
export function verbsOf(matrix: Matrix, record: string): string[] {
  const access = matrix.access.filter((one) => one.record === record);
  const granted = [...new Set(access.map(({ verb }) => verb))];
  if (granted.length === 1 && granted[0] === 'read') return granted;
  return [...standardVerbs, ...granted.filter((verb) => !standardVerbs.includes(verb))];
}

/** Whether the record is in schema crm, whose name is left out. */
export function isExposed({ name }: { name: string }): boolean {
  return !name.includes('.');
}

/** The schemas of these records, each once. */
export function schemasOf(records: readonly { name: string }[]): string[] {
  return [...new Set(records.map(({ name }) => name.split('.', 1).join('')))];
}

/** Whether the access comes from owning the record alone. */
export function isOwnerAccess({ via }: Access): boolean {
  return via?.endsWith('as owner') === true;
}

/** Whether every department inherits this access from the role. */
export function isSharedByDepartments(access: Access, matrix: Matrix): boolean {
  const alike = matrix.access.filter(
    ({ record, verb, via }) =>
      record === access.record && verb === access.verb && via === `by ${access.role}`,
  );
  return matrix.departments.every((department) => alike.some(({ role }) => role === department));
}

export function formatColumns({ columns, withheld }: Access): string | null {
  if (columns === null) return null;
  return withheld === null ? 'every column' : columns.join(', ');
}

/** Groups items by their text. */
export function groupByText<Item>(
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

/** The short names of their roles. */
export function rolesOf(items: readonly { role: string }[]): string {
  return [...new Set(items.map(({ role }) => shortName(role)))].join(', ');
}

/** Joins the parts that are not empty. */
export function joinParts(...parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join(', ');
}

/** The roles that can use a way around RLS, and the records whose triggers do. */
export function formatReach({ kind, reachedBy, firedBy }: WayAround): string {
  const onlyInside =
    kind === 'security definer function' && reachedBy.length + firedBy.length === 0;
  return joinParts(
    ...reachedBy.map(shortName),
    firedBy.length > 0 && `writes to ${firedBy.join(', ')}`,
    onlyInside && 'other functions only',
  );
}

/** Privileges as in a grant. */
export function formatHoldings(
  held: readonly Holding[],
  mark: (name: string) => string = (name) => name,
): string {
  return groupByText(held, holdingPattern)
    .map(({ text, items }) => {
      const objects = items.map(({ kind, object }) =>
        kind === 'database' ? object : mark(object),
      );
      return text.replace('…', objects.join(', '));
    })
    .join('; ');
}

// … is replaced by the objects
function holdingPattern({ kind, privilege, via }: Holding): string {
  if (kind === 'role' || privilege === 'owns') return `${privilege} …`;
  const way = via === 'directly' ? '' : ` (${via})`;
  return `${privilege} on ${kind === 'database' ? '' : `${kind} `}…${way}`;
}

/** Rows with the first cell empty where it repeats the one above. */
export function withoutRepetition(rows: readonly string[][]): string[][] {
  return rows.map(([first = '', ...rest], index) => [
    rows[index - 1]?.[0] === first ? '' : first,
    ...rest,
  ]);
}
