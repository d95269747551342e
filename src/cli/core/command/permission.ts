import type { Contact } from '../../../client/index.ts';
import { Access, type AccessQuery, type RecordKind } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import { columnName } from '../api/column-names.ts';
import { CliError, type Problem } from '../errors.ts';
import { hintFor } from '../hints.ts';
import type { Field } from '../output/columns.ts';
import type { Question } from './write-spec.ts';

/** What the database says to a question. */
export interface Permission {
  /** Whether the record that the question is about is one that the caller sees. */
  isVisible: boolean;
  columns: readonly string[] | null;
  /** Null where it depends on what was not said. */
  allowed: boolean | null;
  verdict: string;
  /** What may not be done, as a sentence. */
  message: string;
  policy: string | null;
  /** Who may, where the caller may not. */
  contact: Contact | null;
  steps: readonly NonNullable<AccessQuery['steps']>[number][];
}

/** What a question is about: a kind of record, one of them, and its fields as far as they are known. */
interface About {
  noun: RecordKind;
  id: number | undefined;
  fields?: readonly Field[];
}

/** Asks the database what it would say; nothing is done. */
export async function permissionFor(
  api: Api,
  { fields: known, ...about }: About,
  { record, verb, rowId, fields, values }: Question,
): Promise<Permission> {
  const named = Object.entries(values).map(([field, value]) => [columnName(field, known), value]);
  const columns = fields.length > 0 ? fields.map((field) => columnName(field, known)) : null;
  const { seen, steps, refusal } = await api.send(Access, {
    ...about,
    record,
    verb,
    rowId,
    columns,
    newValues: named.length > 0 ? Object.fromEntries(named) : null,
  });
  const verdict = steps?.at(-1);
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
  const { contactId, contactName, contactDepartment } = refusal ?? {};
  if (!contactDepartment) return null;
  return { id: contactId ?? null, fullName: contactName ?? null, department: contactDepartment };
}

/**
 * Throws what the database would answer to this, if that is a no: nobody fills in a form for nothing. What it
 * cannot tell yet it tells when the form is sent.
 */
export async function assertMayBegin(api: Api, about: About, question: Question): Promise<void> {
  const permission = await permissionFor(api, about, question);
  const { allowed, isVisible, message, verdict, policy, contact } = permission;
  if (allowed !== false || !isVisible) return;
  const problem: Problem = {
    code: 'FORBIDDEN',
    message,
    reason: verdict,
    ...(policy && { kind: policy }),
    ...(contact && { contact }),
  };
  throw new CliError({ ...problem, hint: hintFor(problem) });
}
