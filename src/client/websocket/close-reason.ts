import { EpicError, type Problem, problemOf } from '../errors.ts';
import { isObject } from '../is-object.ts';

/** Why a socket was closed: the server's reason is `kind: sentence`. */
export function problemOfClose(event: unknown): Problem {
  const { code, reason } = isObject(event) ? event : {};
  const [, kind, sentence] = /^(\w+): (.+)$/s.exec(String(reason ?? '')) ?? [];
  const told = { message: sentence ?? (String(reason ?? '') || 'The connection was lost.'), kind };
  switch (code) {
    case 4401:
    case 4403:
      return kind === 'must_change_password'
        ? { ...told, code: 'FORBIDDEN' }
        : { ...told, code: 'UNAUTHENTICATED' };
    case 1009:
    case 4400:
    case 4406:
    case 4409:
    case 4429:
      return { ...told, code: 'INVALID' };
    case 1011:
      return { ...told, code: 'INTERNAL' };
    default:
      return { ...told, code: 'UNAVAILABLE' };
  }
}

/** What ended a subscription: errors of the server, a closed socket, or what this side has thrown. */
export function errorOf(reason: unknown): Error {
  if (Array.isArray(reason)) return errorOfResponse(reason);
  if (isObject(reason) && 'code' in reason && 'reason' in reason) {
    return new EpicError(problemOfClose(reason), { cause: reason });
  }
  if (reason instanceof Error) return reason;
  return new EpicError(problemOfClose(null), { cause: reason });
}

/** The errors of an answer as one. */
export function errorOfResponse(errors: readonly unknown[], data: unknown = null): EpicError {
  const problems = errors.map(problemOf);
  const [problem = problemOf(null)] = problems;
  return new EpicError(problem, { problems, data });
}
