import { OperatorError } from '../errors/errors.ts';
import {
  createEmployee,
  type NewEmployee,
  type RunStatement,
  resetPassword,
} from '../identity/employees.ts';
import { say, withOwner } from './owner.ts';

/** `epic-server employee create`, for the first manager. The one-time password goes to stdout. */
export async function createEmployeeAsOperator(employee: NewEmployee): Promise<void> {
  const { id, oneTimePassword } = await withOwner((inTransaction) =>
    createEmployee(inTransaction, employee),
  );
  say(`Employee ${id} was created: ${employee.fullName}, ${employee.department}.`);
  show(oneTimePassword);
}

/**
 * `epic-server employee reset-password`, for a manager when there is no other one, or whose first password has expired.
 * The one-time password goes to stdout.
 */
export async function resetPasswordAsOperator(email: string): Promise<void> {
  const { oneTimePassword } = await withOwner(async (inTransaction) => {
    const id = await inTransaction((run) => idOf(run, email));
    return resetPassword(inTransaction, id);
  });
  say(`The password of ${email} was reset, and their sessions have ended.`);
  show(oneTimePassword);
}

/**
 * `epic-server employee reset-second-factor`, for an employee who has lost their phone and has no recovery code left.
 * Their sessions end.
 */
export async function resetSecondFactorAsOperator(email: string): Promise<void> {
  await withOwner((inTransaction) =>
    inTransaction(async (run) => {
      await run('select identity.reset_second_factor($1)', [await idOf(run, email)]);
    }),
  );
  say(`The second factor of ${email} was removed, and their sessions have ended.`);
  say('They log in with their password alone, and can enable another: epic second-factor enable');
}

async function idOf(run: RunStatement, email: string): Promise<number> {
  const [employee] = await run<{ id: number }>(
    'select id from crm.employee where lower(email) = lower($1)',
    [email],
  );
  if (employee === undefined) throw new OperatorError(`There is no employee with ${email}.`);
  return employee.id;
}

function show(oneTimePassword: string): void {
  say('They log in with it within seven days, and then choose a password of their own.');
  say('It is not shown again:');
  process.stdout.write(`${oneTimePassword}\n`);
}
