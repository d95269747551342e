-- Reports: counted by the database with the rights of the caller. Their result types are in the migration `records`.
--
-- They add up totals of days in UTC (totals.sql). Where a period begins or ends between two midnights, the records up to the
-- nearest one are added, or taken off again. The functions that do so are inlined.


create or replace function crm_private.nearest_day(instant timestamptz) returns date
language sql immutable parallel safe
return ((instant + interval '12 hours') at time zone 'UTC')::date;
comment on function crm_private.nearest_day(timestamptz) is
  'The day that begins at the midnight in UTC that is nearest to an instant.';


-- `offset 0`, here and below, keeps PostgreSQL from joining the bounds in another order: they are computed first, and looked
-- up in an index.

create or replace function crm_private.nearest_days(from_time timestamptz, to_time timestamptz)
returns table (from_day date, to_day date)
language sql immutable parallel safe
begin atomic
  select crm_private.nearest_day(from_time), crm_private.nearest_day(to_time) offset 0;
end;
comment on function crm_private.nearest_days(timestamptz, timestamptz) is
  'The days whose totals are nearest to a period: from the first until before the second.';


create or replace function crm_private.parts_of_days(from_time timestamptz, to_time timestamptz)
returns table (from_instant timestamptz, to_instant timestamptz, sign integer)
language sql immutable parallel safe
begin atomic
  select least(bound, midnight), greatest(bound, midnight), case when midnight < bound then sign else -sign end
  from (
    values (from_time, crm_private.nearest_day(from_time)::timestamp at time zone 'UTC', -1),
           (to_time, crm_private.nearest_day(to_time)::timestamp at time zone 'UTC', 1)
  ) part (bound, midnight, sign)
  offset 0;
end;
comment on function crm_private.parts_of_days(timestamptz, timestamptz) is
  'What a period has more (1) or less (-1) than the days that are nearest to it.';


create or replace function crm_private.drafts_between(from_time timestamptz, to_time timestamptz)
returns table (records bigint, amount numeric)
language sql stable parallel safe security invoker
begin atomic
  select total.records, total.amount
  from crm_private.nearest_days(from_time, to_time) period
  join crm_private.daily_total total on total.day >= period.from_day and total.day < period.to_day
  where total.subject = 'draft'
  union all
  select part.sign, part.sign * contract.total_amount
  from crm_private.parts_of_days(from_time, to_time) part
  cross join lateral (
    select total_amount
    from crm.contract
    where creation_date >= part.from_instant and creation_date < part.to_instant and status = 'draft'
    offset 0
  ) contract;
end;
comment on function crm_private.drafts_between(timestamptz, timestamptz) is
  'The drafts that were entered from an instant until before another: how many and their totals, to be summed up.';


create or replace function crm_private.signed_between(from_time timestamptz, to_time timestamptz)
returns table (employee_id integer, records bigint, amount numeric)
language sql stable parallel safe security invoker
begin atomic
  select total.employee_id, total.records, total.amount
  from crm_private.nearest_days(from_time, to_time) period
  join crm_private.daily_total total on total.day >= period.from_day and total.day < period.to_day
  where total.subject = 'signed'
  union all
  select contract.commercial_id, part.sign, part.sign * contract.total_amount
  from crm_private.parts_of_days(from_time, to_time) part
  cross join lateral (
    select commercial_id, total_amount
    from crm.contract
    where signed_at >= part.from_instant and signed_at < part.to_instant and status = 'signed'
    offset 0
  ) contract;
end;
comment on function crm_private.signed_between(timestamptz, timestamptz) is
  'The contracts that were signed from an instant until before another, by sales contact: how many and their totals, to be summed up.';


create or replace function crm_private.events_between(from_time timestamptz, to_time timestamptz)
returns table (employee_id integer, records bigint)
language sql stable parallel safe security invoker
begin atomic
  select total.employee_id, total.records
  from crm_private.nearest_days(from_time, to_time) period
  join crm_private.daily_total total on total.day >= period.from_day and total.day < period.to_day
  where total.subject = 'event'
  union all
  select event.support_contact_id, part.sign
  from crm_private.parts_of_days(from_time, to_time) part
  cross join lateral (
    select support_contact_id
    from crm.event
    where start_date >= part.from_instant and start_date < part.to_instant and status <> 'cancelled'
    offset 0
  ) event;
