import pg from 'pg';
import type { WithPgClient } from 'postgraphile/@dataplan/pg';
import type { SessionSettings } from '../../database/session.ts';
import { ApiError } from '../../errors/errors.ts';
import { callArguments, type FunctionCall, type RowMutation, writtenValues } from './mutations.ts';
import { codeOf, fieldOf, isRaised, plainRefusal } from './sqlstate.ts';

/** What was asked for when something was refused. */
export type Attempt = {
  /** What the mutation does to which record, or the function that it calls; null for a query. */
  verb: RowMutation | FunctionCall | null;
  input: Record<string, unknown>;
};

/** Asks the database in the caller's own session. */
export type CallerSession = {
  isAnonymous: boolean;
  withSession: WithPgClient;
  settings: SessionSettings | null;
};

/**
 * Turns an error of the database into a refusal, in the words of the policy or rule that refused.
 * Null for an error that nobody foresaw.
 */
export async function explainDatabaseError(
  error: pg.DatabaseError,
  attempt: Attempt,
  caller: CallerSession,
): Promise<ApiError | null> {
  if (isRaised(error)) return plainRefusal(error);
  switch (error.code) {
    case '42501':
      return caller.isAnonymous ? unauthenticated(error) : explainRefusal(attempt, caller, error);
    case '23502':
      return missingValue(error);
    case '23503':
    case '23505':
    case '23514':
    case '23P01':
      return explainRule(error, attempt, caller);
    default:
      return plainRefusal(error);
  }
}

/** Says why an update or delete touched no row, or why a grant or policy said no. One query. */
export async function explainRefusal(
  attempt: Attempt,
  caller: CallerSession,
  cause?: unknown,
): Promise<ApiError> {
  const answer = await explanationOf(attempt, caller);
  if (!answer?.message) return new ApiError('FORBIDDEN', 'This is not permitted.', {}, cause);
  if (!answer.is_visible) {
    const { record } = attempt.verb as RowMutation;
    return new ApiError(
      'NOT_FOUND',
      answer.message,
      { kind: `${record}_pkey`, field: 'id' },
      cause,
    );
  }
  const { policy, reason, contact_id: id, contact_name: fullName } = answer;
  const { contact_department: department } = answer;
  return new ApiError(
    'FORBIDDEN',
    answer.message,
    {
      ...(policy && { kind: policy }),
      ...(reason && { reason }),
      ...(department && { contact: { id, fullName, department } }),
    },
    cause,
  );
}

type Explanation = {
  is_visible: boolean;
  message: string | null;
  policy: string | null;
  reason: string | null;
  contact_id: number | null;
  contact_name: string | null;
  contact_department: string | null;
};

async function explanationOf(
  { verb, input }: Attempt,
  caller: CallerSession,
): Promise<Explanation | null> {
  if (verb === null) return null;
  if ('functionName' in verb) {
    return ask<Explanation>(caller, 'select * from access.explain_refused_call($1, $2)', [
      verb.functionName,
      JSON.stringify(callArguments(verb, input)),
    ]);
  }
  const values = writtenValues(verb, input);
  return ask<Explanation>(
    caller,
    'select * from crm.explain_refusal($1, $2, $3, new_values => $4)',
    [
      verb.record,
      verb.verb,
      typeof input.id === 'number' ? input.id : null,
      values && JSON.stringify(values),
    ],
  );
}

async function explainRule(
  error: pg.DatabaseError,
  attempt: Attempt,
  caller: CallerSession,
): Promise<ApiError> {
  const rule = await ask<{ sentence: string | null; column: string | null }>(
    caller,
    `select crm_private.rule_sentence($1, $2, $3) as sentence,
       (select attname
        from pg_catalog.pg_constraint
        join pg_catalog.pg_attribute on attrelid = conrelid and attnum = conkey[1]
        where conrelid = to_regclass(format('%I.%I', $1::text, $2::text))
          and conname = $3
          and cardinality(conkey) = 1) as column`,
    [error.schema ?? '', error.table ?? '', error.constraint ?? ''],
  );
  const field = rule?.column && fieldOf(rule.column);
  const details = {
    ...(error.constraint && { kind: error.constraint }),
    ...(field && { field }),
  };
  // The comment on a foreign key is for those who delete what is referred to.
  const deletes = attempt.verb !== null && 'verb' in attempt.verb && attempt.verb.verb === 'delete';
  if (error.code === '23503' && !deletes) {
    const what = rule?.column ? wordsOf(rule.column.replace(/_id$/, '')) : 'record';
    return new ApiError('NOT_FOUND', `There is no such ${what}.`, details, error);
  }
  const sentence =
    rule?.sentence ??
    (codeOf(error.code) === 'CONFLICT'
      ? 'This conflicts with another record.'
      : 'A value breaks a rule of the database.');
  return new ApiError(codeOf(error.code), sentence, details, error);
}

function missingValue(error: pg.DatabaseError): ApiError {
  const column = error.column ?? 'value';
  return new ApiError(
    'INVALID',
    `The ${wordsOf(column)} is missing.`,
    { kind: 'missing', field: fieldOf(column) },
    error,
  );
}

/** For an anonymous caller who needed a session. */
export function unauthenticated(cause?: unknown): ApiError {
  return new ApiError(
    'UNAUTHENTICATED',
    'You are not logged in.',
    { kind: 'no_session', hint: 'Log in first.' },
    cause,
  );
}

/** The first row, or null when the question itself fails: an explanation must not hide the refusal. */
async function ask<Row>(
  caller: CallerSession,
  text: string,
  values: unknown[],
): Promise<Row | null> {
  try {
    const { rows } = await caller.withSession(caller.settings ?? null, (client) =>
      client.query<Row>({ text, values }),
    );
    return rows[0] ?? null;
  } catch (error) {
    if (error instanceof pg.DatabaseError || error instanceof ApiError) return null;
    throw error;
  }
}

function wordsOf(column: string): string {
  return column.replaceAll('_', ' ');
}
