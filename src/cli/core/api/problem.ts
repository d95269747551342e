import { type Problem as ApiProblem, EpicError } from '../../../client/index.ts';
import { CliError, type Problem } from '../errors.ts';
import { hintFor } from '../hints.ts';

const hints: Partial<Record<ApiProblem['code'], string>> = {
  UNAUTHENTICATED: 'Log in: epic login',
  RATE_LIMITED: 'Wait a moment, then try again.',
  UNAVAILABLE: 'Try again in a moment.',
};

/** No answer came, or one of something else. */
const nobodyThere = new Set(['unreachable', 'connection_cut', 'timeout', 'not_epic']);

/** What to type next: by its kind, else what the server says, else what the code says. */
function nextStep(problem: Problem, hint: string | undefined, isLent: boolean): string | undefined {
  const { code, kind } = problem;
  if (code === 'UNAVAILABLE' && nobodyThere.has(kind ?? '')) {
    return 'Is the server running? Another address: --server URL, or EPIC_SERVER.';
  }
  if (code === 'UNAUTHENTICATED' && isLent) {
    return 'Set EPIC_TOKEN to another: what “epic token” prints is good for 15 minutes.';
  }
  return hintFor(problem) ?? hint ?? hints[code as ApiProblem['code']];
}

function problemOf(problem: ApiProblem, isLent: boolean): Problem {
  const { code, message, kind, field, reason, facts, hint } = problem;
  if (code !== 'INTERNAL') {
    const told: Problem = {
      ...{ code, message, kind, field, reason, facts },
      ...(code === 'FORBIDDEN' && { contact: problem.contact }),
    };
    return { ...told, hint: nextStep(told, hint, isLent) };
  }
  if (kind === 'unknown_code') {
    return {
      code,
      message: `The server did not understand this epic: ${message}`,
      hint: 'Install the epic that belongs to this server.',
    };
  }
  return { code, message, id: problem.errorId, hint: 'Tell whoever looks after the server.' };
}

/**
 * An error of the client as a CliError, with what the person can type next; any other as it is.
 * `isLent`: the session is the token of EPIC_TOKEN.
 */
export function inOurWords(error: unknown, isLent: boolean): unknown {
  return error instanceof EpicError
    ? new CliError(problemOf(error.problem, isLent), { cause: error })
    : error;
}
