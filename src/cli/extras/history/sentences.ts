import type { Api } from '../../core/api/api.ts';
import type { Fields } from '../../core/api/fields.ts';
import { actorOf, type Change } from '../../core/history/change.ts';
import type { HistoryFormatter, Names } from '../../core/history/formatter.ts';
import type { Cell, Field } from '../../core/output/columns.ts';
import { formatCell } from '../../core/output/format.ts';
import { shorten } from '../../core/output/text.ts';
import { inWords } from '../../core/text/words.ts';
import { Names as NamesQuery } from '../../operations/index.ts';

/** A kind of record: its fields, and how its history reads. */
export interface HistorySubject {
  fields: readonly Field[];
  history?: HistoryFormatter;
}

/** Longer texts are cut in sentences; `--json` has all of them. */
const maxTextWidth = 60;

const together = (parts: readonly string[]) =>
  new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(parts);

/** `the e-mail`; an unknown field by its key. */
function fieldInWords(key: string, fields: readonly Field[]): string {
  const label = fields.find((field) => field.key === key)?.label;
  const text = label ?? inWords(key);
  // abbreviations stay: `VAT number`
  return `the ${text.replace(/\b\p{Lu}(?=[\p{Ll}-])/gu, (letter) => letter.toLowerCase())}`;
}

function valueInWords(key: string, value: unknown, fields: readonly Field[]): string {
  const kind = fields.find((field) => field.key === key)?.kind ?? 'text';
  const text = formatCell(kind, value as Cell);
  return kind === 'text' || kind === 'phone' ? `“${shorten(text, maxTextWidth)}”` : text;
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
  const covered = new Set([...done.flatMap(({ covers }) => covers), ...(history?.derived ?? [])]);
  const changed: string[] = [];
  const set: string[] = [];
  const removed: string[] = [];
  for (const key of inOrder(Object.keys(next), fields)) {
    if (covered.has(key)) continue;
    const field = fieldInWords(key, fields);
    const [from, to] = [old[key], next[key]];
    const [before, after] = [from, to].map((value) => valueInWords(key, value, fields));
    if (isNothing(from)) set.push(`${field} to ${after}`);
    else if (isNothing(to)) removed.push(`${field} ${before}`);
    else changed.push(`${field} from ${before} to ${after}`);
  }
  const parts = [
    ...done.flatMap(({ text }) => text || []),
    ...(changed.length > 0 ? [`changed ${together(changed)}`] : []),
    ...(set.length > 0 ? [`set ${together(set)}`] : []),
    ...(removed.length > 0 ? [`removed ${together(removed)}`] : []),
  ];
  return parts.length > 0 ? joined(parts) : `saved ${the}, with no change that is still on record`;
}

/** All fields that have a value. */
const summaryOf = (values: Fields) =>
  Object.entries(values)
    .filter(([key, value]) => key !== 'id' && value != null)
    .map(([key, value]) => `${inWords(key)} ${formatCell('text', value as Cell)}`)
    .join(', ');

/** A change without its actor: `signed the contract`. */
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

/** The changes of one transaction as a sentence. */
export function sentenceOf(
  changes: readonly [Change, ...Change[]],
  subject: HistorySubject,
  names: Names,
): string {
  const acts = changes.map((change) => actInWords(change, subject, names));
  const actor = actorOf(changes[0]);
  return `${actor}${actor.endsWith('in the database') ? ',' : ''} ${acts.join(', then ')}.`;
}

/** The names that `describe` looks up, fetched with at most one request. */
export async function namesFor(api: Api, describe: (names: Names) => unknown): Promise<Names> {
  const employees = new Set<number>();
  const clients = new Set<number>();
  const collect = (ids: Set<number>) => (id: unknown) => {
    if (typeof id === 'number') ids.add(id);
    return '';
  };
  describe({ employee: collect(employees), client: collect(clients) });

  const found = { employees: new Map<number, string>(), clients: new Map<number, string>() };
  if (employees.size + clients.size > 0) {
    const response = await api.send(NamesQuery, {
      employees: [...employees],
      clients: [...clients],
    });
    for (const { id, fullName } of response.employees.nodes) found.employees.set(id, fullName);
    for (const { id, fullName, companyName } of response.clients.nodes) {
      found.clients.set(id, companyName ?? fullName);
    }
  }
  return {
    employee: (id) => found.employees.get(Number(id)) ?? `employee ${id}`,
    client: (id) => found.clients.get(Number(id)) ?? `client ${id}`,
  };
}
