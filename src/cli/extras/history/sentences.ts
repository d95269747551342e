import type { Fields } from '../../core/api/values.ts';
import { actorOf, type Change } from '../../core/history/change.ts';
import type { HistoryFormatter, Names } from '../../core/history/formatter.ts';
import type { Cell, Field } from '../../core/output/columns.ts';
import { forPeople } from '../../core/output/format.ts';
import { shorten } from '../../core/output/text.ts';

/** A kind of record: its fields, and how its history reads. */
export interface HistorySubject {
  fields: readonly Field[];
  history?: HistoryFormatter;
}

/** The name of a field as a sentence has it: `amountToBePaid` → `amount to be paid`. */
const inWords = (key: string) => key.replace(/[A-Z]/g, ' $&').toLowerCase();

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
  { fields, history }: HistorySubject,
  the: string,
  names: Names,
): string {
  const acts = history?.acts?.(old, next, names) ?? [];
  const done = acts.filter((act) => act !== undefined && act !== false);
  const told = new Set([...done.flatMap(({ covers }) => covers), ...(history?.derived ?? [])]);
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
    ...done.flatMap(({ text }) => text || []),
    ...(changed.length > 0 ? [`changed ${together(changed)}`] : []),
    ...(set.length > 0 ? [`set ${together(set)}`] : []),
    ...(removed.length > 0 ? [`removed ${together(removed)}`] : []),
  ];
  return said.length > 0 ? joined(said) : `saved ${the}, with no change that is still on record`;
}

/** All fields that have a value. */
const summaryOf = (values: Fields) =>
  Object.entries(values)
    .filter(([key, value]) => key !== 'id' && value != null)
    .map(([key, value]) => `${inWords(key)} ${forPeople('text', value as Cell)}`)
    .join(', ');

/** What was done, without who did it: `signed the contract`. */
function actInWords(change: Change, subject: HistorySubject, names: Names): string {
  const { record, action, old, new: next } = change;
  const { history } = subject;
  const the = `the ${record.replaceAll('_', ' ')}`;
  if (action === 'update') {
    return updateInWords({ old: old ?? {}, new: next ?? {} }, subject, the, names);
  }
  const verb = action === 'insert' ? (history?.created ?? 'created') : 'deleted';
  const summary = (history?.summary ?? summaryOf)(next ?? old ?? {}, names);
  return `${verb} ${the}${summary && `: ${summary}`}`;
}

/** What one person did in one go, as a sentence. */
export function sentenceOf(
  changes: readonly [Change, ...Change[]],
  subject: HistorySubject,
  names: Names,
): string {
  const acts = changes.map((change) => actInWords(change, subject, names));
  const actor = actorOf(changes[0]);
  return `${actor}${actor.endsWith('in the database') ? ',' : ''} ${acts.join(', then ')}.`;
}
