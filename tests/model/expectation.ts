import { applyOperation } from './effects.ts';
import type { Operation, Step } from './operations.ts';
import {
  isInTable,
  lookUpPermission,
  needsSecondFactor,
  visibleIds,
  type Writing,
  writeSpecOf,
} from './permission.ts';
import { hasKnownValues, ruleViolations, valueViolations } from './rules.ts';
import type { Employee, Session, State } from './state.ts';
import { mayReadHistory } from './truth-table.ts';

export type Code =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'INVALID'
  | 'CONFLICT'
  /** The API has no such operation. */
  | 'NOT_OFFERED';

/**
 * What the model expects. A refusal may have any of the codes: there are several where several things are wrong, since
 * PostgreSQL stops at the first that it checks. The department's right to the verb is always checked first.
 */
export type Expectation =
  /** Done to these rows; for a read, the visible ones. */
  { allowed: true; rows: number[] } | { allowed: false; codes: Code[]; why: string };

/** What the model expects of a step in a session; of a login, the session that it would open. */
export function predict(state: State, step: Step, session: Session | null): Expectation {
  const { operation } = step;
  if (step.via === 'GraphQL') {
    const codes: Code[] = [
      ...(isParsable(operation) ? [] : (['INVALID'] as const)),
      ...(isOffered(operation) ? [] : (['NOT_OFFERED'] as const)),
    ];
    if (codes.length > 0) return refused(codes, 'the schema has no such operation');
  }
  const me = state.employee.get(step.by ?? 0);
  if (me === undefined) return refused('UNAUTHENTICATED', 'there is no session');
  if (!me.active) return refused('UNAUTHENTICATED', 'the account is deactivated');
  if (operation.verb === 'log in') {
    return operation.readOnly && state.oneTimePasswords.has(me.id)
      ? refused(
          'FORBIDDEN',
          'a one-time password must be changed, which a read-only session cannot',
        )
      : allowed();
  }
  if (operation.verb === 'log in through a program') {
    return state.programs.has(me.id)
      ? allowed()
      : refused('UNAUTHENTICATED', 'they have no service account');
  }
  if (session === null) return refused('UNAUTHENTICATED', 'there is no session');
  if (!session.is_open) return refused('UNAUTHENTICATED', 'the session has ended');
  if (session.department !== me.department) {
    return refused('UNAUTHENTICATED', `they have moved to ${me.department}`);
  }
  if (operation.verb === 'log out') return allowed();
  if (operation.verb === 'change password') return forPerson(session, allowed());
  if (state.oneTimePasswords.has(me.id))
    return refused('FORBIDDEN', 'the one-time password must be changed');

  switch (operation.verb) {
    case 'read':
      return allowed(visibleIds(state, operation.record, me));
    case 'read history':
      return allowed(mayReadHistory(operation.record, me) ? [operation.id] : []);
    case 'rewrite history':
    case 'overwrite password':
      return refused('FORBIDDEN', 'no department may');
    case 'enable second factor':
      return forPerson(
        session,
        state.secondFactors.has(me.id)
          ? refused('CONFLICT', 'a second factor is enabled only once')
          : allowed(),
      );
    case 'confirm second factor':
    case 'disable second factor':
      return forPerson(
        session,
        state.secondFactors.has(me.id) ? allowed() : refused('CONFLICT', 'they have none'),
      );
    default:
      return forSession(session, predictWrite(state, operation, { me, session }, step.via));
  }
}

/** What becomes of a write in this session: a read-only one allows none, unless something else is refused before. */
function forSession(session: Session, write: Expectation): Expectation {
  if (!session.is_read_only) return write;
  return alsoForbidden(write, 'the session is read-only');
}

/** What becomes of what people do for themselves: no program does it. */
function forPerson(session: Session, write: Expectation): Expectation {
  return forSession(
    session,
    session.is_program ? alsoForbidden(write, 'a program does not') : write,
  );
}

function alsoForbidden(write: Expectation, why: string): Expectation {
  const codes: Code[] = write.allowed ? [] : write.codes;
  return refused([...new Set<Code>(['FORBIDDEN', ...codes])], why);
}

