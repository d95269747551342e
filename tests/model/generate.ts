import fc from 'fast-check';
import type {
  ActorReference,
  DriverName,
  GeneratedStep,
  Operation,
  Reference,
} from './operations.ts';
import { among, mostly, reference } from './references.ts';
import type { RecordName } from './state.ts';
import { changedValues, type GeneratedValues, newValues } from './values.ts';

// Random steps of random employees. Everything shrinks to its first and simplest form.

type GeneratedOperation = Operation<Reference>;
type Weights = Partial<Record<RecordName, number>>;
interface Weighted<Item> {
  weight: number;
  arbitrary: fc.Arbitrary<Item>;
}

/** Sequences of some sixty steps at most. */
export function sequences(drivers: readonly DriverName[]): fc.Arbitrary<GeneratedStep[]> {
  const via = driverOf(drivers, 3);
  const viaForLogin = driverOf(drivers, 15); // hashing a password is slow
  const one = (part: GeneratedStep) => [part];
  const part = choice(
    { weight: 100, arbitrary: generatedStep(anyActor, via, anyOperation).map(one) },
    { weight: 5, arbitrary: generatedStep(anyActor, viaForLogin, credentialOperation).map(one) },
    { weight: 2, arbitrary: onboarding(viaForLogin) },
    { weight: 2, arbitrary: departmentChange(viaForLogin) },
    { weight: 2, arbitrary: reactivation(via) },
    { weight: 2, arbitrary: sessionOf(logInToRead, via, viaForLogin) },
    { weight: 2, arbitrary: sessionOf(logInThroughProgram, via, viaForLogin) },
    { weight: 2, arbitrary: enrolment(via, viaForLogin) },
  );
  const parts = fc.array(part, { maxLength: 60, size: 'max' });
  return fc.noBias(parts.map((parts) => parts.flat()));
}

/** A driver; SQL `sqlWeight` times as often as the API. */
function driverOf(drivers: readonly DriverName[], sqlWeight: number): fc.Arbitrary<DriverName> {
  const weights = { SQL: sqlWeight, GraphQL: 1 };
  return choice(
    ...drivers.map((driver) => ({ weight: weights[driver], arbitrary: fc.constant(driver) })),
  );
}

/** Emma or Felix. */
const manager = fc
  .nat({ max: 1 })
  .map((nth): Reference => ({ to: 'employee', among: 'initial', nth: 5 + nth }));

const anyActor = choice<ActorReference>(
  { weight: 14, arbitrary: among('employee', 'initial', 6) },
  { weight: 12, arbitrary: fc.constant('responsible') },
  { weight: 6, arbitrary: manager },
  { weight: 3, arbitrary: among('employee', 'created') },
  { weight: 1, arbitrary: among('employee', 'initial') },
  { weight: 1, arbitrary: fc.constant(null) },
);

const latestEmployee = fc.constant<Reference>({ to: 'employee', among: 'created', nth: 0 });

const logIn = mostly(fc.constant(false), fc.constant(true)).map(
  (readOnly): GeneratedOperation => ({ verb: 'log in', readOnly }),
);
const secondFactor = fc.constantFrom<GeneratedOperation>(
  { verb: 'enable second factor' },
  { verb: 'confirm second factor' },
  { verb: 'disable second factor' },
);
const logInToRead = fc.constant<GeneratedOperation>({ verb: 'log in', readOnly: true });
const logInThroughProgram = fc.constant<GeneratedOperation>({ verb: 'log in through a program' });
const changePassword = fc.constant<GeneratedOperation>({ verb: 'change password' });

