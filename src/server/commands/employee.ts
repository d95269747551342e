import { readFileSync } from 'node:fs';
import { ApiError, OperatorError } from '../errors/errors.ts';
import {
  createEmployee,
  type NewEmployee,
  type RunStatement,
  resetPassword,
} from '../identity/employees.ts';
import { checkNewPassword } from '../identity/passwords.ts';
import { say, withOwner } from './owner.ts';

export interface CreateOptions {
  /** Does nothing where there is an employee already. */
  ifNone: boolean;
  /** Holds the one-time password. */
  passwordFile?: string;
}

/**
 * `epic-server employee create`, for the first manager. The one-time password goes to stdout, unless it comes from a file.
 */
export async function createEmployeeAsOperator(
  employee: NewEmployee,
  { ifNone, passwordFile }: CreateOptions,
): Promise<void> {
  const given = passwordFile === undefined ? undefined : await readPassword(passwordFile, employee);
  const created = await withOwner(async (inTransaction) => {
    if (ifNone && (await inTransaction(hasEmployees))) return null;
    return createEmployee(inTransaction, employee, given);
  });
  if (created === null) {
    say('There is an employee already: nothing was changed.');
    return;
  }
  say(`Employee ${created.id} was created: ${employee.fullName}, ${employee.department}.`);
  if (given === undefined) show(created.oneTimePassword);
  else say(`${firstLogin} Remove ${passwordFile} then.`);
}

/** What is in a file, without a line end. Throws an OperatorError when an employee could not choose it as a password. */
async function readPassword(file: string, employee: NewEmployee): Promise<string> {
  let password: string;
  try {
    password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new OperatorError(
      `${file} cannot be read.`,
      'Name a file with the password in --password-file.',
      error,
    );
  }
  await checkNewPassword(password, employee).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    throw new OperatorError(`${error.message} (${file})`, error.details.hint, error);
  });
  return password;
}

async function hasEmployees(run: RunStatement): Promise<boolean> {
  return (await run('select from crm.employee limit 1', [])).length > 0;
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

const firstLogin =
  'They log in with it within seven days, and then choose a password of their own.';

function show(oneTimePassword: string): void {
  say(firstLogin);
  say('It is not shown again:');
  process.stdout.write(`${oneTimePassword}\n`);
}
