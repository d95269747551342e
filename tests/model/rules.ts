import {
  type Company,
  departments,
  isOpenEvent,
  type RecordName,
  type Records,
  remainsToBePaid,
  type Tables,
} from './company.ts';
import type { Values } from './model.ts';

// The rules that hold for everyone, whoever asks: how a record must be when it has been written, and what it may
// become, given what it was.

/** A broken rule, and the code that a person gets for it. */
export interface Broken {
  code: 'INVALID' | 'CONFLICT' | 'NOT_FOUND';
  rule: string;
}

/** The columns that hold one of a few words. */
const closedSets: Record<string, readonly unknown[]> = {
  'employee.department': departments,
  'contract.status': ['draft', 'signed', 'cancelled'],
  'event.status': ['planned', 'confirmed', 'completed', 'cancelled'],
};

/** Whether every value that is one of a few words is one of them. */
export function areWordsKnown(record: RecordName, values: Values): boolean {
  return Object.entries(values).every(
    ([column, value]) => closedSets[`${record}.${column}`]?.includes(value) ?? true,
  );
}

type Rule = [holds: boolean, rule: string, code?: Broken['code']];
type RulesOf<Name extends RecordName> = (
  now: Records[Name],
  was: Records[Name] | undefined,
  company: Company,
) => Rule[];

const rulesOfWritten: { [Name in RecordName]: RulesOf<Name> } = {
  employee: (now, was, company) => [
    [isName(now.full_name), 'a name is a line of text'],
    [isAddress(now.email), 'an e-mail address looks like one'],
    [departments.includes(now.department), 'a department is sales, support or management'],
    [hasNoTwin(now, company), 'no two employees have one e-mail address', 'CONFLICT'],
    // The table says so of leaving. Who moves leaves them just as well to somebody who may not have them.
    [
      !leavesOrMoves(now, was) || !hasOpenWork(now.id, company),
      'whoever has open clients or events leaves only with a hand-over',
    ],
    [hasActiveManager(company), 'there is always an active manager'],
  ],

  client: (now, was, company) => [
    [isName(now.full_name), 'a name is a line of text'],
    [now.email === null ? now.is_erased : isAddress(now.email), 'an e-mail address looks like one'],
    [now.phone === null || /^\+?[\d ]+$/.test(now.phone), 'a phone number looks like one'],
    [now.company_name === null || isName(now.company_name), 'a company has a name'],
    [
      !was?.is_erased || (now.full_name === was.full_name && !now.email && !now.phone),
      'whoever was erased stays erased',
    ],
    ...(now.commercial_contact_id === was?.commercial_contact_id
      ? []
      : contactRules('sales', now.commercial_contact_id, company)),
  ],

  contract: (now, was, company) => [
    [company.client.has(now.client_id), 'a contract is with a client', 'NOT_FOUND'],
    [now.total_amount >= 0, 'a total is not negative'],
    [isWithinTotal(now.id, company), '0 ≤ what remains to be paid ≤ total'],
    [mayFollow(was?.status ?? 'draft', now.status), 'draft, then signed, then cancelled'],
  ],

  payment: (now, _was, company) => [
    [company.contract.has(now.contract_id), 'a payment is for a contract', 'NOT_FOUND'],
    [now.amount !== 0, 'a payment is not of zero'],
    [now.amount < 0 || isSigned(now.contract_id, company), 'only a signed contract is paid'],
    [isWithinTotal(now.contract_id, company), '0 ≤ what remains to be paid ≤ total'],
  ],

  event: (now, was, company) => [
    [company.contract.has(now.contract_id), 'an event is under a contract', 'NOT_FOUND'],
    [was !== undefined || isSigned(now.contract_id, company), 'an event needs a signed contract'],
    [isName(now.title), 'a title is a line of text'],
    [now.end_date > now.start_date, 'an event ends after it starts'],
    [now.location !== '', 'a location is not empty'],
    [now.attendees >= 0, 'attendees are not negative'],
    [
      areWordsKnown('event', { status: now.status }),
      'an event is planned, confirmed, completed or cancelled',
    ],
    ...(now.support_contact_id === (was?.support_contact_id ?? null)
      ? []
      : contactRules('support', now.support_contact_id, company)),
  ],

  notification: () => [],
};

