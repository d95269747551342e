import type { Fields } from '../api/values.ts';
import type { Cell, Field } from '../output/columns.ts';
import { forPeople } from '../output/format.ts';
import { shorten } from '../output/text.ts';
import type { Change } from './change.ts';
import { type Names, type Telling, tellingOf } from './records.ts';
import { inWords } from './words.ts';

/** A text is told as far as it says what it is; all of it is in `--json`. */
const longestText = 60;

const words: Partial<Record<string, string>> = { startDate: 'start', endDate: 'end' };

const together = (parts: readonly string[]) =>
  new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(parts);

/** `the e-mail`; of a field that is not known here, its own name. */
function fieldInWords(key: string, fields: readonly Field[]): string {
  const label = fields.find((field) => field.key === key)?.label;
  return `the ${(words[key] ?? label ?? inWords(key)).toLowerCase()}`;
}

function valueInWords(key: string, value: unknown, fields: readonly Field[]): string {
  const kind = fields.find((field) => field.key === key)?.kind ?? 'text';
  const text = forPeople(kind, value as Cell);
  return kind === 'text' || kind === 'phone' ? `“${shorten(text, longestText)}”` : text;
}

/** “a, b and c”, or, where one of them has an “and” of its own, “a, b, and c”. */
function joined(acts: readonly string[]): string {
  if (acts.length < 2 || !acts.some((act) => act.includes(' and '))) return together(acts);
  return `${acts.slice(0, -1).join(', ')}, and ${acts.at(-1)}`;
}

/** The fields in the order in which they are shown elsewhere; unknown ones last. */
function inOrder(keys: readonly string[], fields: readonly Field[]): string[] {
  const known = fields.map(({ key }) => key).filter((key) => keys.includes(key));
  return [...known, ...keys.filter((key) => !known.includes(key))];
}

const isNothing = (value: unknown) => value === null || value === undefined || value === '';

function updateInWords(
  { old, new: next }: { old: Fields; new: Fields },
  { the, acts, follows = [] }: Telling,
  fields: readonly Field[],
  names: Names,
): string {
  const done = acts?.(old, next, names).filter((act) => act !== undefined && act !== false) ?? [];
  const told = new Set([...done.flatMap(({ tells }) => tells), ...follows]);
  const changed: string[] = [];
  const set: string[] = [];
  const removed: string[] = [];
  for (const key of inOrder(Object.keys(next), fields)) {
    if (told.has(key)) continue;
    const field = fieldInWords(key, fields);
    const [from, to] = [old[key], next[key]];
    const [before, after] = [from, to].map((value) => valueInWords(key, value, fields));
    if (isNothing(from)) set.push(`${field} to ${after}`);
    else if (isNothing(to)) removed.push(`${field} ${before}`);
    else changed.push(`${field} from ${before} to ${after}`);
  }
  const said = [
    ...done.flatMap(({ said }) => said || []),
    ...(changed.length > 0 ? [`changed ${together(changed)}`] : []),
    ...(set.length > 0 ? [`set ${together(set)}`] : []),
    ...(removed.length > 0 ? [`removed ${together(removed)}`] : []),
  ];
  return said.length > 0 ? joined(said) : `saved ${the}, with no change that is still on record`;
}

/** What was done, without who did it: `signed the contract`. */
function actInWords(change: Change, fields: readonly Field[], names: Names): string {
  const telling = tellingOf(change.record);
  const { old, new: next } = change;
  if (change.action === 'update') {
    return updateInWords({ old: old ?? {}, new: next ?? {} }, telling, fields, names);
  }
  const verb = change.action === 'insert' ? telling.created : 'deleted';
  const summary = telling.summary(next ?? old ?? {}, names);
  return `${verb} ${telling.the}${summary && `: ${summary}`}`;
}

/** Who did it: an employee, or, in the database itself, whoever logged in there. */
export function actorOf({ employee, employeeId, databaseUser }: Change): string {
  const person = employee ?? (employeeId === null ? null : `employee ${employeeId}`);
  if (databaseUser === null) return person ?? 'The database';
  const login = `${databaseUser}, in the database`;
  return person === null ? login : `${person} (${login})`;
}

/** What one person did in one go, as a sentence. */
export function sentenceOf(
  changes: readonly [Change, ...Change[]],
  fields: readonly Field[],
  names: Names,
): string {
  const acts = changes.map((change) => actInWords(change, fields, names));
  const actor = actorOf(changes[0]);
  return `${actor}${actor.endsWith('in the database') ? ',' : ''} ${acts.join(', then ')}.`;
}