function predictWrite(
  state: State,
  operation: Writing,
  actor: { me: Employee; session: Session },
  via: Step['via'],
): Expectation {
  const { me } = actor;
  const spec = writeSpecOf(operation);
  const { record, verb, id } = spec;
  const { isGranted, rows, areValuesAllowed } = lookUpPermission(spec, me, state);
  const isThere = typeof id !== 'number' || visibleIds(state, record, me).includes(id);

  // The API's mutations check this before anything else, for every department.
  const targets = via === 'GraphQL' && typeof id === 'number' ? [id] : rows;
  const repetition =
    repetitionIn(operation, state, targets) ??
    (via === 'GraphQL' ? repetitionOfNote(operation, state) : null);
  if (repetition && via === 'GraphQL') return refused('CONFLICT', repetition);

  if (!isGranted) {
    const why = `${me.department} may not ${verb} that of a ${record}`;
    // Without the privilege PostgreSQL does not look up the row; the API does.
    return isThere ? refused('FORBIDDEN', why) : refused(['FORBIDDEN', 'NOT_FOUND'], why);
  }
  if (isThere && typeof id === 'number' && rows.length === 0) {
    return refused('FORBIDDEN', `no policy allows to ${verb} this row`);
  }

  const violations: Violation[] = argumentViolations(operation, state);
  if (!isThere) violations.push({ code: 'NOT_FOUND', rule: `${record} ${id} exists` });
  if (!areValuesAllowed)
    violations.push({ code: 'FORBIDDEN', rule: `${me.department} may write that` });
  if (repetition) violations.push({ code: 'CONFLICT', rule: repetition });
  if (record === 'employee' && verb === 'create' && actor.session.is_program) {
    violations.push({ code: 'FORBIDDEN', rule: 'a program gives no password' });
  }
  if (
    needsSecondFactor(spec) &&
    state.secondFactors.has(me.id) &&
    !actor.session.has_second_factor
  ) {
    violations.push({ code: 'FORBIDDEN', rule: 'the second factor was confirmed' });
  }
  if (rows.length > 0) violations.push(...valueViolations(spec.values, state));
  violations.push(...ruleViolations(state, applyOperation(state, operation, actor, rows, 0)));
  if (violations.length === 0) return allowed(rows);
  const codes = [...new Set(violations.map(({ code }) => code))].sort();
  return refused(codes, violations.map(({ rule }) => rule).join('; '));
}

/** The rule that a contract is signed or cancelled only once, where the operation repeats it; otherwise null. */
function repetitionIn(
  operation: Writing,
  { contract }: State,
  rows: readonly number[],
): string | null {
  if (operation.verb !== 'update' || operation.record !== 'contract') return null;
  const { status } = operation.values;
  if (status !== 'signed' && status !== 'cancelled') return null;
  return rows.some((id) => contract.get(id)?.status === status)
    ? `a contract is ${status} only once`
    : null;
}

/** The rule of the API's verbs that a note is finished, or reopened, only once. */
function repetitionOfNote(operation: Writing, { note }: State): string | null {
  if (operation.verb !== 'update' || operation.record !== 'note') return null;
  const { done_at } = operation.values;
  const isDone = note.get(Number(operation.id))?.is_done;
  if (done_at === undefined || isDone !== (done_at !== null)) return null;
  return `a note is ${isDone ? 'finished' : 'reopened'} only once`;
}

type Violation = { code: Code; rule: string };

/** The arguments that crm.erase_client, crm.merge_clients and crm.deactivate_employee refuse. */
function argumentViolations(operation: Writing, { client, employee }: State): Violation[] {
  if (operation.verb === 'erase') {
    const { confirm, id } = operation;
    return [
      ...(confirm ? [] : [invalid('erasing is confirmed')]),
      ...(client.get(id)?.is_erased
        ? [{ code: 'CONFLICT' as const, rule: 'a client is erased only once' }]
        : []),
    ];
  }
  if (operation.verb === 'merge') {
    const { id, merged } = operation;
    return [
      ...(id === merged ? [invalid('two clients are merged')] : []),
      ...(client.has(merged) ? [] : [{ code: 'NOT_FOUND' as const, rule: 'the other exists' }]),
      ...([id, merged].some((each) => client.get(each)?.is_erased)
        ? [{ code: 'CONFLICT' as const, rule: 'an erased client stays apart' }]
        : []),
    ];
  }
  if (operation.verb === 'deactivate') {
    const { handOverTo, id } = operation;
    return [
      ...(handOverTo === id ? [invalid('an employee cannot hand over to themselves')] : []),
      ...(handOverTo === null || employee.has(handOverTo)
        ? []
        : [{ code: 'NOT_FOUND' as const, rule: 'the colleague exists' }]),
    ];
  }
  return [];
}

/** Whether the API can parse the values: an unknown enum value, or null for a required one, is refused first. */
function isParsable(operation: Operation): boolean {
  if (operation.verb === 'create' && operation.values.email === null) return false;
  return (
    (operation.verb !== 'create' && operation.verb !== 'update') ||
    hasKnownValues(operation.record, operation.values)
  );
}

function isOffered(operation: Operation): boolean {
  switch (operation.verb) {
    case 'create':
    case 'update':
    case 'delete':
      return isInTable(writeSpecOf(operation));
    case 'rewrite history':
    case 'overwrite password':
      return false;
    default:
      return true;
  }
}

function invalid(rule: string): Violation {
  return { code: 'INVALID', rule };
}

function allowed(rows: number[] = []): Expectation {
  return { allowed: true, rows };
}

function refused(codes: Code | Code[], why: string): Expectation {
  return { allowed: false, codes: [codes].flat(), why };
}
