import type { Contact } from '../../client/index.ts';

/** What can go wrong, by the code that scripts see in `--json` errors. */
export type Problem = {
  /** What happened. */
  message: string;
  /** Why. */
  reason?: string;
  /** What to do next. */
  hint?: string;
  /** The command line with which what was typed is sent again. */
  again?: string;
  /** A stable name for a program: of the constraint, rule or policy, or such as `token_expired`. */
  kind?: string;
  /** The field at fault, as the API names it. */
  field?: string;
  /** What else the server knows, by name: `since`, `changedBy` and `changedAt`, … */
  facts?: Readonly<Record<string, unknown>>;
} & (
  | { code: 'USAGE'; flag?: string }
  | { code: 'FORBIDDEN'; contact?: Contact }
  | { code: 'INTERNAL'; id?: string }
  | {
      code:
        | 'CANCELLED'
        | 'CONFLICT'
        | 'INVALID'
        | 'NOT_FOUND'
        | 'RATE_LIMITED'
        | 'UNAUTHENTICATED'
        | 'UNAVAILABLE';
    }
);

type ProblemCode = Problem['code'];

/** The exit status of each outcome; 0 is success. */
export const exitCodes: Record<ProblemCode, number> = {
  INTERNAL: 1,
  USAGE: 2,
  NOT_FOUND: 3,
  UNAUTHENTICATED: 4,
  FORBIDDEN: 5,
  INVALID: 6,
  CONFLICT: 6,
  RATE_LIMITED: 6,
  UNAVAILABLE: 7,
  CANCELLED: 130,
};

/** The one error that commands throw: a problem that can be told to a person. */
export class CliError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = 'CliError';
    this.problem = problem;
  }
}

/** The command line itself is wrong (exit 2); nothing was sent. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError({ code: 'USAGE', message, hint });
}

/** No such record, or none that may be seen (exit 3). */
export function notFound(message: string, hint?: string): CliError {
  return new CliError({ code: 'NOT_FOUND', message, hint });
}

/** The person changed their mind (exit 130); `kind` says by which key, at a question. */
export function cancelled(
  message = 'Cancelled. Nothing was changed.',
  kind?: 'escape' | 'interrupted',
): CliError {
  return new CliError({ code: 'CANCELLED', kind, message });
}
