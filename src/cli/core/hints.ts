import { CliError, type Problem } from './errors.ts';

type About = Pick<Problem, 'facts'>;

/** Refused by a policy that asks for the second factor, which is not confirmed in this session. */
export const lacksSecondFactor = ({ code, kind }: Problem): boolean =>
  code === 'FORBIDDEN' && kind?.endsWith('_with_second_factor') === true;

/** Refused by a policy that asks for a second factor of those who have none. */
export const lacksEnrolment = ({ code, kind }: Problem): boolean =>
  code === 'FORBIDDEN' && kind?.endsWith('_once_enrolled') === true;

const login = () => 'Log in: epic login';
const loginAgain = () => 'Log in again: epic login';
const see = (noun: string) => () => `See which there are: epic ${noun} list`;
/** What to type about a client who is not there: where they were merged into another, that one. */
const seeClient = ({ facts }: About) =>
  facts?.mergedInto ? `Look at it: epic client view ${facts.mergedInto}` : see('client')();
const listThoseIn = (department: string) => () =>
  `List those who can: epic employee list --department ${department}`;

/** What to type about a contract that is not signed. */
function signFirst({ facts }: About): string {
  return facts?.status === 'draft'
    ? `Sign it first: epic contract sign ${facts.contractId}`
    : 'Create another contract: epic contract create';
}

/** What to type to deactivate or move an employee who looks after clients or events. */
function handOver({ facts }: About): string {
  const change = facts?.department
    ? `update ${facts.employeeId} --department ${facts.department}`
    : `deactivate ${facts?.employeeId}`;
  return `Hand them over to a colleague: epic employee ${change} --handover-to ID`;
}

/** What to type next, by the kind of problem: the one place where a kind becomes a command. */
const byKind: Readonly<Record<string, (about: About) => string>> = {
  no_session: login,
  token_expired: login,
  token_invalid: loginAgain,
  session_ended: loginAgain,
  department_changed: loginAgain,
  account_deactivated: () => 'Ask management.',
  must_change_password: () => 'Type: epic password',
  password_changed: () =>
    'Log in with the new one: epic login. If you did not change it, tell management at once.',
  password_reset: () =>
    'Log in with the one that you are given: epic login. If you did not expect this, tell management at once.',
  one_time_password_is_changed_first: () => 'Log in without --read-only: epic login',
  session_is_read_only: () => 'Log in again, without --read-only: epic login',
  second_factor_required: () =>
    'Give a code on the line after the password: epic login --password-stdin --code-stdin',
  second_factor_wrong: () => 'Type what the app shows now, or a recovery code that is left.',
  second_factor_is_enabled: () => 'Enable one: epic second-factor enable',
  second_factor_is_begun: () => 'Begin with: epic second-factor enable',
  second_factor_is_not_enabled: () => 'To change the app, first: epic second-factor disable',
  management_reset_others: () => 'Change your own with: epic password',
  session_is_open: () => 'Look at those that are open first: epic session list',

  client_pkey: seeClient,
  contract_client_id_fkey: seeClient,
  contract_pkey: see('contract'),
  event_contract_id_fkey: see('contract'),
  payment_contract_id_fkey: see('contract'),
  event_pkey: see('event'),
  note_pkey: see('note'),
  note_client_id_fkey: seeClient,
  note_contract_id_fkey: see('contract'),
  note_event_id_fkey: see('event'),
  note_is_not_done: ({ facts }) => `To take that back: epic note reopen ${facts?.noteId}`,
  employee_pkey: see('employee'),
  client_commercial_contact_id_fkey: see('employee'),
  event_support_contact_id_fkey: see('employee'),

  client_has_an_active_sales_contact: listThoseIn('sales'),
  event_has_an_active_support_contact: listThoseIn('support'),
  event_needs_a_signed_contract: signFirst,
  event_is_planned_once: ({ facts }) => `Look at it: epic event view ${facts?.eventId}`,
  payment_needs_a_signed_contract: signFirst,
  employee_hands_over_first: handOver,
  employee_keeps_an_active_manager: () =>
    'Create another manager first: epic employee create --department management',
  client_erasure_is_confirmed: () => 'Confirm it: set confirm to true.',
  version_is_current: () => 'Read it again, then send the change with the version it has now.',
  explained_record_and_verb_are_known: ({ facts }) =>
    `Verbs: read, create, update, delete. Records: ${[facts?.records].flat().join(', ')}.`,
};

/** What to type next, as far as it follows from what went wrong; else who could be asked, where that is no one person. */
export function hintFor(problem: Problem): string | undefined {
  const known = Object.hasOwn(byKind, problem.kind ?? '') ? byKind[problem.kind ?? ''] : undefined;
  if (known) return known(problem);
  if (lacksSecondFactor(problem)) return 'Log in again, with a code: epic login';
  if (lacksEnrolment(problem)) return 'Enable one: epic second-factor enable';
  if (problem.code !== 'FORBIDDEN' || !problem.contact) return undefined;
  const { id, department } = problem.contact;
  return id === null
    ? `How to reach them: epic employee list --department ${department}`
    : undefined;
}

/** The command that failed. */
interface Attempt {
  noun: string;
  name: string;
  /** The record's id, where it is about one. */
  id: unknown;
}

/** The server, or the database, may have received the request before the connection failed. */
const uncertain = new Set(['timeout', 'connection_cut', 'database_lost']);

/** What to type next, where that depends on the command. */
function hintAfter(problem: Problem, { noun, name, id }: Attempt): string | undefined {
  const { code, kind, hint } = problem;
  if (code === 'UNAVAILABLE' && uncertain.has(kind ?? '')) {
    return 'It may have been done all the same: look before you send it again.';
  }
  if (kind === 'version_is_current') return `See it as it is now: epic ${noun} view ${id}`;
  if (noun === 'employee' && name === 'delete' && kind?.endsWith('_fkey')) {
    return `Close the account instead: epic employee deactivate ${id}`;
  }
  if (problem.code !== 'FORBIDDEN' || hint) return hint;
  // without a record the reason is all: it is the same for the whole department
  if (typeof id !== 'number') return problem.contact ? undefined : 'See who you are: epic whoami';
  return `See who may do what: epic can ${name} ${noun} ${id}`;
}

/** The error, with what to type next after this command. */
export function withHint(error: unknown, attempt: Attempt): unknown {
  if (!(error instanceof CliError)) return error;
  const hint = hintAfter(error.problem, attempt);
  return hint === error.problem.hint
    ? error
    : new CliError({ ...error.problem, hint }, { cause: error });
}