const anyOperation = choice<GeneratedOperation>(
  ...eachRecord(create, {
    client: 4,
    contract: 6,
    payment: 9,
    event: 7,
    note: 4,
    employee: 2,
    notification: 1,
  }),
  ...eachRecord(update, {
    client: 9,
    contract: 12,
    event: 12,
    employee: 7,
    note: 5,
    notification: 5,
    payment: 1,
  }),
  ...eachRecord(remove, {
    client: 1,
    contract: 3,
    event: 3,
    employee: 4,
    note: 2,
    notification: 1,
    payment: 1,
  }),
  ...eachRecord(read, {
    client: 1,
    contract: 1,
    payment: 1,
    event: 1,
    employee: 1,
    note: 1,
    notification: 2,
  }),
  ...eachRecord(readHistory, { client: 1, contract: 1, note: 1, employee: 2 }),
  { weight: 2, arbitrary: tamper() },
  { weight: 2, arbitrary: erase() },
  { weight: 3, arbitrary: merge() },
  { weight: 6, arbitrary: deactivate() },
  { weight: 2, arbitrary: fc.constant({ verb: 'log out' }) },
);

const credentialOperation = choice<GeneratedOperation>(
  { weight: 5, arbitrary: logIn },
  { weight: 1, arbitrary: logInThroughProgram },
  { weight: 1, arbitrary: changePassword },
  { weight: 1, arbitrary: secondFactor },
);

function eachRecord(
  operation: (record: RecordName) => fc.Arbitrary<GeneratedOperation>,
  weights: Weights,
): Weighted<GeneratedOperation>[] {
  const names = Object.keys(weights) as RecordName[];
  return names.map((record) => ({ weight: weights[record] ?? 0, arbitrary: operation(record) }));
}

function create(record: RecordName): fc.Arbitrary<GeneratedOperation> {
  return newValues(record).map((values) => ({ verb: 'create', record, values }));
}

function update(record: RecordName): fc.Arbitrary<GeneratedOperation> {
  return fc
    .tuple(target(record), changedValues(record))
    .map(([id, values]) => ({ verb: 'update', record, id, values }));
}

function remove(record: RecordName): fc.Arbitrary<GeneratedOperation> {
  return target(record).map((id) => ({ verb: 'delete', record, id }));
}

function target(record: RecordName) {
  return choice<Reference | 'all'>(
    { weight: 30, arbitrary: reference(record) },
    { weight: 1, arbitrary: fc.constant('all') },
  );
}

function read(record: RecordName): fc.Arbitrary<GeneratedOperation> {
  return fc.constant({ verb: 'read', record });
}

function readHistory(record: RecordName): fc.Arbitrary<GeneratedOperation> {
  return reference(record).map((id) => ({ verb: 'read history', record, id }));
}

function tamper(): fc.Arbitrary<GeneratedOperation> {
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('update' as const, 'delete' as const), reference('client'))
      .map(([how, id]): GeneratedOperation => ({ verb: 'rewrite history', with: how, id })),
    reference('employee').map((id): GeneratedOperation => ({ verb: 'overwrite password', id })),
  );
}

function erase(): fc.Arbitrary<GeneratedOperation> {
  const confirm = mostly(fc.constant(true), fc.constant(false));
  return fc
    .tuple(reference('client'), confirm)
    .map(([id, isConfirmed]) => ({ verb: 'erase', id, confirm: isConfirmed }));
}

function merge(): fc.Arbitrary<GeneratedOperation> {
  return fc
    .tuple(reference('client'), reference('client'))
    .map(([id, merged]) => ({ verb: 'merge', id, merged }));
}

function deactivate(): fc.Arbitrary<GeneratedOperation> {
  return fc
    .tuple(reference('employee'), fc.option(reference('employee')))
    .map(([id, handOverTo]) => ({ verb: 'deactivate', id, handOverTo }));
}

function generatedStep(
  by: fc.Arbitrary<ActorReference>,
  via: fc.Arbitrary<DriverName>,
  operation: fc.Arbitrary<GeneratedOperation>,
): fc.Arbitrary<GeneratedStep> {
  const firstSession = mostly(fc.constant(false), fc.constant(true));
  return fc.record({ by, firstSession, via, operation });
}

