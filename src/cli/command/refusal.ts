import { CliError, type Problem } from '../errors.ts';

/** What was tried when something was refused. */
interface Attempt {
  noun: string;
  name: string;
  /** To complete “You may not …”: `sign contract 12`. */
  attempt: string;
  /** The record's id, where it is about one. */
  id: unknown;
}

/** The department of whoever may do it, as far as the sentence about them says it. */
function departmentIn(contact: string): string | undefined {
  if (/^Ask /.test(contact)) return /\b(sales|support|management)\b/.exec(contact)?.[1];
  if (/ is looked after by /.test(contact)) return 'sales';
  return / is run by /.test(contact) ? 'support' : undefined;
}

function nextStep(contact: string | undefined, { noun, name, id }: Attempt): string {
  const department = contact && departmentIn(contact);
  if (department) return `How to reach them: epic employee list --department ${department}`;
  // Without a record there is no more to learn than the reason: it is the same for the whole department.
  if (typeof id !== 'number') return 'See who you are: epic whoami';
  return `See who may do what: epic can ${name} ${noun} ${id}`;
}

/** Whether the server may have heard it before it fell silent. */
const isUncertain = ({ kind, message }: Problem) =>
  kind === 'timeout' || message.includes('the connection was cut');

/** The error with what was refused, or what is missing, and what to type next. */
export function explained(error: unknown, attempt: Attempt): unknown {
  if (!(error instanceof CliError)) return error;
  const { problem } = error;
  if (problem.code === 'NOT_FOUND' && !problem.hint) {
    const missing = /^There is no (client|contract|event|employee)\b/.exec(problem.message)?.[1];
    const hint = missing && `See which there are: epic ${missing} list`;
    return new CliError({ ...problem, hint }, { cause: error });
  }
  if (problem.code === 'UNAVAILABLE' && isUncertain(problem)) {
    const hint = 'It may have been done all the same: look before you send it again.';
    return new CliError({ ...problem, hint }, { cause: error });
  }
  if (problem.kind === 'changed_meanwhile') {
    const hint = `See it as it is now: epic ${attempt.noun} view ${attempt.id}`;
    return new CliError({ ...problem, hint }, { cause: error });
  }
  if (problem.code !== 'FORBIDDEN') return error;
  return new CliError(
    {
      ...problem,
      message: `You may not ${attempt.attempt}.`,
      reason: problem.reason ?? problem.message,
      hint: problem.hint ?? nextStep(problem.contact, attempt),
    },
    { cause: error },
  );
}
