import type { Client } from 'pg';
import type { Claims } from '../../src/server/database/claims.ts';
import type { ScaledCompany } from '../../src/server/demo/scale.ts';
import { newAccessSecret } from '../../src/server/identity/tokens.ts';

/** One of each department: of sales and support who runs a fifth of everything. */
export const people = {
  sales: 'salesperson',
  support: 'supporter',
  management: 'manager',
} as const satisfies Record<string, keyof ScaledCompany>;

export type Person = keyof typeof people;

/** Opens a session of someone for as long as a benchmark may take. */
export async function openSession(
  client: Client,
  email: string,
): Promise<{ claims: Claims; expiresAt: Date }> {
  const { secret, digest } = newAccessSecret();
  const { rows } = await client.query<Omit<Claims, 'secret'> & { expiresAt: Date }>(
    `with employee as (
       select id, department from crm.employee where email = $1),
     session as (
       insert into identity.session (employee_id) select id from employee returning id, employee_id),
     token as (
       insert into identity.access_token (secret_hash, session_id, expires_at)
       select $2, id, now() + interval '1 day' from session
       returning expires_at)
     select session.employee_id as "employeeId", session.id as "sessionId", department, expires_at as "expiresAt"
     from session, employee, token`,
    [email, digest],
  );
  const [opened] = rows;
  if (opened === undefined) throw new Error(`There is no ${email}.`);
  const { expiresAt, ...claims } = opened;
  return { claims: { ...claims, secret }, expiresAt };
}
