import type { Client } from 'pg';

/** How many of each record there are, and how many a bulk update changes. */
export const BULK = 1_000;

/** The secret of the access token of a department's session. */
export const secretOf = (department: string) => Buffer.alloc(32, department);

/** One of sales and one of support, who look after 1,000 clients, 1,000 drafts and 1,000 events. */
export async function fill(client: Client): Promise<void> {
  await client.query(`
    insert into crm.employee (full_name, email, department)
    select department, department || '@epic.example', department
    from unnest(array['sales', 'support', 'management']) department;

    insert into identity.credential (employee_id, password_hash, must_change)
    select id, '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', false from crm.employee;

    insert into identity.session (employee_id) select id from crm.employee;

    insert into identity.access_token (secret_hash, session_id, expires_at)
    select sha256(convert_to(left(repeat(department, 32), 32), 'UTF8')), session.id, now() + interval '1 day'
    from identity.session join crm.employee on employee.id = session.employee_id;

    insert into crm.client (full_name, email, phone, company_name, commercial_contact_id)
    select 'Client ' || nth, 'client' || nth || '@acme.example', '+33 1 02 03 04 05', 'Acme ' || nth, employee.id
    from generate_series(1, ${BULK}) nth, crm.employee where department = 'sales';

    insert into crm.contract (client_id, total_amount) select id, 1000 from crm.client order by id;

    insert into crm.contract (client_id, total_amount, status) select id, 1000, 'signed' from crm.client order by id;

    insert into crm.event (contract_id, title, support_contact_id, start_date, end_date, location, attendees, notes)
    select contract.id, 'Seminar', employee.id, now() + interval '30 days', now() + interval '31 days', 'Paris', 50, 'Bring chairs.'
    from crm.contract, crm.employee where status = 'signed' and department = 'support' order by contract.id`);
  await client.query('vacuum (analyze)');
}

/** Disables the triggers of history, notifications, versions and signals in this database. */
export async function switchOff(client: Client): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('alter table %s disable trigger %I', tgrelid::regclass, tgname) as statement
     from pg_trigger where tgname ~ '_(05_check_version|80_notify|90_record_|95_signal)' and not tgisinternal`,
  );
  for (const { statement } of rows) await client.query(statement);
  await client.query('vacuum (analyze)');
}