end;
comment on function crm_private.events_between(timestamptz, timestamptz) is
  'The events that begin from an instant until before another, but for cancelled ones, by support contact: how many, to be summed up.';


create or replace function crm.pipeline_by_age() returns setof crm.pipeline_band
language sql stable security invoker
set search_path = ''
as $$
  select band.from_days, band.to_days, coalesce(sum(draft.records), 0), coalesce(sum(draft.amount), 0)
  from (
    select from_days, to_days,
           -- those of a band's last instant are in it
           coalesce(now() - (to_days + 1) * interval '24 hours' + interval '1 microsecond', '-infinity') as from_time,
           case from_days when 0 then 'infinity' else now() - from_days * interval '24 hours' + interval '1 microsecond' end as to_time
    from (values (0, 30), (31, 90), (91, null)) days (from_days, to_days)
    offset 0
  ) band
  left join lateral crm_private.drafts_between(band.from_time, band.to_time) draft on true
  group by band.from_days, band.to_days
  order by band.from_days
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
    select month.first_day, signed.contracts::integer, signed.amount::numeric(16,2), paid.amount::numeric(16,2)
    from (
      select start::date as first_day,
             greatest(start::date, revenue_by_month.first_day) as from_day,
             least((start + interval '1 month')::date, revenue_by_month.last_day + 1) as to_day
      from generate_series(date_trunc('month', revenue_by_month.first_day::timestamp), revenue_by_month.last_day::timestamp, interval '1 month') start
    ) month
    cross join lateral (
      select coalesce(sum(found.records), 0) as contracts, coalesce(sum(found.amount), 0) as amount
      from crm_private.signed_between(month.from_day::timestamp at time zone time_zone, month.to_day::timestamp at time zone time_zone) found
    ) signed
    cross join lateral (
      select coalesce(sum(total.amount), 0) as amount
      from crm_private.daily_total total
      where total.subject = 'paid' and total.day >= month.from_day and total.day < month.to_day
    ) paid
    where revenue_by_month.first_day <= revenue_by_month.last_day
    order by month.first_day;
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
    select employee_id, sum(records) as contracts, sum(amount) as amount
    from crm_private.signed_between(first_day::timestamp at time zone time_zone, (last_day + 1)::timestamp at time zone time_zone)
    where first_day <= last_day
    group by employee_id
    having sum(records) > 0
  ),
  paid as (
    select employee_id, sum(amount) as amount
    from crm_private.daily_total
    where subject = 'paid' and day between first_day and last_day
    group by employee_id
    having sum(records) > 0
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
  -- From an index alone: payments change it too often for totals.
  select employee.id, employee.full_name, overdue.contracts, overdue.amount, overdue.oldest
  from (
    select commercial_id, count(*) as contracts, sum(amount_to_be_paid) as amount, min(signed_at) as oldest
    from crm.contract
    where crm.contract_is_overdue(contract)
    group by commercial_id
  ) overdue
  join crm.employee on employee.id = overdue.commercial_id
  order by overdue.amount desc, employee.full_name, employee.id
$$;
comment on function crm.overdue_by_salesperson() is
  'What is overdue, by the sales employee who looks after the client: signed more than 30 days ago, and not paid in full. The most first.';


create or replace function crm.load_by_support_contact(first_day date, last_day date, time_zone text)
returns setof crm.support_load
language sql stable strict security invoker
set search_path = ''
as $$
  with during as (
    select employee_id, sum(records) as events
    from crm_private.events_between(first_day::timestamp at time zone time_zone, (last_day + 1)::timestamp at time zone time_zone)
    where first_day <= last_day
    group by employee_id
  ),
  upcoming as (
    select employee_id, sum(records) as events
    from crm_private.events_between(now(), 'infinity')
    group by employee_id
  ),
  person as (
    select employee.id, employee.full_name, employee.department = 'support' and employee.active as is_expected
    from crm.employee
    union all
    select null, null, false
  )
  select person.id, person.full_name, coalesce(during.events, 0), coalesce(upcoming.events, 0), case
    when person.id is null then (
      select min(start_date) from crm.event where support_contact_id is null and start_date >= now() and status <> 'cancelled')
    else (
      select min(start_date) from crm.event where support_contact_id = person.id and start_date >= now() and status <> 'cancelled')
  end
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
