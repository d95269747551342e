import type { Contact } from '../../../client/index.ts';
import {
  Access,
  type AccessQuery,
  type AccessVerb,
  type RecordKind,
} from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import { columnName } from '../api/fields.ts';
import { type Flag, type Flags, flagName } from '../args/flag.ts';
import { CliError, type Problem } from '../errors.ts';
import { hintFor } from '../hints.ts';
import { canonical, type Field } from '../output/columns.ts';

/** What a command writes: `epic can` asks about exactly what the command would send. */
export interface WriteSpec {
  verb: AccessVerb;
  /** The kind of record that is written, where it is not the noun's own. */
  record?: RecordKind;
  /** The field that is set to the id of the command: `contractId` of a payment. */
  parentField?: string;
  /** Values assumed of fields that are not given, where the answer depends on them. */
  assumes?: Readonly<Record<string, unknown>>;
}

/** A question to the API: may I do this? Fields have their keys. */
export interface Question {
  record: RecordKind;
  verb: AccessVerb;
  rowId: number | null;
  /** The fields that would be written. */
  fields: readonly string[];
  /** Those of them whose value is known. */
  values: Readonly<Record<string, unknown>>;
}

/** What is known of a command that is asked about. */
export interface PermissionInput {
  id: number | undefined;
  /** The flags that it is about, by their keys, with the values of those that have one. None: those it takes. */
  flags: ReadonlyMap<string, unknown>;
  /** Further fields that it is about, by their keys. */
  fields: readonly string[];
}

/** How `epic can` asks about a command. */
export interface PermissionQuery {
  /** Whether it is about an existing record. */
  takesId: boolean;
  /** The names of the flags that write something: `firstContact` of `--first-contact`. */
  flagNames: readonly string[];
  /** The flag that names another record, on which the answer may depend: `client` of `contract create`. */
  reference: { key: string; name: string } | undefined;
  /** The flag of this name, or that writes the field of this name. */
  flagNamed(name: string): { key: string; flag: Flag } | undefined;
  question(input: PermissionInput): Question;
}

/** The flags that write a field of the record; their keys are those of the fields. */
export const writtenFlags = (flags: Flags): [key: string, flag: Flag][] =>
  Object.entries(flags).filter(([key, flag]) => key !== 'id' && flag.writes !== false);

const nameOf = (flag: Flag) =>
  (flagName(flag) ?? '').slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** How `epic can` asks about a command with these flags. */
export function permissionQuery(noun: RecordKind, flags: Flags, write: WriteSpec): PermissionQuery {
  const { verb, record = noun, parentField, assumes } = write;
  const written = writtenFlags(flags);
  const needed = written.filter(([, flag]) => flag.given === 'required');
  const usual = (needed.length > 0 ? needed : written).map(([key]) => key);
  const [reference] = needed.filter(([, { spec }]) => spec.endsWith('<id>'));

  return {
    takesId: 'id' in flags,
    flagNames: written.map(([, flag]) => nameOf(flag)),
    reference: reference && { key: reference[0], name: nameOf(reference[1]) },
    flagNamed(name) {
      const isNamed = (other: string) => canonical(other) === canonical(name);
      const found =
        written.find(([, flag]) => isNamed(nameOf(flag))) ?? written.find(([key]) => isNamed(key));
      return found && { key: found[0], flag: found[1] };
    },
    question({ id, flags: given, fields }) {
      const values = {
        ...assumes,
        ...Object.fromEntries([...given].filter(([, value]) => value !== undefined)),
        ...(parentField && id !== undefined && { [parentField]: id }),
      };
      const asked = given.size + fields.length > 0 ? given.keys() : usual;
      return {
        record,
        verb,
        rowId: verb === 'create' ? null : (id ?? null),
        fields: [
          ...new Set([...asked, ...(parentField ? [parentField] : []), ...Object.keys(values)]),
          ...fields,
        ],
        values,
      };
    },
  };
}

/** The database's answer. */
export interface Permission {
  /** Whether the caller sees the record that the question is about. */
  isVisible: boolean;
  columns: readonly string[] | null;
  /** Null where it depends on what is not known. */
  allowed: boolean | null;
  verdict: string;
  /** What may not be done, as a sentence. */
  message: string;
  policy: string | null;
  /** Who may, where the caller may not. */
  contact: Contact | null;
  steps: readonly NonNullable<AccessQuery['steps']>[number][];
}

/** What a question is about: a kind of record, one of them, and its fields. */
interface About {
  noun: RecordKind;
  id: number | undefined;
  fields: readonly Field[];
}

/** A question as the variables of an operation: fields and values by the names of the database. */
export function questionVariables(
  { record, verb, rowId, fields, values }: Question,
  known: readonly Field[],
) {
  const named = Object.entries(values).map(([field, value]) => [columnName(field, known), value]);
  const columns = fields.length > 0 ? fields.map((field) => columnName(field, known)) : null;
  return {
    record,
    verb,
    rowId,
    columns,
    newValues: named.length > 0 ? Object.fromEntries(named) : null,
  };
}

/** Asks the database whether something is allowed, without doing it. */
export async function permissionFor(
  api: Api,
  { fields: known, ...about }: About,
  question: Question,
): Promise<Permission> {
  const variables = questionVariables(question, known);
  const { columns } = variables;
  const { seen, steps, refusal } = await api.send(Access, { ...about, ...variables });
  const verdict = steps.at(-1);
  if (!steps || verdict?.kind !== 'verdict') {
    throw new CliError({ code: 'INTERNAL', message: 'The server gave no verdict.' });
  }
  return {
    isVisible: about.id === undefined || seen?.isVisible === true,
    columns,
    allowed: verdict.holds ?? null,
    verdict: verdict.sentence ?? '',
    message: refusal?.message ?? '',
    policy: verdict.name ?? null,
    contact: verdict.holds === false ? contactIn(refusal) : null,
    steps: steps.slice(0, -1),
  };
}

function contactIn(refusal: AccessQuery['refusal']): Contact | null {
  const { contact, contactDepartment: department } = refusal ?? {};
  if (contact) return contact;
  return department ? { id: null, fullName: null, department, email: null, phone: null } : null;
}

/**
 * Throws FORBIDDEN if the database would refuse this, before anything is asked. True where it depends on values that are
 * not known yet.
 */
export function assertMayBegin(api: Api, about: About, question: Question): Promise<boolean> {
  return api.confirming(() => assertAllowed(api, about, question));
}

async function assertAllowed(api: Api, about: About, question: Question): Promise<boolean> {
  const permission = await permissionFor(api, about, question);
  const { allowed, isVisible, message, verdict, policy, contact } = permission;
  if (allowed !== false || !isVisible) return allowed === null;
  const problem: Problem = {
    code: 'FORBIDDEN',
    message,
    reason: verdict,
    ...(policy && { kind: policy }),
    ...(contact && { contact }),
  };
  throw new CliError({ ...problem, hint: hintFor(problem) });
}
