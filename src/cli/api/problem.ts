import { type Problem as ApiProblem, EpicError } from '../../client/index.ts';
import { CliError, type Problem } from '../errors.ts';

const hints: Partial<Record<ApiProblem['code'], string>> = {
  UNAUTHENTICATED: 'Log in: epic login',
  RATE_LIMITED: 'Wait a moment, then try again.',
  UNAVAILABLE: 'Try again in a moment.',
};

/** No answer came, or one of something else. */
const nobodyThere = new Set(['unreachable', 'timeout', 'not_epic']);

/** What to type next. */
function hintFor(problem: ApiProblem): string | undefined {
  const { code, kind, hint } = problem;
  if (code === 'UNAVAILABLE' && nobodyThere.has(kind ?? '')) {
    return 'Is the server running? Another address: --server URL, or EPIC_SERVER.';
  }
  return hint ?? hints[code];
}

function problemOf(problem: ApiProblem): Problem {
  const { code, message, kind } = problem;
  if (code === 'FORBIDDEN') {
    const { reason, policy, contact, hint } = problem;
    return { code, kind, message, reason, policy, contact, hint };
  }
  if (code !== 'INTERNAL') return { code, kind, message, hint: hintFor(problem) };
  if (kind === 'unknown_code') {
    return {
      code,
      message: `The server did not understand this epic: ${message}`,
      hint: 'Install the epic that belongs to this server.',
    };
  }
  return { code, message, id: problem.errorId, hint: 'Tell whoever looks after the server.' };
}

/** An error of the client as a CliError, with what the person can type next; any other as it is. */
export function inOurWords(error: unknown): unknown {
  return error instanceof EpicError
    ? new CliError(problemOf(error.problem), { cause: error })
    : error;
}
