import { randomInt } from 'node:crypto';

/** The stable codes that a client can rely on; `extensions.code` of every GraphQL error is one of them. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'INVALID'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** Who may do what was refused: a person, or, without a name, everyone in a department. */
export type Contact = {
  id: number | null;
  fullName: string | null;
  department: string;
  email: string | null;
  phone: string | null;
};

/** What an ApiError has beyond its sentence and its code. */
export type ApiErrorDetails = {
  /** A stable name for a program: of the constraint, rule or policy, or such as `token_expired`. */
  kind?: string;
  /** The input field at fault, as the API names it. */
  field?: string;
  /** Why, in the policy's own sentence. */
  reason?: string;
  /** Whom to ask instead. */
  contact?: Contact;
  /** What else is known, by name, such as `since`. */
  facts?: Readonly<Record<string, unknown>>;
  /** What the person can do about it. */
  hint?: string;
  /** In how many seconds it is worth trying again. */
  retryAfter?: number;
};

/** An expected error that the client is answered: the message is a whole sentence for a person. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: ApiErrorDetails;

  constructor(code: ErrorCode, sentence: string, details: ApiErrorDetails = {}, cause?: unknown) {
    super(sentence, { cause });
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
  }
}

/** What was refused, in names of the database: nothing that a person typed. */
export type Refusal = {
  record: string;
  verb: string;
  /** The department of the caller. */
  role: string;
  /** The policies that refused, or another rule of access; `none` where no grant permits it. */
  policy: string;
};

/** An error that the operator of the server can correct; printed without a stack trace. */
export class OperatorError extends Error {
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(sentence: string, hint?: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = 'OperatorError';
    this.hint = hint;
  }
}

/** Logs an unexpected error, and sends it to the monitor. `request` is null outside any request. */
export type ReportError = (
  error: unknown,
  about: { errorId: string; request: { id: string; operation: string | null } | null },
) => void;

/** An id that a person can read out and an operator can search the log for, such as `7K3M9QXP`. */
export function newErrorId(): string {
  return readableCode(8);
}

/** What the client reads of an unexpected error. */
export function internalErrorMessage(errorId: string): string {
  return `Something went wrong on our side. The operator of Epic Events CRM finds it under ${errorId}.`;
}

/** The code of a Node or PostgreSQL error (ENOENT, 42P01, …), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}

// without the look-alikes I, O, 0, 1 and 8
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ2345679';

/** Random characters that a person can read out and type: 4.95 bits each. */
export function readableCode(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
