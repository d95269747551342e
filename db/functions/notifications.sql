-- Notifications are data: a kind, the record, and its values before and after. The reader's program makes the sentence.
-- Employees are not notified of what they did themselves.


create or replace function crm_private.notify_employees(
  recipients  integer[],
  kind        text,
  subject     text,
  event_id    integer default null,
  contract_id integer default null,
  old_values  jsonb   default null,
  new_values  jsonb   default null)
returns void
language sql volatile security definer
set search_path = ''
as $$
  insert into crm.notification (recipient_id, kind, subject, event_id, contract_id, old_values, new_values)
  select employee.id, notify_employees.kind, notify_employees.subject, notify_employees.event_id,
    notify_employees.contract_id, notify_employees.old_values, notify_employees.new_values
  from crm.employee
  where employee.id = any (recipients)
    and employee.active
    and employee.id is distinct from crm.current_employee_id()
  order by employee.id
$$;
comment on function crm_private.notify_employees(integer[], text, text, integer, integer, jsonb, jsonb) is
  'Writes one notification for each active employee among the recipients, except the one who acts.';


create or replace function crm_private.support_contact_values(employee_id integer) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('support_contact_id', employee_id, 'support_contact', (
    select full_name from crm.employee where id = support_contact_values.employee_id))
$$;
comment on function crm_private.support_contact_values(integer) is
  'A support contact, or none, as the values of a notification: id and name.';


create or replace function crm_private.event_notify() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  event     crm.event := case tg_op when 'DELETE' then old else new end;
  managers  integer[] := array(select id from crm.employee where department = 'management');
  concerned integer[] := array[event.commercial_id, event.support_contact_id];
begin
  if tg_op = 'DELETE' then
    perform crm_private.notify_employees(concerned, 'event_deleted', old.title, contract_id => old.contract_id,
      old_values => jsonb_build_object('id', old.id, 'start_date', old.start_date));
    return null;
  end if;

  if new.support_contact_id is distinct from old.support_contact_id then
    perform crm_private.notify_employees(
      array[old.support_contact_id] ||
        case when new.support_contact_id is null and new.status in ('planned', 'confirmed') then event.commercial_id || managers end,
      'event_unassigned', new.title, new.id,
      old_values => crm_private.support_contact_values(old.support_contact_id),
      new_values => crm_private.support_contact_values(new.support_contact_id));
    if new.support_contact_id is not null then
      perform crm_private.notify_employees(concerned, 'event_assigned', new.title, new.id,
        old_values => crm_private.support_contact_values(old.support_contact_id),
        new_values => crm_private.support_contact_values(new.support_contact_id));
    end if;
  end if;
  if (new.start_date, new.end_date) is distinct from (old.start_date, old.end_date) then
    perform crm_private.notify_employees(concerned, 'event_rescheduled', new.title, new.id,
      old_values => jsonb_build_object('start_date', old.start_date, 'end_date', old.end_date),
      new_values => jsonb_build_object('start_date', new.start_date, 'end_date', new.end_date));
  end if;
  if new.location is distinct from old.location then
    perform crm_private.notify_employees(concerned, 'event_moved', new.title, new.id,
      old_values => jsonb_build_object('location', old.location),
      new_values => jsonb_build_object('location', new.location));
  end if;
  if new.status <> old.status then
    perform crm_private.notify_employees(concerned, 'event_' || new.status, new.title, new.id,
      old_values => jsonb_build_object('status', old.status),
      new_values => jsonb_build_object('status', new.status));
  end if;
  return null;
end
$$;

-- The condition is checked before the row is kept for the trigger: most updates notify of nothing.
create or replace trigger event_80_notify
  after update on crm.event
  for each row when (
    (old.support_contact_id, old.start_date, old.end_date, old.location, old.status)
    is distinct from (new.support_contact_id, new.start_date, new.end_date, new.location, new.status))
  execute function crm_private.event_notify();
comment on trigger event_80_notify on crm.event is
  'The sales and the support contact hear of an event that is assigned, rescheduled, moved, confirmed, completed or cancelled; management hears of one that has lost its support contact.';

create or replace trigger event_80_notify_deleted
  after delete on crm.event
  for each row execute function crm_private.event_notify();
comment on trigger event_80_notify_deleted on crm.event is
  'The sales and the support contact hear of an event that is deleted.';


-- Many events planned in one statement, such as an import, are one notification to each recipient.
create or replace function crm_private.event_notify_planned() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into crm.notification (recipient_id, kind, subject, event_id, new_values)
  select batch.recipient, 'event_created', first.title, first.id,
    jsonb_build_object('start_date', first.start_date, 'events', batch.events, 'without_support', batch.without_support)
  from (
    select concerned.recipient, min(planned.id) as first_id, count(*) as events,
      count(*) - count(planned.support_contact_id) as without_support
    from planned
    cross join lateral (
      select planned.commercial_id
      union
      select manager.id from crm.employee manager where manager.department = 'management'
    ) concerned (recipient)
    group by concerned.recipient
  ) batch
  join planned first on first.id = batch.first_id
  join crm.employee  on employee.id = batch.recipient
  where employee.active
    and employee.id is distinct from crm.current_employee_id();

  insert into crm.notification (recipient_id, kind, subject, event_id, new_values)
  select batch.recipient, 'event_assigned', first.title, first.id,
    crm_private.support_contact_values(batch.recipient) || jsonb_build_object('events', batch.events)
  from (
    select support_contact_id as recipient, min(id) as first_id, count(*) as events
    from planned
    where support_contact_id is not null
    group by support_contact_id
  ) batch
  join planned first on first.id = batch.first_id;
  return null;
end
$$;

create or replace trigger event_80_notify_planned
  after insert on crm.event
  referencing new table as planned
  for each statement execute function crm_private.event_notify_planned();
comment on trigger event_80_notify_planned on crm.event is
  'Management and the sales contact hear of a new event, and so does its support contact; of many that are planned at once, in one notification.';


create or replace function crm_private.contract_notify() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  company     text      := (select company_name from crm.client where id = new.client_id);
  managers    integer[] := array(select id from crm.employee where department = 'management');
  open_events integer;
begin
  if new.status = 'signed' then
    perform crm_private.notify_employees(new.commercial_id || managers, 'contract_signed', company, contract_id => new.id,
      new_values => jsonb_build_object('total_amount', new.total_amount::text));
    return null;
  end if;

  open_events := (select count(*) from crm.event where contract_id = new.id and status in ('planned', 'confirmed'));
  perform crm_private.notify_employees(new.commercial_id || case when old.status = 'signed' then managers end,
    'contract_cancelled', company, contract_id => new.id,
    new_values => jsonb_build_object('total_amount', new.total_amount::text, 'open_events', open_events));
  perform crm_private.notify_employees(array[event.support_contact_id], 'contract_cancelled', event.title, event.id)
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
  'A notification is also sent by e-mail, where a mail host is configured.';