/** An employee is created, logs in and changes their password; any step may be left out. */
function onboarding(via: fc.Arbitrary<DriverName>): fc.Arbitrary<GeneratedStep[]> {
  return scenario(
    generatedStep(manager, via, create('employee')),
    generatedStep(latestEmployee, via, logIn),
    generatedStep(latestEmployee, via, changePassword),
  );
}

/** An employee moves to another department and logs in again; any step may be left out. */
function departmentChange(via: fc.Arbitrary<DriverName>): fc.Arbitrary<GeneratedStep[]> {
  return fc
    .tuple(activeEmployee, fc.constantFrom('sales', 'support', 'management'))
    .chain(([id, department]) =>
      scenario(
        generatedStep(manager, via, employeeUpdate(id, { department })),
        generatedStep(fc.constant(id), via, logIn),
      ),
    );
}

/** An employee is deactivated, activated again, and uses the former session; any step may be left out. */
function reactivation(via: fc.Arbitrary<DriverName>): fc.Arbitrary<GeneratedStep[]> {
  return activeEmployee.chain((id) =>
    scenario(
      generatedStep(manager, via, employeeUpdate(id, { active: false })),
      generatedStep(manager, via, employeeUpdate(id, { active: true })),
      generatedStep(fc.constant(id), via, anyOperation),
    ),
  );
}

/** A manager logs in, enables the second factor, and does as always in the session before or after; any step may be left out. */
function enrolment(
  via: fc.Arbitrary<DriverName>,
  viaForLogin: fc.Arbitrary<DriverName>,
): fc.Arbitrary<GeneratedStep[]> {
  const enable = fc.constant<GeneratedOperation>({ verb: 'enable second factor' });
  const whatNeedsIt = fc.oneof(
    create('employee'),
    update('employee'),
    erase(),
    merge(),
    deactivate(),
  );
  const eitherSession = fc.boolean();
  return manager.chain((by) => {
    const them = fc.constant(by);
    const attempt = fc
      .tuple(generatedStep(them, via, whatNeedsIt), eitherSession)
      .map(([step, firstSession]): GeneratedStep => ({ ...step, firstSession }));
    return scenario(
      generatedStep(them, viaForLogin, logIn),
      generatedStep(them, viaForLogin, enable),
      attempt,
      generatedStep(them, viaForLogin, secondFactor),
      attempt,
    );
  });
}

/** An employee opens a session in some way, and then does as always. */
function sessionOf(
  opening: fc.Arbitrary<GeneratedOperation>,
  via: fc.Arbitrary<DriverName>,
  viaForLogin: fc.Arbitrary<DriverName>,
): fc.Arbitrary<GeneratedStep[]> {
  return activeEmployee.chain((id) => {
    const steps = generatedStep(fc.constant(id), via, fc.oneof(anyOperation, credentialOperation));
    return fc
      .tuple(
        generatedStep(fc.constant(id), viaForLogin, opening),
        fc.array(steps, { minLength: 1, maxLength: 4 }),
      )
      .map(([first, others]) => [first, ...others]);
  });
}

const activeEmployee = fc
  .nat({ max: 6 })
  .map((nth): Reference => ({ to: 'employee', among: 'initial', nth }));

function employeeUpdate(id: Reference, values: GeneratedValues): fc.Arbitrary<GeneratedOperation> {
  return fc.constant({ verb: 'update', record: 'employee', id, values });
}

function scenario(...parts: fc.Arbitrary<GeneratedStep>[]): fc.Arbitrary<GeneratedStep[]> {
  return fc
    .tuple(...parts.map((part) => fc.option(part)))
    .map((steps) => steps.filter((part) => part !== null));
}

function choice<Item>(...items: Weighted<Item>[]): fc.Arbitrary<Item> {
  return fc.oneof({ withCrossShrink: true }, ...items);
}
