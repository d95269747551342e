import type { Fields } from '../api/fields.ts';

/** What employees and clients are called, by their ids. */
export interface Names {
  employee(id: unknown): string;
  client(id: unknown): string;
}

/** A change that has a verb of its own: “signed the contract” rather than “changed the status …”. */
export interface Act {
  text: string;
  /** The fields that it covers. */
  covers: readonly string[];
}

/** How the history of a kind of record reads, where fields and their values are not enough. */
export interface HistoryFormatter {
  /** The verb of its creation, where it is not `created`. */
  created?: string;
  /** Which one it is, in a few words; empty where nothing is left to say. */
  summary(fields: Fields, names: Names): string;
  /** What an update does beyond changing fields. */
  acts?(before: Fields, after: Fields, names: Names): (Act | false | undefined)[];
  /** Fields that the database keeps by itself, and that say nothing more. */
  derived?: readonly string[];
}

/** Parts of a summary, without those that are empty. */
export const joinParts = (...parts: unknown[]) =>
  parts.filter((part) => typeof part === 'string' && part !== '').join(', ');

/** A record that is given to an employee, taken from one, or passed from one to another. */
export function handover(
  field: string,
  { before, after, names }: { before: Fields; after: Fields; names: Names },
  verbs: { given: string; taken: string; passed: string },
): Act | false {
  if (!(field in after)) return false;
  const [from, to] = [before[field], after[field]].map((id) =>
    id == null ? '' : names.employee(id),
  );
  let text = `${verbs.passed} from ${from} to ${to}`;
  if (!from) text = `${verbs.given} to ${to}`;
  else if (!to) text = `${verbs.taken} from ${from}`;
  return { text, covers: [field] };
}
