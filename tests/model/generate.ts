import fc from 'fast-check';
import type { RecordName } from './company.ts';
import type { DoorName, Intention, Operation, Person, Reference } from './operations.ts';
import { among, mostly, reference } from './references.ts';
import { changedValues, newValues, type Written } from './values.ts';

// Random intentions of random employees. Everything shrinks to its first and simplest form.

type Asked = Operation<Reference>;
type Weights = Partial<Record<RecordName, number>>;
interface Weighted<Item> {
  weight: number;
  arbitrary: fc.Arbitrary<Item>;
}

/** A working day: what people do one after the other, at most some sixty things. */
export function days(doors: readonly DoorName[]): fc.Arbitrary<Intention[]> {
  const through = doorOf(doors, 3);
  const throughToLogIn = doorOf(doors, 15); // a password costs time on purpose
  const one = (chapter: Intention) => [chapter];
  const chapter = choice(
    { weight: 100, arbitrary: intention(anybody, through, deed).map(one) },
    { weight: 5, arbitrary: intention(anybody, throughToLogIn, identity).map(one) },
    { weight: 2, arbitrary: arrival(throughToLogIn) },
    { weight: 2, arbitrary: move(throughToLogIn) },
    { weight: 2, arbitrary: comeback(through) },
  );
  const chapters = fc.array(chapter, { maxLength: 60, size: 'max' });
  return fc.noBias(chapters.map((parts) => parts.flat()));
}

/** SQL so many times as often as the API. */
function doorOf(doors: readonly DoorName[], timesSql: number): fc.Arbitrary<DoorName> {
  const weights = { SQL: timesSql, GraphQL: 1 };
  return choice(...doors.map((door) => ({ weight: weights[door], arbitrary: fc.constant(door) })));
}

/** Emma or Felix. */
const manager = fc
  .nat({ max: 1 })
  .map((nth): Reference => ({ to: 'employee', among: 'company', nth: 5 + nth }));

const anybody = choice<Person>(
  { weight: 14, arbitrary: among('employee', 'company', 6) },
  { weight: 12, arbitrary: fc.constant('whose it is') },
  { weight: 6, arbitrary: manager },
  { weight: 3, arbitrary: among('employee', 'created') },
  { weight: 1, arbitrary: among('employee', 'company') },
  { weight: 1, arbitrary: fc.constant(null) },
);

const latestEmployee = fc.constant<Reference>({ to: 'employee', among: 'created', nth: 0 });

const logIn = fc.constant<Asked>({ verb: 'log in' });
const changePassword = fc.constant<Asked>({ verb: 'change password' });

const deed = choice<Asked>(
  ...eachRecord(create, {
    client: 4,
    contract: 6,
    payment: 9,
    event: 7,
    employee: 2,
    notification: 1,
  }),
  ...eachRecord(update, {
    client: 9,
    contract: 12,
    event: 12,
    employee: 7,
    notification: 5,
    payment: 1,
  }),
  ...eachRecord(remove, {
    client: 1,
    contract: 3,
    event: 3,
    employee: 4,
    notification: 1,
    payment: 1,
  }),
  ...eachRecord(read, {
    client: 1,
    contract: 1,
    payment: 1,
    event: 1,
    employee: 1,
    notification: 2,
  }),
  ...eachRecord(readHistory, { client: 1, contract: 1, employee: 2 }),
  { weight: 2, arbitrary: tampering() },
  { weight: 2, arbitrary: erasing() },
  { weight: 6, arbitrary: leaving() },
  { weight: 2, arbitrary: fc.constant({ verb: 'log out' }) },
);

const identity = choice<Asked>(
  { weight: 5, arbitrary: logIn },
  { weight: 1, arbitrary: changePassword },
);

function eachRecord(
  operation: (record: RecordName) => fc.Arbitrary<Asked>,
  weights: Weights,
): Weighted<Asked>[] {
  const names = Object.keys(weights) as RecordName[];
  return names.map((record) => ({ weight: weights[record] ?? 0, arbitrary: operation(record) }));
}

