import type { HistoryRecord, RecordKind } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import type { Flag, Flags } from '../args/flag.ts';
import { type CliError, notFound } from '../errors.ts';
import type { Fields } from './fields.ts';

/** A kind of record with verbs: what all of them need to know of it. */
export interface RecordNoun<Row, Create = Flags, Update = Flags> {
  name: RecordKind & HistoryRecord;
  fields: Fields<Row, string, Create, Update>;
  /** The argument that names one of them. */
  id: Flag<number, 'required'>;
  fetch(api: Api, id: number): Promise<Row | null | undefined>;
  /** A record in a few words: `Dupont SA, 12 500.00 €`. */
  summaryOf(row: Row): string;
}

/** “There is no contract 999.” */
export function recordNotFound(noun: string, id: number): CliError {
  return notFound(`There is no ${noun} ${id}.`, `See which there are: epic ${noun} list`);
}

/** Infers the types of a noun from its fields and how one is fetched. */
export const recordNoun = <Row, Create, Update>(
  noun: RecordNoun<Row, Create, Update>,
): RecordNoun<Row, Create, Update> => noun;
