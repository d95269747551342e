import type { AccessVerb, RecordKind } from '../../operations/index.ts';
import type { Flag, Flags, Values } from '../args/flag.ts';
import { canonical } from '../output/columns.ts';

/**
 * What a command does to a record. The command sends what it `writes`, and `epic can` asks about the same:
 * nobody is told yes beforehand because the question was another one.
 */
export interface WriteSpec<F extends Flags, Written extends object> {
  verb: AccessVerb;
  /** The kind of record that is written, where it is not the noun's own. */
  record?: RecordKind;
  /** The fields that are written, by the API's names, undefined where a flag was left out. It only carries over. */
  writes(flags: Values<F>): Written;
  /** What is supposed of flags that nobody mentions, where the answer depends on them. */
  supposing?: Partial<Values<F>>;
}

/** A question to the API: may I do this? Fields have the API's names. */
export interface Question {
  record: RecordKind;
  verb: AccessVerb;
  rowId: number | null;
  /** The fields that would be written. */
  fields: readonly string[];
  /** Those of them whose value is known. */
  values: Record<string, unknown>;
}

/** What somebody who asks has said about a command. */
export interface PermissionInput {
  id: number | undefined;
  /** The flags that it is about, by their keys, with the values of those that have one. None: those it takes. */
  flags: ReadonlyMap<string, unknown>;
  /** Further fields that it is about, by the API's names. */
  fields: readonly string[];
}

/** A deed, as far as it can be asked about. */
export interface PermissionQuery {
  /** Whether it is about a record that there is. */
  takesId: boolean;
  /** The names of the flags that write something. */
  flagNames: readonly string[];
  /** The flag that names another record, on which the answer may depend: `client` of `contract create`. */
  reference: string | undefined;
  /** The flag that is typed like this, or that writes the field of this name. */
  flagNamed(name: string): { key: string; flag: Flag } | undefined;
  question(said: PermissionInput): Question;
}

/** Stands for a value that nobody knows yet. */
const something = Symbol('something');

/** The fields that a flag writes, by the API's names. */
export function fieldsWrittenBy<F extends Flags>(
  key: string,
  deed: WriteSpec<F, object>,
): string[] {
  const written = deed.writes({ [key]: something } as Values<F>);
  return Object.entries(written).flatMap(([field, value]) => (value === something ? [field] : []));
}

/** Makes a deed something that can be asked about. */
export function permissionQuery<F extends Flags, Written extends object>(
  noun: RecordKind,
  flags: F,
  deed: WriteSpec<F, Written>,
): PermissionQuery {
  const { verb, record = noun, supposing } = deed;
  const written = (values: Record<string, unknown>) =>
    Object.entries(deed.writes(values as Values<F>)).filter(([, value]) => value !== undefined);
  const fieldsOf = (key: string) => fieldsWrittenBy(key, deed);
  const writers = Object.entries(flags).filter(([key]) => key !== 'id' && fieldsOf(key).length > 0);
  const needed = writers.filter(([, flag]) => flag.given === 'required');
  const usual = (needed.length > 0 ? needed : writers).map(([key]) => key);

  return {
    takesId: 'id' in flags,
    flagNames: writers.map(([key]) => key),
    reference: needed.find(([, { spec }]) => spec.endsWith('<id>'))?.[0],
    flagNamed(name) {
      const isMeant = (other: string) => canonical(other) === canonical(name);
      const found =
        writers.find(([key]) => isMeant(key)) ??
        writers.find(([key]) => fieldsOf(key).some(isMeant));
      return found && { key: found[0], flag: found[1] };
    },
    question(said) {
      const known: Record<string, unknown> = { ...supposing };
      if (said.id !== undefined) known.id = said.id;
      for (const [key, value] of said.flags) if (value !== undefined) known[key] = value;
      const isNarrowed = said.flags.size + said.fields.length > 0;
      const asked = isNarrowed ? [...said.flags.keys()] : usual;
      const unknown = Object.fromEntries(asked.map((key) => [key, something]));
      const fields = written({ ...unknown, ...known }).map(([field]) => field);
      return {
        record,
        verb,
        rowId: verb === 'create' ? null : (said.id ?? null),
        fields: [...fields, ...said.fields],
        values: Object.fromEntries(written(known)),
      };
    },
  };
}
