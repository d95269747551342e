--! Previous: sha1:34b4ae44285a872db654e1858ab154e8a9b74708
--! Hash: sha1:6141f4e5df512f3be5dbecc76884505c14d4b1a3
--! Message: notifications

-- Notifications: who hears of what. Nobody is told of what they did themselves.

create function crm.notify_employees(recipients integer[], kind text, message text, event_id integer default null, contract_id integer default null)
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
comment on function crm.notify_employees(integer[], text, text, integer, integer) is
  'Writes one notification for each active employee among the recipients, except the one who acts.';


create function crm.event_notifies() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  name      text := format('“%s” (event %s)', new.title, new.id);
  sales     integer := (select commercial_id from crm.contract where id = new.contract_id);
  concerned integer[] := array[sales, new.support_contact_id];
begin
  if tg_op = 'INSERT' then
    perform crm.notify_employees(array[sales] || (select array_agg(id) from crm.employee where department = 'management'), 'event_created',
      format('%s was planned for %s%s.', name, to_char(new.start_date at time zone 'Europe/Paris', 'YYYY-MM-DD'),
        case when new.support_contact_id is null then ' and needs a support contact' else '' end), event_id => new.id);
    perform crm.notify_employees(array[new.support_contact_id], 'event_assigned',
      format('You run %s.', name), event_id => new.id);
    return null;
  end if;

  if new.support_contact_id is distinct from old.support_contact_id then
    perform crm.notify_employees(array[old.support_contact_id], 'event_unassigned',
      format('You no longer run %s.', name), event_id => new.id);
    perform crm.notify_employees(array[new.support_contact_id], 'event_assigned',
      format('You run %s.', name), event_id => new.id);
  end if;
  if (new.start_date, new.end_date) is distinct from (old.start_date, old.end_date) then
    perform crm.notify_employees(concerned, 'event_rescheduled',
      format('%s now starts on %s.', name, to_char(new.start_date at time zone 'Europe/Paris', 'YYYY-MM-DD "at" HH24:MI')), event_id => new.id);
  end if;
  if new.location is distinct from old.location then
    perform crm.notify_employees(concerned, 'event_moved',
      format('%s now takes place at: %s.', name, coalesce(new.location, 'a place to be found')), event_id => new.id);
  end if;
  if new.status <> old.status and new.status <> 'planned' then
    perform crm.notify_employees(concerned, 'event_' || new.status,
      format('%s is %s.', name, new.status), event_id => new.id);
  end if;
  return null;
end
$$;

create trigger event_80_notifies
  after insert or update on crm.event
  for each row execute function crm.event_notifies();
comment on trigger event_80_notifies on crm.event is
  'The sales and the support contact hear of an event that is planned, assigned, rescheduled, moved, confirmed, completed or cancelled; management hears of a new one.';


create function crm.contract_notifies() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform crm.notify_employees(
    array[new.commercial_id] || (select array_agg(id) from crm.employee where department = 'management'),
    'contract_signed',
    format('Contract %s (%s, %s) was signed.', new.id,
      (select coalesce(company_name, 'a private client') from crm.client where id = new.client_id), crm.euros(new.total_amount)),
    contract_id => new.id);
  return null;
end
$$;

create trigger contract_80_notifies
  after update of status on crm.contract
  for each row when (old.status <> 'signed' and new.status = 'signed')
  execute function crm.contract_notifies();
comment on trigger contract_80_notifies on crm.contract is
  'The sales contact and management hear of a signed contract.';


create function crm.notification_is_read() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.read_at := coalesce(old.read_at, now());
  return new;
end
$$;

create trigger notification_10_is_read
  before update of read_at on crm.notification
  for each row execute function crm.notification_is_read();
comment on trigger notification_10_is_read on crm.notification is
  'A notification is read once; the time is kept by the database.';
