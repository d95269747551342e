import {
  type Access,
  type Holding,
  type Matrix,
  type Policy,
  shortName,
  type WayAround,
} from './matrix.ts';

/** The verbs that are always listed; others only when granted. */
export const standardVerbs = ['read', 'create', 'update', 'delete'];

/** The verbs of a record to list. */
export function verbsOf(matrix: Matrix, record: string): string[] {
  const access = matrix.access.filter((one) => one.record === record);
  const granted = [...new Set(access.map(({ verb }) => verb))];
  if (granted.length === 1 && granted[0] === 'read') return granted;
  return [...standardVerbs, ...granted.filter((verb) => !standardVerbs.includes(verb))];
}

/** Whether the record is in schema crm or public, whose name is left out. */
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

/** Whether every role that is a column inherits this access from the role. */
export function isSharedByAll(access: Access, matrix: Matrix): boolean {
  const alike = matrix.access.filter(
    ({ record, verb, via }) =>
      record === access.record && verb === access.verb && via === `by ${access.role}`,
  );
  return matrix.shown.every((shown) => alike.some(({ role }) => role === shown));
}

export function formatColumns({ columns, withheld }: Access): string | null {
  if (columns === null) return null;
  return withheld === null ? 'every column' : columns.join(', ');
}

/** The policies of these accesses, each once. */
export function policiesOf(access: readonly Access[]): Policy[] {
  return [
    ...new Map(access.flatMap(({ policies }) => policies.map((one) => [one.name, one]))).values(),
  ];
}

export function headOfPolicy(
  { name, mode, sentence }: Policy,
  mark: (name: string) => string = (text) => text,
): string {
  return `${mark(name)}${mode === 'restrictive' ? ' (restrictive)' : ''}: ${sentence ?? 'no comment.'}`;
}

/** What a policy asks, clause by clause. */
export function expressionsOf({ using, check }: Policy): { clause: string; expression: string }[] {
  if (using !== null && using === check)
    return [{ clause: 'using and with check', expression: using }];
  return [
    ...(using === null ? [] : [{ clause: 'using', expression: using }]),
    ...(check === null ? [] : [{ clause: 'with check', expression: check }]),
  ];
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

/** What sessions must have, each once: long, and the same for many records, so that overviews have it as notes. */
export function limitsOf(access: readonly Access[]): string[] {
  return [...new Set(access.map((one) => one.limits).filter((one) => one !== null))];
}

/** The mark of a note. */
export function noteMark(index: number): string {
  return `[${index + 1}]`;
}

/** Which rows a role reaches, with the mark of its limit among `limits`; – for none. */
export function overviewWord(access: Access | undefined, limits: readonly string[]): string {
  if (access === undefined) return '–';
  const { rows, limits: limit } = access;
  if (limit === null || !rows.endsWith(` & ${limit}`)) return rows;
  return `${rows.slice(0, -` & ${limit}`.length)} ${noteMark(limits.indexOf(limit))}`;
}
