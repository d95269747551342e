-- Reports: counted by the database with the rights of the caller. Their result types are in the migration `records`.


create or replace function crm.pipeline_by_age() returns setof crm.pipeline_band
language sql stable security invoker
set search_path = ''
as $$
  with drafts as (
    select case
             when contract.creation_date > now() - 31 * interval '24 hours' then 0
             when contract.creation_date > now() - 91 * interval '24 hours' then 31
             else 91
           end as from_days,
           count(*) as contracts, sum(contract.total_amount) as amount
    from crm.contract
    where contract.status = 'draft'
    group by 1
  )
  select from_days, band.to_days, coalesce(drafts.contracts, 0), coalesce(drafts.amount, 0)
  from (values (0, 30), (31, 90), (91, null)) band (from_days, to_days)
  left join drafts using (from_days)
  order by from_days
$$;
comment on function crm.pipeline_by_age() is
  'The drafts by age: up to 30 days, up to 90, and older.';


create or replace function crm.revenue_by_month(first_day date, last_day date, time_zone text)
returns setof crm.month_revenue
language plpgsql stable strict security invoker
set search_path = ''
as $$
begin
  if last_day > first_day + interval '100 years' then
    raise invalid_parameter_value using
      constraint = 'report_is_at_most_100_years', column = 'last_day', message = 'A report covers at most 100 years.';
  end if;
  return query
    with signed as (
      select date_trunc('month', contract.signed_at at time zone time_zone) as month,
             count(*)::integer as contracts, sum(contract.total_amount) as amount
      from crm.contract
      where contract.status = 'signed'
        and contract.signed_at >= first_day::timestamp at time zone time_zone
        and contract.signed_at < (last_day + 1)::timestamp at time zone time_zone
      group by 1
    ),
    paid as (
      select date_trunc('month', payment.paid_on::timestamp) as month, sum(payment.amount) as amount
      from crm.payment
      where payment.paid_on between first_day and last_day
      group by 1
    )
    select month::date, coalesce(signed.contracts, 0),
           coalesce(signed.amount, 0)::numeric(16,2), coalesce(paid.amount, 0)::numeric(16,2)
    from generate_series(date_trunc('month', first_day::timestamp), last_day::timestamp, interval '1 month') month
    left join signed using (month)
    left join paid using (month)
    where first_day <= last_day
    order by month;
end
$$;
comment on function crm.revenue_by_month(date, date, text) is
'What was signed and what was paid between two days, month by month. Months without either are there too. Over 100 years are an error.
- `first_day`: The first day that counts.
- `last_day`: The last day that counts.
- `time_zone`: Where a day begins and ends, for what was signed, such as Europe/Paris.';


create or replace function crm.revenue_by_salesperson(first_day date, last_day date, time_zone text)
returns setof crm.salesperson_revenue
language sql stable strict security invoker
set search_path = ''
as $$
  with signed as (
    select contract.commercial_id as employee_id, count(*) as contracts, sum(contract.total_amount) as amount
    from crm.contract
    where contract.status = 'signed'
      and contract.signed_at >= first_day::timestamp at time zone time_zone
      and contract.signed_at < (last_day + 1)::timestamp at time zone time_zone
    group by 1
  ),
  paid as (
    select contract.commercial_id as employee_id, sum(payment.amount) as amount
    from crm.payment
    join crm.contract on contract.id = payment.contract_id
    where payment.paid_on between first_day and last_day
    group by 1
  )
  select employee.id, employee.full_name,
         coalesce(signed.contracts, 0), coalesce(signed.amount, 0), coalesce(paid.amount, 0)
  from crm.employee
  left join signed on signed.employee_id = employee.id
  left join paid on paid.employee_id = employee.id
  where (employee.department = 'sales' and employee.active)
     or signed.employee_id is not null
     or paid.employee_id is not null
  order by coalesce(signed.amount, 0) desc, employee.full_name, employee.id
$$;
comment on function crm.revenue_by_salesperson(date, date, text) is
'What was signed and what was paid between two days, by the sales employee who looks after the client today, the most signed first. Every active sales employee is there, and every other who has any.
- `first_day`: The first day that counts.
- `last_day`: The last day that counts.
- `time_zone`: Where a day begins and ends, for what was signed, such as Europe/Paris.';


create or replace function crm.overdue_by_salesperson() returns setof crm.overdue_share
language sql stable security invoker
set search_path = ''
as $$
  select employee.id, employee.full_name, count(*), sum(contract.amount_to_be_paid), min(contract.signed_at)
  from crm.contract
  join crm.employee on employee.id = contract.commercial_id
  where crm.contract_is_overdue(contract)
  group by employee.id
  order by sum(contract.amount_to_be_paid) desc, employee.full_name, employee.id
$$;
comment on function crm.overdue_by_salesperson() is
  'What is overdue, by the sales employee who looks after the client: signed more than 30 days ago, and not paid in full. The most first.';


create or replace function crm.load_by_support_contact(first_day date, last_day date, time_zone text)
returns setof crm.support_load
language sql stable strict security invoker
set search_path = ''
as $$
  with during as (
    select event.support_contact_id as employee_id, count(*) as events
    from crm.event
    where event.status <> 'cancelled'
      and event.start_date >= first_day::timestamp at time zone time_zone
      and event.start_date < (last_day + 1)::timestamp at time zone time_zone
    group by 1
  ),
  upcoming as (
    select event.support_contact_id as employee_id, count(*) as events, min(event.start_date) as next_start
    from crm.event
    where event.status <> 'cancelled'
      and event.start_date >= now()
    group by 1
  ),
  person as (
    select employee.id, employee.full_name, employee.department = 'support' and employee.active as is_expected
    from crm.employee
    union all
    select null, null, false
  )
  select person.id, person.full_name, coalesce(during.events, 0), coalesce(upcoming.events, 0), upcoming.next_start
  from person
  left join during on during.employee_id is not distinct from person.id
  left join upcoming on upcoming.employee_id is not distinct from person.id
  where person.is_expected or during.events > 0 or upcoming.events > 0
  order by coalesce(upcoming.events, 0) desc, person.full_name, person.id
$$;
comment on function crm.load_by_support_contact(date, date, text) is
'The events of each support employee, but for cancelled ones: those that begin between two days, and those still to come. Those with the most to come first. Every active support employee is there, every other who has events, and a row without an employee for events without a support contact.
- `first_day`: The first day that counts.
- `last_day`: The last day that counts.
- `time_zone`: Where a day begins and ends, such as Europe/Paris.';
