import {
  departments,
  isOpenEvent,
  type RecordName,
  type Records,
  remainsToBePaid,
  type State,
  type Tables,
} from './state.ts';
import type { Values } from './truth-table.ts';

// The rules for everyone: what must hold of a record after a write, given what it was before.

/** A broken rule, and the code of its error. */
export interface Violation {
  code: 'INVALID' | 'CONFLICT' | 'NOT_FOUND';
  rule: string;
}

/** The columns with a closed set of values. */
const closedSets: Record<string, readonly unknown[]> = {
  'employee.department': departments,
  'contract.status': ['draft', 'signed', 'cancelled'],
  'event.status': ['planned', 'confirmed', 'completed', 'cancelled'],
};

/** Whether every value of such a column is in its set. */
export function hasKnownValues(record: RecordName, values: Values): boolean {
  return Object.entries(values).every(
    ([column, value]) => closedSets[`${record}.${column}`]?.includes(value) ?? true,
  );
}

type Rule = [holds: boolean, rule: string, code?: Violation['code']];
type RulesOf<Name extends RecordName> = (
  now: Records[Name],
  was: Records[Name] | undefined,
  state: State,
) => Rule[];

const rulesByRecord: { [Name in RecordName]: RulesOf<Name> } = {
  employee: (now, was, state) => [
    [isOneLine(now.full_name), 'a name is one line'],
    [isEmailAddress(now.email), 'an e-mail address contains an @'],
    [departments.includes(now.department), 'a department is sales, support or management'],
    [hasUniqueEmail(now, state), 'no two employees have one e-mail address', 'CONFLICT'],
    [
      !leavesOrMoves(now, was) || !hasOpenWork(now.id, state),
      'an employee with clients or open events leaves only with a hand-over',
    ],
    [hasActiveManager(state), 'there is always an active manager'],
  ],

  client: (now, was, state) => [
    [isOneLine(now.full_name), 'a name is one line'],
    [
      now.email === null ? now.is_erased : isEmailAddress(now.email),
      'an e-mail address contains an @',
    ],
    [now.phone === null || /^\+?[\d ]+$/.test(now.phone), 'a phone number has digits and spaces'],
    [now.company_name === null || isOneLine(now.company_name), 'a company has a name'],
    [
      !was?.is_erased || (now.full_name === was.full_name && !now.email && !now.phone),
      'an erased client stays erased',
    ],
    ...(now.commercial_contact_id === was?.commercial_contact_id
      ? []
      : contactRules('sales', now.commercial_contact_id, state)),
  ],

  contract: (now, was, state) => [
    [state.client.has(now.client_id), 'a contract is with a client', 'NOT_FOUND'],
    [now.total_amount >= 0, 'a total is not negative'],
    [isWithinTotal(now.id, state), '0 ≤ what remains to be paid ≤ total'],
    [mayFollow(was?.status ?? 'draft', now.status), 'draft, then signed, then cancelled'],
  ],

  payment: (now, _was, state) => [
    [state.contract.has(now.contract_id), 'a payment is for a contract', 'NOT_FOUND'],
    [now.amount !== 0, 'a payment is not of zero'],
    [now.amount < 0 || isSigned(now.contract_id, state), 'only a signed contract is paid'],
    [isWithinTotal(now.contract_id, state), '0 ≤ what remains to be paid ≤ total'],
  ],

  event: (now, was, state) => [
    [state.contract.has(now.contract_id), 'an event is under a contract', 'NOT_FOUND'],
    [was !== undefined || isSigned(now.contract_id, state), 'an event needs a signed contract'],
    [isOneLine(now.title), 'a title is one line'],
    [now.end_date > now.start_date, 'an event ends after it starts'],
    [
      now.status === 'cancelled' || isSamePlan(now, was) || !isPlannedTwice(now, state),
      'an event is planned once',
      'CONFLICT',
    ],
    [now.location !== '', 'a location is not empty'],
    [now.attendees >= 0, 'attendees are not negative'],
    [
      hasKnownValues('event', { status: now.status }),
      'an event is planned, confirmed, completed or cancelled',
    ],
    ...(now.support_contact_id === (was?.support_contact_id ?? null)
      ? []
      : contactRules('support', now.support_contact_id, state)),
  ],

  note: (now, _was, state) => [
    [
      [now.client_id, now.contract_id, now.event_id].filter((id) => id !== null).length === 1,
      'a note is about one record',
    ],
    ...(['client', 'contract', 'event'] as const).map((record): Rule => {
      const id = now[`${record}_id`];
      return [id === null || state[record].has(id), `there is the ${record}`, 'NOT_FOUND'];
    }),
    [now.body !== '', 'a note has a text'],
    [now.remind_on === null || now.remind_on >= '2020', 'a reminder is not before its note'],
  ],

  notification: () => [],
};

