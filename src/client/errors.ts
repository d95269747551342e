import { isObject } from './is-object.ts';

/** What every problem tells. */
interface ProblemBase {
  /** What happened: a sentence for a person. */
  readonly message: string;
  /** A stable name for a program: of the constraint, rule or policy, or such as `token_expired`. */
  readonly kind?: string | undefined;
  /** The input field at fault, as the API calls it. */
  readonly field?: string | undefined;
  /** Why: where a policy refuses, its own sentence. */
  readonly reason?: string | undefined;
  /** What else is known, by name: `since`, say, of what is done already. Times are ISO-8601. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  /** What the person can do about it. */
  readonly hint?: string | undefined;
  /** Where in the answer: `['signContract']`. Absent when the request as a whole was refused. */
  readonly path?: readonly (string | number)[] | undefined;
}

/** Who may do what was refused: a person, or, without a name, everyone in a department. */
export interface Contact {
  readonly id: number | null;
  readonly fullName: string | null;
  readonly department: string;
  readonly email: string | null;
  readonly phone: string | null;
}

/**
 * No session, or one that has ended. `kind`: `no_session`, `login_refused` (wrong e-mail or password),
 * `session_ended`, `account_deactivated`, `department_changed`, `token_expired` (the client refreshes and
 * asks again by itself).
 */
export interface Unauthenticated extends ProblemBase {
  readonly code: 'UNAUTHENTICATED';
}

/** A grant or a policy of the database says no: `kind` is the name of that policy. */
export interface Forbidden extends ProblemBase {
  readonly code: 'FORBIDDEN';
  /** Who may. */
  readonly contact?: Contact | undefined;
}

/** There is no such record, or none that this person may see. */
export interface NotFound extends ProblemBase {
  readonly code: 'NOT_FOUND';
}

/** A value breaks a rule, or the request cannot be understood. */
export interface Invalid extends ProblemBase {
  readonly code: 'INVALID';
}

/** It conflicts with another record, or with a concurrent change. */
export interface Conflict extends ProblemBase {
  readonly code: 'CONFLICT';
}

/** Too much, or too often. */
export interface RateLimited extends ProblemBase {
  readonly code: 'RATE_LIMITED';
  /** After how many seconds it makes sense to try again. */
  readonly retryAfter?: number | undefined;
}

/**
 * No answer, now. `kind` is `unreachable`, `connection_cut`, `timeout` or `not_epic` (something else answers
 * there) when this side found out, and another word or none when the server itself says so. After
 * `connection_cut` and `timeout` a change may have been made all the same.
 */
export interface Unavailable extends ProblemBase {
  readonly code: 'UNAVAILABLE';
}

/** A fault of the server. `kind` is `unknown_code` when it is newer than this client. */
export interface Internal extends ProblemBase {
  readonly code: 'INTERNAL';
  /** The id under which the server's log has it. */
  readonly errorId?: string | undefined;
}

/** Why something was not done: a union to switch on `code`. */
export type Problem =
  | Unauthenticated
  | Forbidden
  | NotFound
  | Invalid
  | Conflict
  | RateLimited
  | Unavailable
  | Internal;

/** The one error that the client throws, except the reason of the caller's own AbortSignal. */
export class EpicError extends Error {
  /** Why. When several operations of one request failed: the first. */
  readonly problem: Problem;
  /** All of them. */
  readonly problems: readonly Problem[];
  /** What was answered beside the problems: other operations of the same request may have been done. */
  readonly data: unknown;

  constructor(
    problem: Problem,
    more: { cause?: unknown; problems?: readonly Problem[]; data?: unknown } = {},
  ) {
    super(problem.message, 'cause' in more ? { cause: more.cause } : {});
    this.name = 'EpicError';
    this.problem = problem;
    this.problems = more.problems ?? [problem];
    this.data = more.data ?? null;
  }

  /** The `code` of the problem. */
  get code(): Problem['code'] {
    return this.problem.code;
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const facts = (value: unknown) =>
  isObject(value) && Object.keys(value).length > 0 ? value : undefined;

function contact(value: unknown): Contact | undefined {
  const { id, fullName, department, ...reached } = isObject(value) ? value : {};
  if (typeof department !== 'string') return undefined;
  const [email = null, phone = null] = [text(reached.email), text(reached.phone)];
  return typeof id === 'number' && typeof fullName === 'string'
    ? { id, fullName, department, email, phone }
    : { id: null, fullName: null, department, email: null, phone: null };
}

const seconds = (value: unknown) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

const isPath = (value: unknown): value is (string | number)[] =>
  Array.isArray(value) && value.every((each) => ['string', 'number'].includes(typeof each));

/** What one entry of `errors` in an answer means. It is not trusted to be what it should be. */
export function problemOf(error: unknown): Problem {
  const { message, path, extensions } = isObject(error) ? error : {};
  const more = isObject(extensions) ? extensions : {};
  const told: ProblemBase = {
    message: text(message) ?? 'The server gave no reason.',
    kind: text(more.kind),
    field: text(more.field),
    reason: text(more.reason),
    facts: facts(more.facts),
    hint: text(more.hint),
    path: isPath(path) ? path : undefined,
  };
  const code = text(more.code);
  switch (code) {
    case 'FORBIDDEN':
      return { ...told, code, contact: contact(more.contact) };
    case 'RATE_LIMITED':
      return { ...told, code, retryAfter: seconds(more.retryAfter) };
    case 'UNAUTHENTICATED':
    case 'NOT_FOUND':
    case 'INVALID':
    case 'CONFLICT':
    case 'UNAVAILABLE':
      return { ...told, code };
    case 'INTERNAL':
      return { ...told, code, errorId: text(more.errorId) };
    default:
      return { ...told, code: 'INTERNAL', kind: 'unknown_code' };
  }
}
