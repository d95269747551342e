import pg from 'pg';
import type { WithPgClient } from 'postgraphile/@dataplan/pg';
import type { SessionSettings } from '../../database/session.ts';
import { ApiError, type Contact } from '../../errors/errors.ts';
import { callArguments, type FunctionCall, type RowMutation, writtenValues } from './mutations.ts';
import { apiErrorFrom, codeOf, fieldOf, isRaised } from './sqlstate.ts';

/** The field of an operation's root that was refused. */
export type RefusedOperation = {
  /** Null for a query. */
  mutation: RowMutation | FunctionCall | null;
  input: Record<string, unknown>;
};

/** For queries in the caller's own session. */
export type CallerSession = {
  isAnonymous: boolean;
  withSession: WithPgClient;
  settings: SessionSettings | null;
};

/**
 * An error of the database as an ApiError, with the sentence of the policy or rule that refused. Null for an
 * unexpected error.
 */
export async function explainDatabaseError(
  error: pg.DatabaseError,
  operation: RefusedOperation,
  caller: CallerSession,
): Promise<ApiError | null> {
  if (isRaised(error)) return apiErrorFrom(error);
  switch (error.code) {
    case '42501':
      return caller.isAnonymous ? unauthenticated(error) : explainRefusal(operation, caller, error);
    case '25006':
      return explainReadOnly(caller, error);
    case '23502':
      return missingValue(error);
    case '23503':
    case '23505':
    case '23514':
    case '23P01':
      return explainRule(error, operation, caller);
    default:
      return apiErrorFrom(error);
  }
}

/** PostgreSQL writes nothing: the session is read-only, or the database is, as a standby is. */
async function explainReadOnly(caller: CallerSession, cause: unknown): Promise<ApiError> {
  const session = await queryFirst<{ refusal: string | null }>(
    caller,
    'select identity.read_only_refusal() as refusal',
    [],
  );
  if (session?.refusal) {
    return new ApiError('FORBIDDEN', session.refusal, { kind: 'session_is_read_only' }, cause);
  }
  return new ApiError(
    'UNAVAILABLE',
    'The database takes no changes at the moment.',
    { kind: 'database_is_read_only', hint: 'Try again later.' },
    cause,
  );
}

/** Why an update or delete changed no row, or a grant or policy refused a statement. One query. */
export async function explainRefusal(
  operation: RefusedOperation,
  caller: CallerSession,
  cause?: unknown,
): Promise<ApiError> {
  const explanation = await explanationOf(operation, caller);
  if (!explanation?.message) return new ApiError('FORBIDDEN', 'This is not permitted.', {}, cause);
  if (!explanation.is_visible) {
    const { record } = operation.mutation as RowMutation;
    return new ApiError(
      'NOT_FOUND',
      explanation.message,
      {
        kind: `${record}_pkey`,
        field: 'id',
        ...(explanation.facts && { facts: explanation.facts }),
      },
      cause,
    );
  }
  const { policy, reason, contact } = explanation;
  return new ApiError(
    'FORBIDDEN',
    explanation.message,
    {
      ...(policy && { kind: policy }),
      ...(reason && { reason }),
      ...(contact && { contact }),
    },
    cause,
  );
}

type Explanation = {
  is_visible: boolean;
  message: string | null;
  policy: string | null;
  reason: string | null;
  contact: Contact | null;
  facts?: Record<string, unknown>;
};

/** A refusal, with its contact as errors tell it. */
const explaining = (call: string, facts = '') =>
  `select refusal.*, access.contact_of(contact_id, contact_name, contact_department) as contact${facts} from ${call} refusal`;

