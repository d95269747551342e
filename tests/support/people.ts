import type { Claims } from '../../src/server/database/claims.ts';
import { hashNewPassword } from '../../src/server/identity/passwords.ts';
import { newAccessSecret } from '../../src/server/identity/tokens.ts';
import type { TestDatabase } from './database.ts';

/** The password of every employee in the tests. */
export const password = 'correct horse battery';

/** Its hash, as it is stored. */
export const passwordHash = hashNewPassword(password);

/** Inserts an employee who can log in, and returns the id. */
export async function addEmployee(
  database: Pick<TestDatabase, 'query'>,
  employee: { email: string; department: string; fullName?: string; mustChange?: boolean },
): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    'insert into crm.employee (full_name, email, department) values ($1, $2, $3) returning id',
    [employee.fullName ?? 'Test Person', employee.email, employee.department],
  );
  const id = row?.id ?? 0;
  await database.query(
    'insert into identity.credential (employee_id, password_hash, must_change) values ($1, $2, $3)',
    [id, await passwordHash, employee.mustChange ?? false],
  );
  return id;
}

/** Inserts a client of a sales employee, and returns the id. */
export async function addClient(
  database: Pick<TestDatabase, 'query'>,
  commercialId: number,
  fullName = 'Jeanne Moreau',
): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    `insert into crm.client (full_name, email, phone, commercial_contact_id)
     values ($1, 'jeanne.moreau@client.example', '+33 6 12 34 56 78', $2) returning id`,
    [fullName, commercialId],
  );
  return row?.id ?? 0;
}

/** Opens a session of an employee, without logging in, and returns the claims of its access token. */
export async function openSession(database: TestDatabase, employeeId: number): Promise<Claims> {
  const { secret, digest } = newAccessSecret();
  const [session] = await database.query<{ id: string; department: string }>(
    `with session as (
       insert into identity.session (employee_id) values ($1) returning id, employee_id),
     token as (
       insert into identity.access_token (secret_hash, session_id, expires_at)
       select $2, id, now() + interval '15 minutes' from session)
     select session.id, department from session join crm.employee on employee.id = employee_id`,
    [employeeId, digest],
  );
  if (session === undefined) throw new Error(`There is no employee ${employeeId}.`);
  return { employeeId, sessionId: session.id, department: session.department, secret };
}
