-- The calendar: of each day how many events, and the first of them.


create or replace function crm.calendar(
  first_day date, last_day date, time_zone text, per_day integer default 10, mine boolean default false, support_contact_id integer default null
) returns setof crm.calendar_entry
language plpgsql stable security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  me       integer := crm.current_employee_id();
  everyone boolean := support_contact_id is null and mine is not true;
  -- those that they run, and those that I sold and they, or others than I, run
  run_by   integer := case when mine is not true or support_contact_id = me then support_contact_id
                           when support_contact_id is null then me end;
  sold_by  integer := case when mine and support_contact_id is distinct from me then me end;
begin
  if last_day > first_day + 366 then
    raise invalid_parameter_value using
      constraint = 'calendar_is_at_most_a_year', column = 'last_day', message = 'A calendar covers at most 366 days.';
  end if;
  if coalesce(per_day, 0) not between 1 and 100 then
    raise invalid_parameter_value using
      constraint = 'calendar_shows_1_to_100_a_day', column = 'per_day', message = 'A calendar shows 1 to 100 events a day.';
  end if;
  -- Each branch reads an index, and no further than needed; a day is counted from indexes alone where they have all.
  return query
    with day as (
      select start::date as day, start at time zone time_zone as from_time, (start + interval '1 day') at time zone time_zone as to_time
      from generate_series(first_day::timestamp, last_day::timestamp, interval '1 day') start
    ),
    long as materialized (  -- with those that began within a week before, and within a week before these
      select event.*
      from crm.event
      where event.end_date - event.start_date > interval '24 hours'
        and event.start_date >= (first_day - 14)::timestamp at time zone time_zone
        and event.start_date < (last_day + 1)::timestamp at time zone time_zone
    ),
    going_on as (
      select day.day, long.*
      from day
      join long on long.start_date < day.from_time and long.end_date > day.from_time
      where long.start_date >= (first_day - 7)::timestamp at time zone time_zone
        and (everyone or long.support_contact_id = run_by
          or long.commercial_id = sold_by and (calendar.support_contact_id is null or long.support_contact_id = calendar.support_contact_id))
    ),
    entry as (
      select day.day, shown.*, row_number() over (partition by day.day order by shown.start_date, shown.id) as nth
      from day
      cross join lateral (
        select found.*
        from (
          (
            select event.id, event.support_contact_id, event.start_date, event.end_date, event.status
            from crm.event
            where everyone and event.start_date >= day.from_time and event.start_date < day.to_time
            order by event.start_date, event.id
            limit per_day
          )
          union all
          (
            select event.id, event.support_contact_id, event.start_date, event.end_date, event.status
            from crm.event
            where event.support_contact_id = run_by and event.start_date >= day.from_time and event.start_date < day.to_time
            order by event.start_date, event.id
            limit per_day
          )
          union all
          (
            select event.id, event.support_contact_id, event.start_date, event.end_date, event.status
            from crm.event
            where event.commercial_id = sold_by and event.start_date >= day.from_time and event.start_date < day.to_time
              and (event.support_contact_id = calendar.support_contact_id
                or calendar.support_contact_id is null and event.support_contact_id is distinct from me)
            order by event.start_date, event.id
            limit per_day
          )
          union all
          (
            select going_on.id, going_on.support_contact_id, going_on.start_date, going_on.end_date, going_on.status
            from going_on
            where going_on.day = day.day
            order by going_on.start_date, going_on.id
            limit per_day
          )
        ) found
        order by found.start_date, found.id
        limit per_day
      ) shown
    ),
    counted as materialized (
      select day.day, least(1001,
        (select count(*) from (
          select from crm.event
          where everyone and event.start_date >= day.from_time and event.start_date < day.to_time
          limit 1001) counted)
        + (select count(*) from (
          select from crm.event
          where event.support_contact_id = run_by and event.start_date >= day.from_time and event.start_date < day.to_time
          limit 1001) counted)
        + (select count(*) from (
          select from crm.event
          where event.commercial_id = sold_by and event.start_date >= day.from_time and event.start_date < day.to_time
            and (event.support_contact_id = calendar.support_contact_id
              or calendar.support_contact_id is null and event.support_contact_id is distinct from me)
          limit 1001) counted)
        + (select count(*) from going_on where going_on.day = day.day))::integer as day_events
      from day
    ),
    overlap as (
      select entry.id, entry.day, clashing.id as other_id
      from entry
      cross join lateral (
        -- where there are many, the latest overlap
        select event.id
        from (
          (
            select event.id, event.start_date
            from crm.event
            where event.support_contact_id = entry.support_contact_id
              and event.start_date < entry.end_date and event.start_date >= entry.start_date - interval '24 hours'
              and event.end_date > entry.start_date and event.status <> 'cancelled' and event.id <> entry.id
            order by event.start_date desc, event.id desc
            limit 10
          )
          union all
          select long.id, long.start_date
          from long
          where long.support_contact_id = entry.support_contact_id
            and long.start_date < entry.start_date - interval '24 hours' and long.start_date > entry.start_date - interval '7 days'
            and long.end_date > entry.start_date and long.status <> 'cancelled'
        ) event
        order by event.start_date desc, event.id desc
        limit 10
      ) clashing
      where entry.status <> 'cancelled'
    ),
    listed as (
      select entry.day, counted.day_events, entry.nth, entry.id,
             exists (select from overlap where overlap.id = entry.id) as double_booked
      from entry
      join counted on counted.day = entry.day
      union all
      (
        select null, null, null, overlap.other_id, true
        from overlap
        where overlap.other_id not in (select entry.id from entry)
        group by overlap.other_id
        order by min(overlap.day), overlap.other_id
        limit 100  -- more than a person reads
      )
    )
    select listed.day, listed.day_events, event.id, event.title, event.start_date, event.end_date, event.status,
           event.support_contact_id, employee.full_name, event.support_contact_id is not distinct from me or event.commercial_id = me,
           listed.double_booked
    from listed
    join crm.event on event.id = listed.id
    left join crm.employee on employee.id = event.support_contact_id
    order by listed.day, listed.nth, event.start_date, event.id;
end
$$;
comment on function crm.calendar(date, date, text, integer, boolean, integer) is
'The events of each day of a period: how many, and the first of them; and those that they overlap with. An event is on the day on which it begins, and on each of its days if it goes on for more than 24 hours.
- `first_day`: The first day.
- `last_day`: The last day, at most 366 days later.
- `time_zone`: Where a day begins and ends, such as Europe/Paris.
- `per_day`: How many events of a day are shown, at most 100.
- `mine`: Only the events that I run or sold.
- `support_contact_id`: Only the events that this employee runs.';
