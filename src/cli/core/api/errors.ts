import { type Problem as ApiProblem, EpicError } from '../../../client/index.ts';
import { CliError, type Problem } from '../errors.ts';
import { hintFor } from '../hints.ts';

const hints: Partial<Record<ApiProblem['code'], string>> = {
  UNAUTHENTICATED: 'Log in: epic login',
  RATE_LIMITED: 'Wait a moment, then try again.',
  UNAVAILABLE: 'Try again in a moment.',
};

/** Kinds of UNAVAILABLE that this side found out: no response, or one of another server. */
const unreachable = new Set(['unreachable', 'connection_cut', 'timeout', 'not_epic']);

/** What to type next: by its kind, else what the server says, else what the code says. */
function nextStep(
  problem: Problem,
  hint: string | undefined,
  usesEnvToken: boolean,
): string | undefined {
  const { code, kind } = problem;
  if (code === 'UNAVAILABLE' && unreachable.has(kind ?? '')) {
    return 'Is the server running? Another address: --server URL, or EPIC_SERVER.';
  }
  if (code === 'UNAUTHENTICATED' && usesEnvToken) {
    return 'Set EPIC_TOKEN to another: what “epic token” prints is good for 15 minutes.';
  }
  if (kind === 'session_is_read_only' && usesEnvToken) {
    return 'Set EPIC_TOKEN to what “epic token” prints without --read-only.';
  }
  return hintFor(problem) ?? hint ?? hints[code as ApiProblem['code']];
}

function problemOf(problem: ApiProblem, usesEnvToken: boolean): Problem {
  const { code, message, kind, field, reason, facts, hint } = problem;
  if (code !== 'INTERNAL') {
    const base: Problem = {
      ...{ code, message, kind, field, reason, facts },
      ...(code === 'FORBIDDEN' && { contact: problem.contact }),
    };
    return { ...base, hint: nextStep(base, hint, usesEnvToken) };
  }
  if (kind === 'unknown_code') {
    return {
      code,
      message: `The server did not understand this epic: ${message}`,
      hint: 'Install the epic that belongs to this server.',
    };
  }
  return { code, message, id: problem.errorId, hint: 'Report it to the operators of the server.' };
}

/**
 * An error of the client as a CliError, with what the person can type next; any other as it is.
 * `usesEnvToken`: the session is the token of EPIC_TOKEN.
 */
export function toCliError(error: unknown, usesEnvToken: boolean): unknown {
  return error instanceof EpicError
    ? new CliError(problemOf(error.problem, usesEnvToken), { cause: error })
    : error;
}