function create(record: RecordName): fc.Arbitrary<Asked> {
  return newValues(record).map((values) => ({ verb: 'create', record, values }));
}

function update(record: RecordName): fc.Arbitrary<Asked> {
  return fc
    .tuple(target(record), changedValues(record))
    .map(([id, values]) => ({ verb: 'update', record, id, values }));
}

function remove(record: RecordName): fc.Arbitrary<Asked> {
  return target(record).map((id) => ({ verb: 'delete', record, id }));
}

function target(record: RecordName) {
  return choice<Reference | 'all'>(
    { weight: 30, arbitrary: reference(record) },
    { weight: 1, arbitrary: fc.constant('all') },
  );
}

function read(record: RecordName): fc.Arbitrary<Asked> {
  return fc.constant({ verb: 'read', record });
}

function readHistory(record: RecordName): fc.Arbitrary<Asked> {
  return reference(record).map((id) => ({ verb: 'read history', record, id }));
}

function tampering(): fc.Arbitrary<Asked> {
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('update' as const, 'delete' as const), reference('client'))
      .map(([how, id]): Asked => ({ verb: 'rewrite history', with: how, id })),
    reference('employee').map((id): Asked => ({ verb: 'overwrite password', id })),
  );
}

function erasing(): fc.Arbitrary<Asked> {
  const confirm = mostly(fc.constant(true), fc.constant(false));
  return fc
    .tuple(reference('client'), confirm)
    .map(([id, isConfirmed]) => ({ verb: 'erase', id, confirm: isConfirmed }));
}

function leaving(): fc.Arbitrary<Asked> {
  return fc
    .tuple(reference('employee'), fc.option(reference('employee')))
    .map(([id, handOverTo]) => ({ verb: 'deactivate', id, handOverTo }));
}

function intention(
  by: fc.Arbitrary<Person>,
  through: fc.Arbitrary<DoorName>,
  operation: fc.Arbitrary<Asked>,
): fc.Arbitrary<Intention> {
  const firstSession = mostly(fc.constant(false), fc.constant(true));
  return fc.record({ by, firstSession, through, operation });
}

/** Somebody is hired, logs in and chooses a password; some of it may not happen. */
function arrival(through: fc.Arbitrary<DoorName>): fc.Arbitrary<Intention[]> {
  return story(
    intention(manager, through, create('employee')),
    intention(latestEmployee, through, logIn),
    intention(latestEmployee, through, changePassword),
  );
}

/** Somebody moves to another department and logs in again, or does not. */
function move(through: fc.Arbitrary<DoorName>): fc.Arbitrary<Intention[]> {
  return fc
    .tuple(somebody, fc.constantFrom('sales', 'support', 'management'))
    .chain(([id, department]) =>
      story(
        intention(manager, through, employeeSet(id, { department })),
        intention(fc.constant(id), through, logIn),
      ),
    );
}

/** Somebody leaves, comes back, and goes on in the session of before. */
function comeback(through: fc.Arbitrary<DoorName>): fc.Arbitrary<Intention[]> {
  return somebody.chain((id) =>
    story(
      intention(manager, through, employeeSet(id, { active: false })),
      intention(manager, through, employeeSet(id, { active: true })),
      intention(fc.constant(id), through, deed),
    ),
  );
}

const somebody = fc
  .nat({ max: 6 })
  .map((nth): Reference => ({ to: 'employee', among: 'company', nth }));

function employeeSet(id: Reference, values: Written): fc.Arbitrary<Asked> {
  return fc.constant({ verb: 'update', record: 'employee', id, values });
}

function story(...parts: fc.Arbitrary<Intention>[]): fc.Arbitrary<Intention[]> {
  return fc
    .tuple(...parts.map((part) => fc.option(part)))
    .map((told) => told.filter((part) => part !== null));
}

function choice<Item>(...items: Weighted<Item>[]): fc.Arbitrary<Item> {
  return fc.oneof({ withCrossShrink: true }, ...items);
}
