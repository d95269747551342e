import { hashNewPassword } from '../../../src/server/identity/passwords.ts';
import type { TestDatabase } from '../../support/database.ts';

/** The password of everybody that `addEmployee` makes. */
export const password = 'correct horse battery';

const hashed = hashNewPassword(password);

/** Puts an employee into the database, as if they had long been there. Gives the id. */
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
    [id, await hashed, employee.mustChange ?? false],
  );
  return id;
}

/** Puts a client of a sales employee into the database. Gives the id. */
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
