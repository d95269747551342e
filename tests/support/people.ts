import { hashNewPassword } from '../../src/server/identity/passwords.ts';
import type { TestDatabase } from './database.ts';

/** The password of every employee in the tests. */
export const password = 'correct horse battery';

/** Its hash, as it is stored. */
export const passwordHash = hashNewPassword(password);

/** Inserts an employee who can log in, and returns the id. */
export async function addEmployee(
  database: TestDatabase,
  employee: { email: string; department: string; fullName?: string; mustChange?: boolean },
): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    'insert into crm.employee (full_name, email, department) values ($1, $2, $3) returning id',
    [employee.fullName ?? 'Test Person', employee.email, employee.department],
  );
  const id = row?.id ?? 0;
  await database.query(
    'insert into auth.credential (employee_id, password_hash, must_change) values ($1, $2, $3)',
    [id, await passwordHash, employee.mustChange ?? false],
  );
  return id;
}

/** Inserts a client of a sales employee, and returns the id. */
export async function addClient(
  database: TestDatabase,
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
