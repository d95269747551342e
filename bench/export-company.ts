import type { Client } from 'pg';
import { hashNewPassword } from '../src/server/identity/passwords.ts';

/** The employee who exports. */
export const exporter = { email: 'sales@epic.example', password: 'correct horse battery' };

/** One of sales and one of management, and so many contracts of a fifth as many clients, a third of them signed. */
export async function fill(client: Client, contracts: number): Promise<void> {
  await client.query(
    `insert into crm.employee (full_name, email, department)
     select initcap(department) || ' employee', department || '@epic.example', department
     from unnest(array['sales', 'management']) department`,
  );
  await client.query(
    `insert into identity.credential (employee_id, password_hash, must_change)
     select id, $1, false from crm.employee`,
    [await hashNewPassword(exporter.password)],
  );
  // History, notifications and mail jobs of these rows would take longer than the measurement.
  await client.query(
    'alter table crm.client disable trigger user; alter table crm.contract disable trigger user',
  );
  await client.query(
    `insert into crm.client (full_name, email, company_name, commercial_contact_id)
     select 'Client ' || nth, 'client' || nth || '@acme.example', 'Acme ' || nth, employee.id
     from generate_series(1, $1::integer) nth, crm.employee where department = 'sales'`,
    [Math.ceil(contracts / 5)],
  );
  await client.query(
    `insert into crm.contract (client_id, commercial_id, total_amount, amount_to_be_paid, status, signed_at)
     select client.id, commercial_contact_id, 1000 + nth, nth,
            case when nth % 3 = 0 then 'signed' else 'draft' end, case when nth % 3 = 0 then now() end
     from crm.client, generate_series(1, 5) nth
     order by nth, client.id
     limit $1`,
    [contracts],
  );
  await client.query(
    'alter table crm.client enable trigger user; alter table crm.contract enable trigger user',
  );
  await client.query('vacuum (analyze)');
}
