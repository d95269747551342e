import type { Company, Employee, Session } from './company.ts';
import { afterwards } from './effects.ts';
import { mayReadHistory } from './model.ts';
import type { Operation, Step } from './operations.ts';
import { deedOf, isAnybodys, permissionFor, visible, type Writing } from './permission.ts';
import { areWordsKnown, brokenByValues, brokenRules } from './rules.ts';

export type Code =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'INVALID'
  | 'CONFLICT'
  /** The API has no word for it. */
  | 'NOT_OFFERED';

/**
 * What the model expects. Of a refusal any of the codes will do: there are several only where several things are
 * wrong, since PostgreSQL stops at whichever it comes to first. Whether the department may do this to the record
 * at all always comes first; whether it may give it these values is asked among the rules.
 */
export type Verdict =
  /** Done to these rows, or, for reading, these are what is seen. */
  { allowed: true; rows: number[] } | { allowed: false; codes: Code[]; why: string };

/** Judges a step in a session; for logging in, the session is the one that would be opened. */
export function judge(company: Company, step: Step, session: Session | null): Verdict {
  const { operation } = step;
  if (step.through === 'GraphQL') {
    const codes: Code[] = [
      ...(isReadable(operation) ? [] : (['INVALID'] as const)),
      ...(isOffered(operation) ? [] : (['NOT_OFFERED'] as const)),
    ];
    if (codes.length > 0) return refused(codes, 'the schema has no such thing');
  }
  const me = company.employee.get(step.by ?? 0);
  if (me === undefined) return refused('UNAUTHENTICATED', 'nobody is logged in');
  if (!me.active) return refused('UNAUTHENTICATED', 'the account is deactivated');
  if (operation.verb === 'log in') return allowed();
  if (session === null) return refused('UNAUTHENTICATED', 'nobody is logged in');
  if (!session.is_open) return refused('UNAUTHENTICATED', 'the session has ended');
  if (session.department !== me.department) {
    return refused('UNAUTHENTICATED', `they have moved to ${me.department}`);
  }
  if (operation.verb === 'log out' || operation.verb === 'change password') return allowed();
  if (company.newcomers.has(me.id)) return refused('FORBIDDEN', 'the one-time password stands');

  switch (operation.verb) {
    case 'read':
      return allowed(visible(company, operation.record, me));
    case 'read history':
      return allowed(mayReadHistory(operation.record, me) ? [operation.id] : []);
    case 'rewrite history':
    case 'overwrite password':
      return refused('FORBIDDEN', 'nobody may');
    default:
      return judgeWriting(company, operation, { me, session }, step.through);
  }
}

function judgeWriting(
  company: Company,
  operation: Writing,
  doer: { me: Employee; session: Session },
  through: Step['through'],
): Verdict {
  const { me } = doer;
  const deed = deedOf(operation);
  const { record, verb, id } = deed;
  const { hasRight, rows, mayGive } = permissionFor(deed, me, company);
  const isThere = typeof id !== 'number' || visible(company, record, me).includes(id);

  // The verbs of the API say so to every department, before anything else.
  const named = through === 'GraphQL' && typeof id === 'number' ? [id] : rows;
  const repetition = repeats(operation, company, named);
  if (repetition && through === 'GraphQL') return refused('CONFLICT', repetition);

  if (!hasRight) {
    const why = `${me.department} may not ${verb} that of any ${record}`;
    // Without the right to it PostgreSQL does not look whether it is there; the API does.
    return isThere ? refused('FORBIDDEN', why) : refused(['FORBIDDEN', 'NOT_FOUND'], why);
  }
  if (isThere && typeof id === 'number' && rows.length === 0) {
    return refused('FORBIDDEN', `it is not theirs to ${verb}`);
  }

  const wrong: Wrong[] = wrongArguments(operation, company);
  if (!isThere) wrong.push({ code: 'NOT_FOUND', rule: `there is a ${record} ${id}` });
  if (!mayGive) wrong.push({ code: 'FORBIDDEN', rule: `${me.department} may write that` });
  if (repetition) wrong.push({ code: 'CONFLICT', rule: repetition });
  if (rows.length > 0) wrong.push(...brokenByValues(deed.values, company));
  wrong.push(...brokenRules(company, afterwards(company, operation, doer, rows, 0)));
  if (wrong.length === 0) return allowed(rows);
  const codes = [...new Set(wrong.map(({ code }) => code))].sort();
  return refused(codes, wrong.map(({ rule }) => rule).join('; '));
}

/** What says that a contract is signed or cancelled already; null where it is not, or nothing of the kind is done. */
function repeats(
  operation: Writing,
  { contract }: Company,
  rows: readonly number[],
): string | null {
  if (operation.verb !== 'update' || operation.record !== 'contract') return null;
  const { status } = operation.values;
  if (status !== 'signed' && status !== 'cancelled') return null;
  return rows.some((id) => contract.get(id)?.status === status)
    ? `a contract is ${status} once`
    : null;
}

interface Wrong {
  code: Code;
  /** What does not hold. */
  rule: string;
}

/** What the two functions ask of their arguments. */
function wrongArguments(operation: Writing, { client, employee }: Company): Wrong[] {
  if (operation.verb === 'erase') {
    const { confirm, id } = operation;
    return [
      ...(confirm ? [] : [invalid('erasing is confirmed')]),
      ...(client.get(id)?.is_erased
        ? [{ code: 'CONFLICT' as const, rule: 'a client is erased once' }]
        : []),
    ];
  }
  if (operation.verb === 'deactivate') {
    const { handOverTo, id } = operation;
    return [
      ...(handOverTo === id ? [invalid('nobody hands over to themselves')] : []),
      ...(handOverTo === null || employee.has(handOverTo)
        ? []
        : [{ code: 'NOT_FOUND' as const, rule: 'the colleague exists' }]),
    ];
  }
  return [];
}

/** A word that its enum does not have, or a required value that is null, is refused before it is asked whose it is. */
function isReadable(operation: Operation): boolean {
  if (operation.verb === 'create' && operation.values.email === null) return false;
  return (
    (operation.verb !== 'create' && operation.verb !== 'update') ||
    areWordsKnown(operation.record, operation.values)
  );
}

function isOffered(operation: Operation): boolean {
  switch (operation.verb) {
    case 'create':
    case 'update':
    case 'delete':
      return isAnybodys(deedOf(operation));
    case 'rewrite history':
    case 'overwrite password':
      return false;
    default:
      return true;
  }
}

function invalid(rule: string): Wrong {
  return { code: 'INVALID', rule };
}

function allowed(rows: number[] = []): Verdict {
  return { allowed: true, rows };
}

function refused(codes: Code | Code[], why: string): Verdict {
  return { allowed: false, codes: [codes].flat(), why };
}
