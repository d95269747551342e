import { hashNewPassword, oneTimePassword } from './passwords.ts';

// Hashes one-time passwords; the database decides who may set them.

/** Runs one statement of an open transaction. */
export type RunStatement = <Row>(text: string, values: unknown[]) => Promise<readonly Row[]>;

export type NewEmployee = {
  fullName: string;
  email: string;
  phone?: string | null | undefined;
  department: string;
};

/** Runs statements in one transaction. */
export type InTransaction = <Result>(
  work: (run: RunStatement) => Promise<Result>,
) => Promise<Result>;

/**
 * Creates an employee with a one-time password, in the caller's transaction and with the caller's rights.
 * The password is in the result and nowhere else.
 */
export async function createEmployee(
  inTransaction: InTransaction,
  { fullName, email, phone, department }: NewEmployee,
  password = oneTimePassword(),
): Promise<{ id: number; oneTimePassword: string }> {
  const passwordHash = await hashNewPassword(password);
  const id = await inTransaction(async (run) => {
    const [employee] = await run<{ id: number }>(
      `insert into crm.employee (full_name, email, phone, department)
       values ($1, $2, $3, $4) returning id`,
      [fullName, email, phone ?? null, department],
    );
    if (employee === undefined) throw new Error('The insert returned no row.');
    await run('insert into identity.credential (employee_id, password_hash) values ($1, $2)', [
      employee.id,
      passwordHash,
    ]);
    return employee.id;
  });
  return { id, oneTimePassword: password };
}

/**
 * Gives an employee a new one-time password, in the caller's transaction and with the caller's rights. It ends their
 * sessions. The password is in the result and nowhere else.
 */
export async function resetPassword(
  inTransaction: InTransaction,
  employeeId: number,
): Promise<{ id: number; oneTimePassword: string }> {
  const password = oneTimePassword();
  const passwordHash = await hashNewPassword(password);
  await inTransaction((run) =>
    run('select crm.reset_password($1, $2)', [employeeId, passwordHash]),
  );
  return { id: employeeId, oneTimePassword: password };
}
