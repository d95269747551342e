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
};

/** What else a refusal can say, beyond its sentence and its code. */
export type RefusalDetails = {
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

/** An answer of "no" that a person reads: the message is a whole sentence. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: RefusalDetails;

  constructor(code: ErrorCode, sentence: string, details: RefusalDetails = {}, cause?: unknown) {
    super(sentence, { cause });
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}

/** Something that the operator of the server has to put right; printed without a stack trace. */
export class OperatorError extends Error {
  readonly remedy: string | undefined;

  constructor(sentence: string, remedy?: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = 'OperatorError';
    this.remedy = remedy;
  }
}
