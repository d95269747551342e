import fc from 'fast-check';
import type { Reference } from './operations.ts';
import { mostly, reference } from './references.ts';
import type { RecordName } from './state.ts';
import type { Value } from './truth-table.ts';

// The values of writes. Most are valid, so that more refusals come from permissions than from rules.

export type GeneratedValues = Record<string, Value | Reference>;
type Columns = Record<string, fc.Arbitrary<Value | Reference>>;

const of = (...good: Value[]) => fc.constantFrom(...good);
const or = (good: fc.Arbitrary<Value>, ...bad: Value[]) => mostly(good, fc.constantFrom(...bad));
const pastTime = of('2001-01-01T00:00:00.000Z');
const anId = of(77);

const employee = {
  full_name: or(of('Nina', 'Oscar'), '', 'two\nlines'),
  email: or(
    fc.nat({ max: 99 }).map((nth) => `person${nth}@epic.example`),
    'EMMA@epic.example',
    'no address',
  ),
  department: or(of('sales', 'support', 'management'), 'kitchen'),
} satisfies Columns;

const client = {
  full_name: or(of('Zoé Martin', 'Tom'), ''),
  email: or(of('zoe@client.example', 'TOM@client.example'), null, 'no address'),
  phone: or(of('+33 6 00 00 00 00', null), 'call me'),
  company_name: or(of('Dupont SA', null), ''),
} satisfies Columns;

const contract = {
  total_amount: or(of(1500, 0, 3000), -5),
} satisfies Columns;

const payment = {
  contract_id: reference('contract'),
  amount: or(of(100, 600, -100), 0, 90000),
} satisfies Columns;

const event = {
  title: or(of('Ball', 'Fair'), ''),
  start_date: or(of('2030-05-01T09:00:00.000Z'), '2031-01-01T00:00:00.000Z'),
  end_date: or(of('2030-05-02T02:00:00.000Z'), '2030-05-01T08:00:00.000Z'),
  location: or(of('Lyon', null), ''),
  attendees: or(of(0, 50), -1),
  notes: of('x', null),
} satisfies Columns;

const salesContact = mostly(initialEmployee(0, 2), reference('employee'));
const supportContact = mostly(fc.oneof(initialEmployee(3, 4), of(null)), reference('employee'));

const note = {
  body: or(of('Call', 'Send the offer'), ''),
  remind_on: or(of('2031-05-01', null), '2001-01-01'),
} satisfies Columns;

const notification = {
  recipient_id: reference('employee'),
  event_id: reference('event'),
  kind: of('event_assigned'),
  subject: of('Yours'),
} satisfies Columns;

/** The required and the optional columns of a new record. */
const createColumns: Record<RecordName, [Columns, Columns]> = {
  employee: [employee, {}],
  client: [
    { full_name: client.full_name, email: client.email },
    { phone: client.phone, company_name: client.company_name },
  ],
  contract: [{ ...contract, client_id: reference('client') }, {}],
  payment: [payment, {}],
  event: [
    {
      contract_id: reference('contract'),
      title: event.title,
      start_date: event.start_date,
      end_date: event.end_date,
    },
    { attendees: event.attendees, notes: event.notes, support_contact_id: supportContact },
  ],
  note: [
    { body: note.body },
    {
      client_id: reference('client'),
      contract_id: reference('contract'),
      event_id: reference('event'),
      remind_on: note.remind_on,
    },
  ],
  notification: [notification, {}],
};

/** The columns that some department may change. */
const updateColumns: Record<RecordName, Columns> = {
  employee: { ...employee, active: fc.boolean() },
  client: { ...client, commercial_contact_id: salesContact },
  contract: { ...contract, status: or(of('signed', 'cancelled', 'draft'), 'lost') },
  payment: {},
  event: {
    ...event,
    status: or(of('confirmed', 'completed', 'cancelled', 'planned'), 'moved'),
    support_contact_id: supportContact,
  },
  note: { ...note, done_at: of('2001-01-01T00:00:00.000Z', null) },
  notification: { read_at: pastTime },
};

/** The columns that no department may write to a new record. */
const forbiddenOnCreate: Record<RecordName, Columns> = {
  employee: { id: anId, creation_date: pastTime },
  client: { id: anId, commercial_contact_id: reference('employee'), last_update: pastTime },
  contract: {
    id: anId,
    status: of('signed'),
    signed_at: pastTime,
    updated_at: pastTime,
    amount_to_be_paid: of(0),
  },
  payment: { id: anId, recorded_by: reference('employee') },
  event: { id: anId, commercial_id: reference('employee'), updated_at: pastTime },
  note: { id: anId, author_id: reference('employee'), created_at: pastTime, done_at: pastTime },
  notification,
};

/** The columns that no department may change. */
const forbiddenOnUpdate: Record<RecordName, Columns> = {
  employee: { id: anId, creation_date: pastTime },
  client: { id: anId, first_contact: of('2001-01-01'), last_update: pastTime, erased_at: pastTime },
  contract: {
    id: anId,
    client_id: reference('client'),
    commercial_id: reference('employee'),
    amount_to_be_paid: of(0),
    creation_date: pastTime,
    signed_at: pastTime,
    updated_at: pastTime,
  },
  payment: { ...payment, id: anId, recorded_by: reference('employee'), paid_on: of('2001-01-01') },
  event: {
    id: anId,
    contract_id: reference('contract'),
    commercial_id: reference('employee'),
    updated_at: pastTime,
  },
  note: {
    id: anId,
    author_id: reference('employee'),
    created_at: pastTime,
    client_id: reference('client'),
    event_id: reference('event'),
  },
  notification: { ...notification, id: anId },
};

/** The values of a new record; one time in ten with a forbidden column. */
export function newValues(record: RecordName): fc.Arbitrary<GeneratedValues> {
  const [required, optional] = createColumns[record];
  const good = fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) });
  return mostly(good, merged(good, oneOf(forbiddenOnCreate[record])));
}

/** New values for one or two columns; one time in ten for a forbidden one. */
export function changedValues(record: RecordName): fc.Arbitrary<GeneratedValues> {
  const bad = oneOf(forbiddenOnUpdate[record]);
  if (Object.keys(updateColumns[record]).length === 0) return bad;
  const one = oneOf(updateColumns[record]);
  const good = fc.oneof({ withCrossShrink: true }, one, merged(one, one));
  return mostly(good, fc.oneof({ withCrossShrink: true }, bad, merged(bad, one)));
}

/** An employee of the initial state, by index. */
function initialEmployee(first: number, last: number): fc.Arbitrary<Reference> {
  return fc
    .integer({ min: first, max: last })
    .map((nth) => ({ to: 'employee', among: 'initial', nth }));
}

function oneOf(columns: Columns): fc.Arbitrary<GeneratedValues> {
  const single = ([column, value]: [string, Columns[string]]) =>
    value.map((chosen) => ({ [column]: chosen }));
  return fc.oneof({ withCrossShrink: true }, ...Object.entries(columns).map(single));
}

function merged(...parts: fc.Arbitrary<GeneratedValues>[]): fc.Arbitrary<GeneratedValues> {
  return fc.tuple(...parts).map((written) => Object.assign({}, ...written));
}
