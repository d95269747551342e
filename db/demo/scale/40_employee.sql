-- Employees, and what they have been notified of: the last 200, of which a sixth is unread. Needs the other tables and
-- their indexes.

create or replace function pg_temp.fill_employee() returns void
language plpgsql
as $$
declare
  seed      constant integer := pg_temp.setting('seed');
  employees constant integer := pg_temp.setting('employees');
  today     constant double precision := pg_temp.today();
begin
  insert into crm.employee (id, full_name, email, phone, department, active, creation_date)
  overriding system value
  select id, full_name,
    crm_private.normalize_text(replace(full_name, ' ', '.')) || '@epicevents.example',
    '+33 1 99 ' || to_char(id, 'FM00 00 00'),
    case
      when id <= pg_temp.salespeople(employees) then 'sales'
      when id <= pg_temp.salespeople(employees) + pg_temp.supporters(employees) then 'support'
      else 'management'
    end,
    id not in (pg_temp.salespeople(employees), pg_temp.salespeople(employees) + pg_temp.supporters(employees)),
    to_timestamp(today - 2190 * 86400 * (1 - id / 2.0 / employees))
  from (
    -- of 900 pairs of names each comes once
    select id, pg_temp.given_name(id) || ' ' || pg_temp.family_name(1 + 50 * (7 * id + id / 30 + seed)::bigint) as full_name
    from generate_series(1, employees) id
  ) employee;

  insert into crm.notification (recipient_id, kind, subject, event_id, contract_id, old_values, new_values, created_at, read_at)
  select recipient_id, kind, subject, event_id, contract_id, old_values, new_values, created_at,
    case when nth > 30 or (nth + recipient_id) % 7 = 0 then least(created_at + interval '5 hours', to_timestamp(today)) end
  from (
    select employee.id as recipient_id, about.*,
      row_number() over (partition by employee.id order by about.created_at desc, about.event_id, about.contract_id) as nth
    from crm.employee
    cross join lateral (
      (
        select 'event_assigned' as kind, event.title as subject, event.id as event_id, null::integer as contract_id,
          '{"support_contact": null, "support_contact_id": null}'::jsonb as old_values,
          jsonb_build_object('support_contact_id', employee.id, 'support_contact', employee.full_name) as new_values,
          least(event.start_date - interval '200 days', to_timestamp(today - 3600 * (event.id % 700))) as created_at
        from crm.event
        where employee.department = 'support' and event.support_contact_id = employee.id
        order by event.start_date desc, event.id
        limit 200
      )
      union all
      (
        select 'contract_signed', client.company_name, null, contract.id,
          null, jsonb_build_object('total_amount', contract.total_amount::text), contract.signed_at
        from (
          select * from crm.contract
          where employee.department = 'sales' and contract.commercial_id = employee.id and contract.status = 'signed'
          order by contract.id desc
          limit 200
        ) contract
        join crm.client on client.id = contract.client_id
      )
      union all
      (
        select 'contract_signed', client.company_name, null, contract.id,
          null, jsonb_build_object('total_amount', contract.total_amount::text), contract.signed_at
        from (
          select * from crm.contract
          where employee.department = 'management' and contract.status = 'signed'
          order by contract.id desc
          limit 200
        ) contract
        join crm.client on client.id = contract.client_id
      )
    ) about
    where employee.active
  ) notification
  order by created_at, recipient_id, event_id, contract_id;

  perform setval('crm.client_id_seq', (select max(id) from crm.client)),
    setval('crm.contract_id_seq', (select max(id) from crm.contract)),
    setval('crm.payment_id_seq', (select max(id) from crm.payment)),
    setval('crm.event_id_seq', (select max(id) from crm.event)),
    setval('crm.employee_id_seq', (select max(id) from crm.employee));
end
$$;
