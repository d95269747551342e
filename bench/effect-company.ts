import type { Client } from 'pg';
import { switchOff } from './writes-company.ts';

/** A large company: 300 active employees, and contracts shared among those of sales. */
export async function fill(client: Client, contracts: number): Promise<void> {
  // what triggers derive is given; neither history nor notifications are asked
  await switchOff(client);
  await client.query(`set session_replication_role = replica`);
  await client.query(`
    insert into crm.employee (full_name, email, department)
    select 'Employee ' || nth, 'employee' || nth || '@epic.example',
           case when nth <= 200 then 'sales' when nth <= 280 then 'support' else 'management' end
    from generate_series(1, 300) nth`);
  await client.query(`
    insert into crm.client (full_name, email, phone, company_name, commercial_contact_id)
    select 'Client ' || nth, 'client' || nth || '@acme.example', '+33 1 02 03 04 05', 'Acme ' || nth, 1 + nth % 200
    from generate_series(1, ${contracts} / 10) nth`);
  await client.query(`
    insert into crm.contract (client_id, commercial_id, total_amount, amount_to_be_paid, status, signed_at)
    select client.id, client.commercial_contact_id, 1000, 1000, status,
           case when status = 'signed' then now() end
    from crm.client
    cross join unnest(array['draft', 'draft', 'signed', 'signed', 'signed', 'signed', 'signed', 'signed', 'signed', 'cancelled']) status`);
  await client.query('reset session_replication_role');
  await client.query('vacuum (analyze)');
}
