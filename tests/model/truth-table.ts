import {
  type Department,
  type Employee,
  type RecordName,
  type Records,
  type State,
  salesContactOf,
} from './state.ts';

// Who may do what: section 3 of the design, row by row. Anything else is denied. It is written from the design and does not
// know grants and policies. Rules for everyone are in rules.ts.

export type Value = string | number | boolean | null;
/** Values by column. */
export type Values = Readonly<Record<string, Value>>;
export type Verb = 'create' | 'update' | 'delete' | 'erase' | 'merge';

/** What a department may do: to which rows, and with which new values. */
export interface Cell<Name extends RecordName = RecordName> {
  rows(row: Records[Name], me: Employee, state: State): boolean;
  values(values: Values, me: Employee, state: State, row?: Records[Name]): boolean;
}

/** A row of the table. `verb` and `columns` are the write that it stands for. */
export interface TableEntry {
  name: string;
  record: RecordName;
  verb: Verb;
  /** The columns that may be written. */
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
const ownContract = rows<'contract'>(({ id }, me, state) => salesContactOf(state, id) === me.id);
const ownEvent = rows<'event'>((event, me) => event.support_contact_id === me.id);
const ownNote = rows<'note'>(({ author_id }, me) => author_id === me.id);
const mine = rows<'notification'>(({ recipient_id }, me) => recipient_id === me.id);
const drafts = rows<'contract'>(({ status }) => status === 'draft');

const forOwnClient = values(
  ({ client_id }, me, { client }) => client.get(Number(client_id))?.commercial_contact_id === me.id,
);
const onOwnContract = values(
  ({ contract_id }, me, state) => salesContactOf(state, Number(contract_id)) === me.id,
);
// The present status may be written too: that changes nothing.
const to = (status: string) =>
  values<'contract'>((written, _me, _state, contract) =>
    [status, contract?.status].includes(String(written.status)),
  );
const positive = values(({ amount }) => Number(amount) > 0);
const negative = values(({ amount }) => Number(amount) < 0);
const supportLeftEmpty = values(({ support_contact_id }) => (support_contact_id ?? null) === null);

const ownDraft = both(ownContract, drafts);
const signOwnDraft = both(ownDraft, to('signed'));
const positiveOnOwn = both(positive, onOwnContract);
const ownLeftEmpty = both(onOwnContract, supportLeftEmpty);

const employeeColumns = ['full_name', 'email', 'department'];
const clientColumns = ['full_name', 'email', 'phone', 'company_name'];
const paymentColumns = ['contract_id', 'amount', 'paid_on'];
const eventColumns = ['title', 'start_date', 'end_date', 'location', 'attendees', 'notes'];

const noteColumns = ['client_id', 'contract_id', 'event_id', 'body', 'remind_on'];

// biome-ignore format: a table is read by its columns
export const truthTable: readonly TableEntry[] = [
  //    record          verb           sales          support    management       written
  entry('employee',     'create',      none,          none,      all,             'create', employeeColumns),
  entry('employee',     'update',      none,          none,      all,             'update', [...employeeColumns, 'active']),
  entry('employee',     'delete',      none,          none,      anyoneButMe,     'delete'),
  entry('client',       'create',      all,           none,      none,            'create', [...clientColumns, 'first_contact']),
  entry('client',       'update',      ownClient,     none,      none,            'update', clientColumns),
  entry('client',       'hand over',   none,          none,      all,             'update', ['commercial_contact_id']),
  entry('client',       'erase',       none,          none,      all,             'erase'),
  entry('client',       'merge',       none,          none,      all,             'merge'),
  entry('contract',     'create',      forOwnClient,  none,      all,             'create', ['client_id', 'total_amount']),
  entry('contract',     'update',      ownDraft,      none,      all,             'update', ['total_amount']),
  entry('contract',     'sign',        signOwnDraft,  none,      to('signed'),    'update', ['status']),
  entry('contract',     'cancel',      none,          none,      to('cancelled'), 'update', ['status']),
  entry('contract',     'delete',      none,          none,      drafts,          'delete'),
  entry('payment',      'record',      positiveOnOwn, none,      positive,        'create', paymentColumns),
  entry('payment',      'correct',     none,          none,      negative,        'create', paymentColumns),
  entry('event',        'create',      ownLeftEmpty,  none,      all,             'create', ['contract_id', 'support_contact_id', ...eventColumns]),
  entry('event',        'update',      none,          ownEvent,  all,             'update', [...eventColumns, 'status']),
  entry('event',        'assign',      none,          none,      all,             'update', ['support_contact_id']),
  entry('event',        'delete',      none,          none,      all,             'delete'),
  entry('note',         'create',      all,           all,       all,             'create', noteColumns),
  entry('note',         'update',      ownNote,       ownNote,   ownNote,         'update', ['body', 'remind_on']),
  entry('note',         'finish',      ownNote,       ownNote,   ownNote,         'update', ['done_at']),
  entry('note',         'delete',      ownNote,       ownNote,   ownNote,         'delete'),
  entry('notification', 'mark read',   mine,          mine,      mine,            'update', ['read_at']),
];

/** Every employee reads every record, except that a notification is read by its recipient only. */
export function mayRead(record: RecordName, id: number, me: Employee, state: State): boolean {
  return record !== 'notification' || state.notification.get(id)?.recipient_id === me.id;
}

/** Every employee reads history; only management that of employees. */
export function mayReadHistory(record: RecordName, me: Employee): boolean {
  return record !== 'employee' || me.department === 'management';
}

function entry(
  record: RecordName,
  name: string,
  sales: Cell | null,
  support: Cell | null,
  management: Cell | null,
  verb: Verb,
  columns: readonly string[] = [],
): TableEntry {
  return {
    name: `${name} ${record}`,
    record,
    verb,
    columns,
    cells: { sales, support, management },
  };
}