async function explanationOf(
  { mutation, input }: RefusedOperation,
  caller: CallerSession,
): Promise<Explanation | null> {
  if (mutation === null) return null;
  if ('functionName' in mutation) {
    return queryFirst<Explanation>(caller, explaining('access.explain_refused_call($1, $2)'), [
      mutation.functionName,
      JSON.stringify(callArguments(mutation, input)),
    ]);
  }
  const values = writtenValues(mutation, input);
  return queryFirst<Explanation>(
    caller,
    explaining(
      'crm.explain_refusal($1, $2, $3, new_values => $4)',
      `, nullif(access.absence_facts($1, $3), '')::jsonb as facts`,
    ),
    [
      mutation.record,
      mutation.verb,
      typeof input.id === 'number' ? input.id : null,
      values && JSON.stringify(values),
    ],
  );
}

/** The record and the verb of a mutation, by the names of `crm.explain_access`. */
export async function actionOf(
  mutation: RowMutation | FunctionCall,
  caller: CallerSession,
): Promise<{ record: string; verb: string }> {
  if ('verb' in mutation) return { record: mutation.record, verb: mutation.verb };
  const known = await queryFirst<{ record: string; verb: string }>(
    caller,
    'select record, verb from access.business_verbs() where function_name = $1',
    [mutation.functionName],
  );
  return known ?? { record: 'none', verb: mutation.functionName };
}

async function explainRule(
  error: pg.DatabaseError,
  operation: RefusedOperation,
  caller: CallerSession,
): Promise<ApiError> {
  // a rule is a constraint, or a unique index, which may be on an expression
  const rule = await queryFirst<{ sentence: string | null; columns: string[] }>(
    caller,
    `select crm_private.rule_sentence($1, $2, $3) as sentence,
       array(
         select attname::text
         from pg_catalog.pg_attribute
         where attrelid = to_regclass(format('%I.%I', $1::text, $2::text))
           and attnum in (
             select refobjsubid from pg_catalog.pg_depend
             where refclassid = 'pg_class'::regclass and refobjid = attrelid
               and (objid = to_regclass(format('%I.%I', $1::text, $3::text))
                 or objid = (select oid from pg_catalog.pg_constraint where conrelid = attrelid and conname = $3)))
         order by attnum) as columns`,
    [error.schema ?? '', error.table ?? '', error.constraint ?? ''],
  );
  const column = columnAtFault(rule?.columns ?? [], operation);
  const field = column && fieldOf(column);
  const details = {
    ...(error.constraint && { kind: error.constraint }),
    ...(field && { field }),
  };
  // the comment on a foreign key is the sentence for deleting the record that is referred to
  const isDelete =
    operation.mutation !== null &&
    'verb' in operation.mutation &&
    operation.mutation.verb === 'delete';
  if (error.code === '23503' && !isDelete) {
    const what = column ? inWords(column.replace(/_id$/, '')) : 'record';
    return new ApiError('NOT_FOUND', `There is no such ${what}.`, details, error);
  }
  const sentence =
    rule?.sentence ??
    (codeOf(error.code) === 'CONFLICT'
      ? 'This conflicts with another record.'
      : 'A value breaks a rule of the database.');
  return new ApiError(codeOf(error.code), sentence, details, error);
}

/** Of the columns that a rule is about, the last one that was written. */
function columnAtFault(
  columns: readonly string[],
  { mutation, input }: RefusedOperation,
): string | undefined {
  if (columns.length <= 1 || mutation === null) return columns[0];
  const written =
    'verb' in mutation ? writtenValues(mutation, input) : callArguments(mutation, input);
  return columns.findLast((column) => Object.hasOwn(written ?? {}, column)) ?? columns[0];
}

function missingValue(error: pg.DatabaseError): ApiError {
  const column = error.column ?? 'value';
  return new ApiError(
    'INVALID',
    `The ${inWords(column)} is missing.`,
    { kind: 'missing', field: fieldOf(column) },
    error,
  );
}

/** The error for an anonymous caller where a session is needed. */
export function unauthenticated(cause?: unknown): ApiError {
  return new ApiError(
    'UNAUTHENTICATED',
    'You are not logged in.',
    { kind: 'no_session', hint: 'Log in first.' },
    cause,
  );
}

/** The first row; null when the query fails, since a failing explanation must not hide the error. */
async function queryFirst<Row>(
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

function inWords(column: string): string {
  return column.replaceAll('_', ' ');
}
