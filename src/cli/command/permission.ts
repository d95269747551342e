import { Access, type AccessQuery, type RecordKind } from '../../client/operations.ts';
import type { Api } from '../api/api.ts';
import { columnName } from '../api/column-names.ts';
import { CliError } from '../errors.ts';
import type { Field } from '../output/columns.ts';
import type { Question } from './deeds.ts';

/** What the database says to a question. */
export interface Permission {
  /** Whether the record that the question is about is one that the caller sees. */
  isVisible: boolean;
  columns: readonly string[] | null;
  /** Null where it depends on what was not said. */
  allowed: boolean | null;
  verdict: string;
  policy: string | null;
  /** Who may, in a sentence. */
  contact: string | null;
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
    policy: verdict.name ?? null,
    contact: verdict.holds === false ? contactIn(refusal) : null,
    steps: steps.slice(0, -1),
  };
}

/** Whom to ask, in a sentence. */
function contactIn(refusal: AccessQuery['refusal']): string | null {
  if (!refusal?.contactDepartment) return null;
  const { contactName: name, contactId: id, contactDepartment: department } = refusal;
  return name ? `Ask ${name} (employee ${id}, ${department}).` : `Ask ${department}.`;
}

/**
 * Throws what the database would answer to this, if that is a no: nobody fills in a form for nothing. What it
 * cannot tell yet it tells when the form is sent.
 */
export async function assertMayBegin(api: Api, about: About, question: Question): Promise<void> {
  const { allowed, isVisible, verdict, policy, contact } = await permissionFor(
    api,
    about,
    question,
  );
  if (allowed !== false || !isVisible) return;
  throw new CliError({
    code: 'FORBIDDEN',
    message: 'You may not do this.',
    reason: verdict,
    ...(policy && { policy }),
    ...(contact && { contact }),
  });
}
