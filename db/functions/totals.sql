-- Totals per day: what the reports read instead of the records.
--
-- A change only inserts the difference that it makes, so that no writer waits for another and none can deadlock; one in a
-- few hundred transactions replaces those of a day by their sum. The days are those of UTC: a report of another time zone
-- adds or subtracts the records between midnight there and in UTC. The statements are as plain as can be: one that chooses
-- what to insert would be planned anew for every change.


create or replace function crm_private.fold_daily_total(subject text, day date) returns void
language plpgsql volatile security invoker
set search_path = ''
as $$
begin
  -- One transaction at a time, as two would delete the same rows; a subject once in each, as it would pass again over
  -- all that it has deleted; and with a snapshot that is newer than what another has deleted.
  if current_setting('transaction_isolation') = 'read committed'
    and subject <> all (string_to_array(coalesce(current_setting('epic.folded', true), ''), ' '))
    and pg_try_advisory_xact_lock('crm_private.daily_total'::regclass::oid::bigint)
  then
    perform set_config('epic.folded', concat_ws(' ', current_setting('epic.folded', true), subject), true);
    with folded as (
      delete from crm_private.daily_total
      where ctid = any (array(
        select ctid
        from crm_private.daily_total
        where daily_total.subject = fold_daily_total.subject and daily_total.day = fold_daily_total.day
        limit 10000))  -- a few hundredths of a second
      returning employee_id, records, amount
    )
    insert into crm_private.daily_total (subject, day, employee_id, records, amount)
    select fold_daily_total.subject, fold_daily_total.day, employee_id, sum(records), sum(amount)
    from folded
    group by employee_id
    having sum(records) <> 0 or sum(amount) <> 0;
  end if;
end
$$;
comment on function crm_private.fold_daily_total(text, date) is
  'Replaces the rows of a subject and a day by their sum for each employee, unless another transaction is at it.';


create or replace view crm_private.daily_count with (security_invoker) as
select 'draft' as subject, (creation_date at time zone 'UTC')::date as day, null::integer as employee_id, count(*) as records, sum(total_amount) as amount
from crm.contract
where status = 'draft'
group by 2
union all
select 'signed', (signed_at at time zone 'UTC')::date, commercial_id, count(*), sum(total_amount)
from crm.contract
where status = 'signed'
group by 2, 3
union all
select 'paid', payment.paid_on, contract.commercial_id, count(*), sum(payment.amount)
from crm.payment
join crm.contract on contract.id = payment.contract_id
group by 2, 3
union all
select 'event', (start_date at time zone 'UTC')::date, support_contact_id, count(*), 0
from crm.event
where status <> 'cancelled'
group by 2, 3;
comment on view crm_private.daily_count is
  'What crm_private.daily_total adds up to, counted from the records.';


create or replace procedure crm_private.rebuild_daily_totals()
language sql
set search_path = ''
as $$
  lock table crm.contract, crm.payment, crm.event in share mode;
  delete from crm_private.daily_total;
  insert into crm_private.daily_total (subject, day, employee_id, records, amount)
  table crm_private.daily_count;
$$;
comment on procedure crm_private.rebuild_daily_totals() is
  'Counts the totals anew: after records were loaded or removed with the triggers switched off. For DBAs; writers wait meanwhile.';


create or replace function crm_private.contract_count() returns trigger
language plpgsql security definer  -- no department writes totals
set search_path = ''
as $$
declare
  old_day date := (coalesce(old.signed_at, old.creation_date) at time zone 'UTC')::date;
  new_day date := (coalesce(new.signed_at, new.creation_date) at time zone 'UTC')::date;
begin
  if (old.status, old_day) = (new.status, new_day) and (new.status = 'draft' or old.commercial_id = new.commercial_id) then
    if new.status <> 'cancelled' then
      insert into crm_private.daily_total (subject, day, employee_id, records, amount)
      values (new.status, new_day, case new.status when 'signed' then new.commercial_id end, 0, new.total_amount - old.total_amount);
    end if;
  else
    if old.status <> 'cancelled' then
      insert into crm_private.daily_total (subject, day, employee_id, records, amount)
      values (old.status, old_day, case old.status when 'signed' then old.commercial_id end, -1, -old.total_amount);
    end if;
    if new.status <> 'cancelled' then
      insert into crm_private.daily_total (subject, day, employee_id, records, amount)
      values (new.status, new_day, case new.status when 'signed' then new.commercial_id end, 1, new.total_amount);
    end if;
    if old.commercial_id <> new.commercial_id and new.status <> 'draft' then
      insert into crm_private.daily_total (subject, day, employee_id, records, amount)
      select 'paid', payment.paid_on, moved.employee_id, moved.records, moved.records * payment.amount
      from crm.payment
      cross join (values (old.commercial_id, -1), (new.commercial_id, 1)) moved (employee_id, records)
      where payment.contract_id = new.id;
    end if;
  end if;
  if random() < 0.002 then
    perform crm_private.fold_daily_total(coalesce(new.status, old.status), coalesce(new_day, old_day));
  end if;
  return null;
end
$$;

create or replace trigger contract_70_count
  after insert or delete on crm.contract
  for each row execute function crm_private.contract_count();
comment on trigger contract_70_count on crm.contract is
  'A new contract counts in the totals of its day, and one that is deleted no longer.';

create or replace trigger contract_70_count_update
  after update on crm.contract
  for each row when ((old.status, old.total_amount, old.commercial_id, old.creation_date, old.signed_at)
    is distinct from (new.status, new.total_amount, new.commercial_id, new.creation_date, new.signed_at))
  execute function crm_private.contract_count();
comment on trigger contract_70_count_update on crm.contract is
  'The totals of a day follow a contract that is signed, changed, cancelled or handed over.';


create or replace function crm_private.event_count() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  old_day date := (old.start_date at time zone 'UTC')::date;
  new_day date := (new.start_date at time zone 'UTC')::date;
begin
  if old.status <> 'cancelled' then
    insert into crm_private.daily_total (subject, day, employee_id, records)
    values ('event', old_day, old.support_contact_id, -1);
  end if;
  if new.status <> 'cancelled' then
    insert into crm_private.daily_total (subject, day, employee_id, records)
    values ('event', new_day, new.support_contact_id, 1);
  end if;
  if random() < 0.002 then
    perform crm_private.fold_daily_total('event', coalesce(new_day, old_day));
  end if;
  return null;
end
$$;

create or replace trigger event_70_count
  after insert or delete on crm.event
  for each row execute function crm_private.event_count();
comment on trigger event_70_count on crm.event is
  'A new event counts in the totals of its day, and one that is deleted no longer.';

create or replace trigger event_70_count_update
  after update on crm.event
  for each row when ((old.start_date, old.support_contact_id, old.status = 'cancelled')
    is distinct from (new.start_date, new.support_contact_id, new.status = 'cancelled'))
  execute function crm_private.event_count();
comment on trigger event_70_count_update on crm.event is
  'The totals of a day follow an event that is moved, assigned or cancelled.';
