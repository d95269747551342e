import {
  type Company,
  commercialOf,
  type Department,
  type Employee,
  type RecordName,
  type Records,
} from './company.ts';

// Who may do what: the table of the design, line by line. Whatever is not in it is denied. It is written from
// that table and knows nothing of grants and policies. Rules that hold for everyone are in rules.ts.

export type Value = string | number | boolean | null;
/** What is written, by column. */
export type Values = Readonly<Record<string, Value>>;
export type Verb = 'create' | 'update' | 'delete' | 'erase';

/** What a department may do: with which rows, and with which new values. */
export interface Cell<Name extends RecordName = RecordName> {
  rows(row: Records[Name], me: Employee, company: Company): boolean;
  values(values: Values, me: Employee, company: Company, row?: Records[Name]): boolean;
}

export interface Line {
  name: string;
  record: RecordName;
  verb: Verb;
  /** What may be written. */
  columns: readonly string[];
  cells: Record<Department, Cell | null>;
}

const always = () => true;
const all: Cell = { rows: always, values: always };
const none = null;
const rows = <Name extends RecordName>(test: Cell<Name>['rows']): Cell => ({
  rows: test,
  values: always,
});
const values = <Name extends RecordName>(test: Cell<Name>['values']): Cell => ({
  rows: always,
  values: test,
});
const both = (one: Cell, other: Cell): Cell => ({
  rows: (...asked) => one.rows(...asked) && other.rows(...asked),
  values: (...asked) => one.values(...asked) && other.values(...asked),
});

const anyoneButMe = rows<'employee'>(({ id }, me) => id !== me.id);
const ownClient = rows<'client'>((client, me) => client.commercial_contact_id === me.id);
const ownContract = rows<'contract'>(({ id }, me, company) => commercialOf(company, id) === me.id);
const ownEvent = rows<'event'>((event, me) => event.support_contact_id === me.id);
const mine = rows<'notification'>(({ recipient_id }, me) => recipient_id === me.id);
const drafts = rows<'contract'>(({ status }) => status === 'draft');

const forOwnClient = values(
  ({ client_id }, me, { client }) => client.get(Number(client_id))?.commercial_contact_id === me.id,
);
const onOwnContract = values(
  ({ contract_id }, me, company) => commercialOf(company, Number(contract_id)) === me.id,
);
// To write the status that a contract already has is to change nothing.
const to = (status: string) =>
  values<'contract'>((written, _me, _company, contract) =>
    [status, contract?.status].includes(String(written.status)),
  );
const positive = values(({ amount }) => Number(amount) > 0);
const negative = values(({ amount }) => Number(amount) < 0);
const supportLeftEmpty = values(({ support_contact_id }) => (support_contact_id ?? null) === null);

const ownDraft = both(ownContract, drafts);
const signOwnDraft = both(ownDraft, to('signed'));
const positiveOnOwn = both(positive, onOwnContract);
const ownLeftEmpty = both(onOwnContract, supportLeftEmpty);

const account = ['full_name', 'email', 'department'];
const person = ['full_name', 'email', 'phone', 'company_name'];
const entry = ['contract_id', 'amount', 'paid_on'];
const course = ['title', 'start_date', 'end_date', 'location', 'attendees', 'notes'];
const plan = ['contract_id', 'support_contact_id', ...course];

// biome-ignore format: a table is read by its columns
export const truthTable: readonly Line[] = [
  //                                                                         sales          support   management
  line('employee',     'create', account,                                    none,          none,     all),
  line('employee',     'update', [...account, 'active'],                     none,          none,     all),
  line('employee',     'delete', [],                                         none,          none,     anyoneButMe),
  line('client',       'create', [...person, 'first_contact'],               all,           none,     none),
  line('client',       'update', person,                                     ownClient,     none,     none),
  line('client',       'update', ['commercial_contact_id'],                  none,          none,     all, 'hand over'),
  line('client',       'erase',  [],                                         none,          none,     all),
  line('contract',     'create', ['client_id', 'total_amount'],              forOwnClient,  none,     all),
  line('contract',     'update', ['total_amount'],                           ownDraft,      none,     all),
  line('contract',     'update', ['status'],                                 signOwnDraft,  none,     to('signed'), 'sign'),
  line('contract',     'update', ['status'],                                 none,          none,     to('cancelled'), 'cancel'),
  line('contract',     'delete', [],                                         none,          none,     drafts),
  line('payment',      'create', entry,                                      positiveOnOwn, none,     positive, 'record'),
  line('payment',      'create', entry,                                      none,          none,     negative, 'correct'),
  line('event',        'create', plan,                                       ownLeftEmpty,  none,     all),
  line('event',        'update', [...course, 'status'],                      none,          ownEvent, all),
  line('event',        'update', ['support_contact_id'],                     none,          none,     all, 'assign'),
  line('event',        'delete', [],                                         none,          none,     all),
  line('notification', 'update', ['read_at'],                                mine,          mine,     mine, 'mark read'),
];

/** All read every record; a notification only its recipient. */
export function mayRead(record: RecordName, id: number, me: Employee, company: Company): boolean {
  return record !== 'notification' || company.notification.get(id)?.recipient_id === me.id;
}

/** All read history; that of employees only management. */
export function mayReadHistory(record: RecordName, me: Employee): boolean {
  return record !== 'employee' || me.department === 'management';
}

function line(
  record: RecordName,
  verb: Verb,
  columns: readonly string[],
  sales: Cell | null,
  support: Cell | null,
  management: Cell | null,
  name: string = verb,
): Line {
  return {
    name: `${name} ${record}`,
    record,
    verb,
    columns,
    cells: { sales, support, management },
  };
}
