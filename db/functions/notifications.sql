-- Notifications: who is told of what. Nobody is told of what they did themselves.


create or replace function crm_private.notify_employees(recipients integer[], kind text, message text, event_id integer default null, contract_id integer default null)
returns void
language sql volatile security definer
set search_path = ''
as $$
  insert into crm.notification (recipient_id, kind, message, event_id, contract_id)
  select distinct employee.id, notify_employees.kind, notify_employees.message, notify_employees.event_id, notify_employees.contract_id
  from crm.employee
  where employee.id = any (recipients)
    and employee.active
    and employee.id is distinct from crm.current_employee_id()
$$;
comment on function crm_private.notify_employees(integer[], text, text, integer, integer) is
  'Writes one notification for each active employee among the recipients, except the one who acts.';


create or replace function crm_private.event_notify() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  event     crm.event := case tg_op when 'DELETE' then old else new end;
  name      text      := format('“%s” (event %s)', event.title, event.id);
  sales     integer   := (select commercial_id from crm.contract where id = event.contract_id);
  managers  integer[] := array(select id from crm.employee where department = 'management');
  concerned integer[] := array[sales, event.support_contact_id];
begin
  if tg_op = 'DELETE' then
    perform crm_private.notify_employees(concerned, 'event_deleted',
      format('%s was deleted.', name), contract_id => old.contract_id);
    return null;
  end if;

  if new.support_contact_id is distinct from old.support_contact_id then
    perform crm_private.notify_employees(array[old.support_contact_id], 'event_unassigned',
      format('You no longer run %s.', name), event_id => new.id);
    perform crm_private.notify_employees(array[new.support_contact_id], 'event_assigned',
      format('You run %s.', name), event_id => new.id);
    if new.support_contact_id is not null then
      perform crm_private.notify_employees(array[sales], 'event_assigned',
        format('%s runs %s.', (select full_name from crm.employee where id = new.support_contact_id), name), event_id => new.id);
    elsif new.status in ('planned', 'confirmed') then
      perform crm_private.notify_employees(sales || managers, 'event_unassigned',
        format('%s needs a support contact again.', name), event_id => new.id);
    end if;
  end if;
  if (new.start_date, new.end_date) is distinct from (old.start_date, old.end_date) then
    perform crm_private.notify_employees(concerned, 'event_rescheduled',
      format('%s now %s.', name, case
        when new.start_date <> old.start_date then to_char(new.start_date at time zone 'Europe/Paris', '"starts on" YYYY-MM-DD "at" HH24:MI')
        else to_char(new.end_date at time zone 'Europe/Paris', '"ends on" YYYY-MM-DD "at" HH24:MI')
      end), event_id => new.id);
  end if;
  if new.location is distinct from old.location then
    perform crm_private.notify_employees(concerned, 'event_moved',
      format('%s now takes place at: %s.', name, coalesce(new.location, 'a place to be found')), event_id => new.id);
  end if;
  if new.status <> old.status then
    perform crm_private.notify_employees(concerned, 'event_' || new.status,
      format('%s is %s.', name, case new.status when 'planned' then 'planned again' else new.status end), event_id => new.id);
  end if;
  return null;
end
$$;

create or replace trigger event_80_notify
  after update or delete on crm.event
  for each row execute function crm_private.event_notify();
comment on trigger event_80_notify on crm.event is
  'The sales and the support contact hear of an event that is assigned, rescheduled, moved, confirmed, completed, cancelled or deleted; management hears of one that has lost its support contact.';


-- Many events planned in one statement, such as an import, are one notification to each recipient.
create or replace function crm_private.event_notify_planned() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform crm_private.notify_employees(array_agg(recipient), 'event_created', news.message, event_id => news.event_id)
  from (
    select
      recipient,
      min(planned.id) as event_id,
      (array_agg(format('“%s” (event %s)', planned.title, planned.id) order by planned.id))[1]
        || case
          when count(*) > 1 then format(' and %s more %s planned', count(*) - 1, case count(*) when 2 then 'event was' else 'events were' end)
            || case when count(planned.support_contact_id) < count(*)
                 then format('; %s of them need a support contact', count(*) - count(planned.support_contact_id)) else '' end
          else format(' was planned for %s', to_char(min(planned.start_date) at time zone 'Europe/Paris', 'YYYY-MM-DD'))
            || case when count(planned.support_contact_id) = 0 then ' and needs a support contact' else '' end
        end || '.' as message
    from planned
    join crm.contract on contract.id = planned.contract_id
    cross join lateral (
      select contract.commercial_id
      union
      select manager.id from crm.employee manager where manager.department = 'management'
    ) told (recipient)
    group by recipient
  ) news
  group by news.message, news.event_id;

  perform crm_private.notify_employees(array[news.recipient], 'event_assigned', news.message, event_id => news.event_id)
  from (
    select
      support_contact_id as recipient,
      min(id) as event_id,
      format('You run %s%s.', (array_agg(format('“%s” (event %s)', title, id) order by id))[1],
        case when count(*) > 1 then format(' and %s more', count(*) - 1) end) as message
    from planned
    group by support_contact_id  -- nobody, for those that nobody is to run
  ) news;
  return null;
