import type { DatabaseError } from 'pg';
import {
  ApiError,
  type ApiErrorDetails,
  type Contact,
  type ErrorCode,
} from '../../errors/errors.ts';

// PostgreSQL errors as errors of the API. Those raised in PL/pgSQL are sentences already; those of constraints and
// policies have their sentence in the database, and explain.ts reads it.

/** Whether an error came from `raise` in PL/pgSQL, whose message is for a person. */
export function isRaised(error: DatabaseError): boolean {
  return error.routine === 'exec_stmt_raise';
}

/** The code for an SQLSTATE. */
export function codeOf(sqlState: string | undefined): ErrorCode {
  if (sqlState === undefined) return 'INTERNAL';
  const byState: Record<string, ErrorCode> = {
    EP401: 'UNAUTHENTICATED',
    EP403: 'FORBIDDEN',
    EP409: 'CONFLICT',
    EP410: 'INVALID',
    '42501': 'FORBIDDEN',
    '42703': 'INVALID',
    P0002: 'NOT_FOUND',
    '23514': 'INVALID',
    '23502': 'INVALID',
    '23P01': 'INVALID',
    '23505': 'CONFLICT',
    '23503': 'CONFLICT',
    '25006': 'FORBIDDEN',
    '25P03': 'UNAVAILABLE',
    '25P04': 'UNAVAILABLE',
    '40001': 'CONFLICT',
    '40P01': 'CONFLICT',
    '55000': 'CONFLICT',
    '55006': 'CONFLICT',
    '55P03': 'CONFLICT',
    '57014': 'UNAVAILABLE',
    '57P01': 'UNAVAILABLE',
    '57P02': 'UNAVAILABLE',
    '57P03': 'UNAVAILABLE',
  };
  const byClass: Record<string, ErrorCode> = {
    '08': 'UNAVAILABLE',
    '22': 'INVALID',
    '53': 'UNAVAILABLE',
  };
  return byState[sqlState] ?? byClass[sqlState.slice(0, 2)] ?? 'INTERNAL';
}

/** An ApiError with the message of `raise`, or with one of ours by SQLSTATE; null when neither exists. */
export function apiErrorFrom(error: DatabaseError): ApiError | null {
  const code = codeOf(error.code);
  if (code === 'INTERNAL') return null;
  if (isRaised(error)) return new ApiError(code, error.message, raisedDetails(error), error);
  const problem = problems[error.code ?? ''] ?? problemsByClass[(error.code ?? '').slice(0, 2)];
  if (problem === undefined) return null;
  const [kind, sentence] = problem;
  return new ApiError(code, sentence, { kind }, error);
}

/** Of `raise`: the kind is in its constraint, the field in its column, the rest in its detail, as JSON. */
function raisedDetails({ constraint, column, detail, hint, code }: DatabaseError): ApiErrorDetails {
  const { reason, contact, ...facts } = factsIn(detail);
  return {
    ...(constraint && { kind: constraint }),
    ...(column && { field: fieldOf(column) }),
    ...(typeof reason === 'string' && { reason }),
    ...(isContact(contact) && { contact: { ...noPerson, ...contact } }),
    ...(Object.keys(facts).length > 0 && { facts }),
    // the hint of a policy's refusal repeats reason and contact for psql
    ...(hint && code !== '42501' && { hint }),
  };
}

const noPerson = { id: null, fullName: null, email: null, phone: null };

function factsIn(detail: string | undefined): Record<string, unknown> {
  try {
    const facts: unknown = JSON.parse(detail ?? '');
    return typeof facts === 'object' && !Array.isArray(facts) ? { ...facts } : {};
  } catch {
    return {};
  }
}

function isContact(value: unknown): value is Partial<Contact> & Pick<Contact, 'department'> {
  return typeof value === 'object' && value !== null && 'department' in value;
}

/** The API's name of a column or argument. */
export function fieldOf(column: string): string {
  return column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** A kind, and a sentence. */
type Problem = readonly [kind: string, sentence: string];

const sameMoment: Problem = [
  'record_is_being_changed',
  'Someone else is changing the same record at this moment. Try again.',
];
const tookTooLong: Problem = [
  'took_too_long',
  'This took too long and was stopped. Ask for less, or try again.',
];
const unreachable: Problem = [
  'database_unreachable',
  'The database cannot be reached at the moment. Try again shortly.',
];
const hasNul: Problem = ['text_has_nul', 'A text may not contain a NUL character.'];

const problems: Record<string, Problem> = {
  '22001': ['text_too_long', 'A text is too long.'],
  '22003': ['number_too_large', 'A number is too large.'],
  '22007': [
    'time_unreadable',
    'A date or time cannot be read: write it like 2026-05-31 or 2026-05-31T18:00:00+02:00.',
  ],
  '22008': ['time_out_of_range', 'A date or time is out of range.'],
  '22021': hasNul,
  '22P02': ['value_unreadable', 'A value cannot be read.'],
  '22P05': hasNul,
  '25P03': tookTooLong,
  '25P04': tookTooLong,
  '40001': sameMoment,
  '40P01': sameMoment,
  '55006': sameMoment,
  '55P03': sameMoment,
  '57014': tookTooLong,
};

const problemsByClass: Record<string, Problem> = {
  '08': unreachable,
  '22': ['value_unusable', 'A value cannot be used.'],
  '53': ['database_overloaded', 'The database is overloaded at the moment. Try again shortly.'],
  '57': unreachable,
};