/** The rules that a change of the state breaks. */
export function ruleViolations(before: State, after: State): Violation[] {
  return broken([
    ...changedRowRules('employee', before, after),
    ...changedRowRules('client', before, after),
    ...changedRowRules('contract', before, after),
    ...changedRowRules('payment', before, after),
    ...changedRowRules('event', before, after),
    ...changedRowRules('note', before, after),
    ...deletedRowRules(before, after),
  ]);
}

function changedRowRules<Name extends RecordName>(
  name: Name,
  before: Tables,
  after: State,
): Rule[] {
  const { [name]: old } = before;
  const { [name]: rows }: Tables = after;
  return [...rows.values()]
    .filter((now) => JSON.stringify(now) !== JSON.stringify(old.get(now.id)))
    .flatMap((now) => rulesByRecord[name](now, old.get(now.id), after));
}

function deletedRowRules(before: State, after: State): Rule[] {
  return [...before.employee.keys()]
    .filter((id) => !after.employee.has(id))
    .map((id) => [
      !isReferredTo(id, after),
      'an employee to whom a record refers is not deleted',
      'CONFLICT',
    ]);
}

/** The rules that the values of an update break, even if they are the present ones. */
export function valueViolations(values: Values, state: State): Violation[] {
  const { commercial_contact_id: sales, support_contact_id: support } = values;
  return broken([
    ...(typeof sales === 'number' ? contactRules('sales', sales, state) : []),
    ...(typeof support === 'number' ? contactRules('support', support, state) : []),
  ]);
}

function broken(rules: Rule[]): Violation[] {
  return rules
    .filter(([holds]) => !holds)
    .map(([_holds, rule, code = 'INVALID']) => ({ code, rule }));
}

function contactRules(department: 'sales' | 'support', id: number | null, state: State): Rule[] {
  const contact = state.employee.get(id ?? 0);
  if (id === null) return [];
  if (contact === undefined) return [[false, 'a contact is an employee', 'NOT_FOUND']];
  return [
    [
      contact.active && contact.department === department,
      `a ${department} contact is an active ${department} employee`,
    ],
  ];
}

/** Notifications do not count: they are deleted with their recipient. */
function isReferredTo(id: number, { client, event, note, payment }: State): boolean {
  return (
    [...client.values()].some(({ commercial_contact_id }) => commercial_contact_id === id) ||
    [...event.values()].some(({ support_contact_id }) => support_contact_id === id) ||
    [...note.values()].some(({ author_id }) => author_id === id) ||
    [...payment.values()].some(({ recorded_by }) => recorded_by === id)
  );
}

function leavesOrMoves(now: Records['employee'], was: Records['employee'] | undefined): boolean {
  if (was === undefined) return false;
  return (was.active && !now.active) || was.department !== now.department;
}

function hasOpenWork(id: number, { client, event }: State): boolean {
  return (
    [...client.values()].some((row) => row.commercial_contact_id === id && !row.is_erased) ||
    [...event.values()].some((row) => row.support_contact_id === id && isOpenEvent(row))
  );
}

function hasActiveManager({ employee }: State): boolean {
  return [...employee.values()].some((row) => row.active && row.department === 'management');
}

function hasUniqueEmail(now: Records['employee'], { employee }: State): boolean {
  const same = now.email.toLowerCase();
  return ![...employee.values()].some(
    ({ id, email }) => id !== now.id && email.toLowerCase() === same,
  );
}

function isWithinTotal(contractId: number, state: State): boolean {
  const contract = state.contract.get(contractId);
  if (contract === undefined) return true;
  const remains = remainsToBePaid(state, contract);
  return remains >= 0 && remains <= contract.total_amount;
}

/** Whether it was planned before as it is now, when it may have had a twin already. */
function isSamePlan(now: Records['event'], was: Records['event'] | undefined): boolean {
  return was !== undefined && was.status !== 'cancelled' && planOf(was) === planOf(now);
}

function isPlannedTwice(now: Records['event'], { event }: State): boolean {
  return [...event.values()].some(
    (other) => other.id !== now.id && other.status !== 'cancelled' && planOf(other) === planOf(now),
  );
}

function planOf({ contract_id, title, start_date, end_date }: Records['event']): string {
  return JSON.stringify([contract_id, title.toLowerCase(), start_date, end_date]);
}

/** True of a contract that does not exist, for which there is another rule. */
function isSigned(contractId: number, { contract }: State): boolean {
  return (contract.get(contractId)?.status ?? 'signed') === 'signed';
}

function mayFollow(from: string, to: string): boolean {
  return [
    'draft draft',
    'draft signed',
    'draft cancelled',
    'signed signed',
    'signed cancelled',
    'cancelled cancelled',
  ].includes(`${from} ${to}`);
}

function isOneLine(text: string): boolean {
  return text !== '' && !text.includes('\n');
}

function isEmailAddress(text: string): boolean {
  return text.includes('@');
}