/** Every rule that this change of the company breaks. */
export function brokenRules(before: Company, after: Company): Broken[] {
  return broken([
    ...writtenRows('employee', before, after),
    ...writtenRows('client', before, after),
    ...writtenRows('contract', before, after),
    ...writtenRows('payment', before, after),
    ...writtenRows('event', before, after),
    ...goneRules(before, after),
  ]);
}

function writtenRows<Name extends RecordName>(name: Name, before: Tables, after: Company): Rule[] {
  const { [name]: old } = before;
  const { [name]: rows }: Tables = after;
  return [...rows.values()]
    .filter((now) => JSON.stringify(now) !== JSON.stringify(old.get(now.id)))
    .flatMap((now) => rulesOfWritten[name](now, old.get(now.id), after));
}

function goneRules(before: Company, after: Company): Rule[] {
  return [...before.employee.keys()]
    .filter((id) => !after.employee.has(id))
    .map((id) => [!isReferredTo(id, after), 'nobody goes whom a record refers to', 'CONFLICT']);
}

/** What the values of an update must be, even if they are what is there already. */
export function brokenByValues(values: Values, company: Company): Broken[] {
  const { commercial_contact_id: sales, support_contact_id: support } = values;
  return broken([
    ...(typeof sales === 'number' ? contactRules('sales', sales, company) : []),
    ...(typeof support === 'number' ? contactRules('support', support, company) : []),
  ]);
}

function broken(rules: Rule[]): Broken[] {
  return rules
    .filter(([holds]) => !holds)
    .map(([_holds, rule, code = 'INVALID']) => ({ code, rule }));
}

function contactRules(
  department: 'sales' | 'support',
  id: number | null,
  company: Company,
): Rule[] {
  const contact = company.employee.get(id ?? 0);
  if (id === null) return [];
  if (contact === undefined) return [[false, 'a contact is an employee', 'NOT_FOUND']];
  return [
    [
      contact.active && contact.department === department,
      `a ${department} contact is an active ${department} employee`,
    ],
  ];
}

/** Personal records refer to their employee; notifications are only sent to one, and go along. */
function isReferredTo(id: number, { client, event, payment }: Company): boolean {
  return (
    [...client.values()].some(({ commercial_contact_id }) => commercial_contact_id === id) ||
    [...event.values()].some(({ support_contact_id }) => support_contact_id === id) ||
    [...payment.values()].some(({ recorded_by }) => recorded_by === id)
  );
}

function leavesOrMoves(now: Records['employee'], was: Records['employee'] | undefined): boolean {
  if (was === undefined) return false;
  return (was.active && !now.active) || was.department !== now.department;
}

function hasOpenWork(id: number, { client, event }: Company): boolean {
  return (
    [...client.values()].some((row) => row.commercial_contact_id === id && !row.is_erased) ||
    [...event.values()].some((row) => row.support_contact_id === id && isOpenEvent(row))
  );
}

function hasActiveManager({ employee }: Company): boolean {
  return [...employee.values()].some((row) => row.active && row.department === 'management');
}

function hasNoTwin(now: Records['employee'], { employee }: Company): boolean {
  const same = now.email.toLowerCase();
  return ![...employee.values()].some(
    ({ id, email }) => id !== now.id && email.toLowerCase() === same,
  );
}

function isWithinTotal(contractId: number, company: Company): boolean {
  const contract = company.contract.get(contractId);
  if (contract === undefined) return true;
  const remains = remainsToBePaid(company, contract);
  return remains >= 0 && remains <= contract.total_amount;
}

/** Of a contract that does not exist, another rule speaks. */
function isSigned(contractId: number, { contract }: Company): boolean {
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

function isName(text: string): boolean {
  return text !== '' && !text.includes('\n');
}

function isAddress(text: string): boolean {
  return text.includes('@');
}
