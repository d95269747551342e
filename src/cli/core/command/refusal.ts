import { CliError, type Problem } from '../errors.ts';

/** What was tried when something was refused. */
interface Attempt {
  noun: string;
  name: string;
  /** The record's id, where it is about one. */
  id: unknown;
}

/** The server may have heard it before it fell silent. */
const uncertain = new Set(['timeout', 'connection_cut']);

/** What to type next, where that depends on what was tried. */
function nextStep({ code, kind, hint }: Problem, { noun, name, id }: Attempt): string | undefined {
  if (code === 'UNAVAILABLE' && uncertain.has(kind ?? '')) {
    return 'It may have been done all the same: look before you send it again.';
  }
  if (kind === 'version_is_current') return `See it as it is now: epic ${noun} view ${id}`;
  if (code !== 'FORBIDDEN' || hint) return hint;
  // Without a record there is no more to learn than the reason: it is the same for the whole department.
  if (typeof id !== 'number') return 'See who you are: epic whoami';
  return `See who may do what: epic can ${name} ${noun} ${id}`;
}

/** The error with what to type next. */
export function withHint(error: unknown, attempt: Attempt): unknown {
  if (!(error instanceof CliError)) return error;
  const hint = nextStep(error.problem, attempt);
  return hint === error.problem.hint
    ? error
    : new CliError({ ...error.problem, hint }, { cause: error });
}