end
$$;

create or replace trigger event_80_notify_planned
  after insert on crm.event
  referencing new table as planned
  for each statement execute function crm_private.event_notify_planned();
comment on trigger event_80_notify_planned on crm.event is
  'Management and the sales contact hear of a new event, and so does whoever is to run it; of many that are planned at once, in one message.';


create or replace function crm_private.contract_notify() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  name text := format('Contract %s (%s, %s)', new.id,
    (select coalesce(company_name, 'a private client') from crm.client where id = new.client_id), crm_private.format_euros(new.total_amount));
  managers    integer[] := array(select id from crm.employee where department = 'management');
  open_events integer;
begin
  if new.status = 'signed' then
    perform crm_private.notify_employees(new.commercial_id || managers, 'contract_signed',
      format('%s was signed.', name), contract_id => new.id);
    return null;
  end if;

  open_events := (select count(*) from crm.event where contract_id = new.id and status in ('planned', 'confirmed'));
  perform crm_private.notify_employees(new.commercial_id || case when old.status = 'signed' then managers end, 'contract_cancelled',
    format('%s was cancelled.%s', name,
      case when open_events > 0 then format(' Still to be cancelled: %s.', open_events || case open_events when 1 then ' event' else ' events' end) end),
    contract_id => new.id);
  perform crm_private.notify_employees(array[event.support_contact_id], 'contract_cancelled',
    format('The contract of “%s” (event %s) was cancelled.', event.title, event.id), event_id => event.id)
  from crm.event
  where event.contract_id = new.id
    and event.status in ('planned', 'confirmed');
  return null;
end
$$;

create or replace trigger contract_80_notify
  after update of status on crm.contract
  for each row when (old.status <> new.status and new.status in ('signed', 'cancelled'))
  execute function crm_private.contract_notify();
comment on trigger contract_80_notify on crm.contract is
  'The sales contact and management hear of a contract that is signed, or cancelled after that; of a draft that is cancelled, the sales contact; of a cancelled contract, also those who run its events.';

create or replace trigger contract_80_notify_on_insert
  after insert on crm.contract
  for each row when (new.status = 'signed' and new.signed_at >= now())
  execute function crm_private.contract_notify();
comment on trigger contract_80_notify_on_insert on crm.contract is
  'The sales contact and management hear of a contract that is entered as signed, unless it was signed before: old contracts are no news.';


create or replace function crm_private.notification_set_read() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.read_at := coalesce(old.read_at, now());
  return new;
end
$$;

create or replace trigger notification_10_set_read
  before update of read_at on crm.notification
  for each row execute function crm_private.notification_set_read();
comment on trigger notification_10_set_read on crm.notification is
  'A notification is read once; the time is kept by the database.';


create or replace function crm.mark_notifications_read(up_to integer default null) returns setof crm.notification
language sql volatile security invoker
set search_path = ''
as $$
  with marked as (
    update crm.notification
    set read_at = now()
    where recipient_id = (select crm.current_employee_id())
      and read_at is null
      and id <= coalesce(up_to, 2147483647)
    returning *
  )
  select * from marked order by id
$$;
comment on function crm.mark_notifications_read(integer) is
'Marks my unread notifications as read, all of them or those up to an id (what came in since then stays unread), and returns them.
- `up_to`: The id of the latest that I have seen.';


-- One e-mail for each notification, at the lowest priority: a mail host may be slow.
create or replace function crm_private.notification_enqueue_mail() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform graphile_worker.add_jobs(array_agg(json_populate_record(null::graphile_worker.job_spec, json_build_object(
    'identifier', 'notification_mail',
    'payload', json_build_object('notification', id),
    'priority', 10))))
  from written
  having count(*) > 0;
  return null;
end
$$;

create or replace trigger notification_95_enqueue_mail
  after insert on crm.notification
  referencing new table as written
  for each statement
  execute function crm_private.notification_enqueue_mail();
comment on trigger notification_95_enqueue_mail on crm.notification is
  'Whoever is notified gets an e-mail too, where a mail host is configured.';
