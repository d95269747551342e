--! Previous: sha1:5951983e562c85ae53582b29584faaa90f3c8262
--! Hash: sha1:b371cd345379eeaa3424c9985378c28a43c8dff3
--! Message: notifications

-- Who hears of what, again: also of an event that has lost its support contact, is planned again or deleted, and of a
-- contract that is cancelled, or entered as signed.

alter table crm.notification
  drop constraint notification_kind_is_known;
alter table crm.notification
  -- Notifications are read through once: tenths of a second for a million of them.
  -- squawk-ignore constraint-missing-not-valid
  add constraint notification_kind_is_known check (kind in (
    'event_created', 'event_assigned', 'event_unassigned', 'event_rescheduled', 'event_moved',
    'event_planned', 'event_confirmed', 'event_completed', 'event_cancelled', 'event_deleted',
    'contract_signed', 'contract_cancelled'));
comment on constraint notification_kind_is_known on crm.notification is 'A notification is of a kind that the database writes.';


create or replace function crm.event_notifies() returns trigger
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
  if tg_op = 'INSERT' then
    perform crm.notify_employees(sales || managers, 'event_created',
      format('%s was planned for %s%s.', name, to_char(new.start_date at time zone 'Europe/Paris', 'YYYY-MM-DD'),
        case when new.support_contact_id is null then ' and needs a support contact' else '' end), event_id => new.id);
    perform crm.notify_employees(array[new.support_contact_id], 'event_assigned',
      format('You run %s.', name), event_id => new.id);
    return null;
  end if;
  if tg_op = 'DELETE' then
    perform crm.notify_employees(concerned, 'event_deleted',
      format('%s was deleted.', name), contract_id => old.contract_id);
    return null;
  end if;

  if new.support_contact_id is distinct from old.support_contact_id then
    perform crm.notify_employees(array[old.support_contact_id], 'event_unassigned',
      format('You no longer run %s.', name), event_id => new.id);
    perform crm.notify_employees(array[new.support_contact_id], 'event_assigned',
      format('You run %s.', name), event_id => new.id);
    if new.support_contact_id is not null then
      perform crm.notify_employees(array[sales], 'event_assigned',
        format('%s runs %s.', (select full_name from crm.employee where id = new.support_contact_id), name), event_id => new.id);
    elsif new.status in ('planned', 'confirmed') then
      perform crm.notify_employees(sales || managers, 'event_unassigned',
        format('%s needs a support contact again.', name), event_id => new.id);
    end if;
  end if;
  if (new.start_date, new.end_date) is distinct from (old.start_date, old.end_date) then
    perform crm.notify_employees(concerned, 'event_rescheduled',
      format('%s now %s.', name, case
        when new.start_date <> old.start_date then to_char(new.start_date at time zone 'Europe/Paris', '"starts on" YYYY-MM-DD "at" HH24:MI')
        else to_char(new.end_date at time zone 'Europe/Paris', '"ends on" YYYY-MM-DD "at" HH24:MI')
      end), event_id => new.id);
  end if;
  if new.location is distinct from old.location then
    perform crm.notify_employees(concerned, 'event_moved',
      format('%s now takes place at: %s.', name, coalesce(new.location, 'a place to be found')), event_id => new.id);
  end if;
  if new.status <> old.status then
    perform crm.notify_employees(concerned, 'event_' || new.status,
      format('%s is %s.', name, case new.status when 'planned' then 'planned again' else new.status end), event_id => new.id);
  end if;
  return null;
end
$$;

create or replace trigger event_80_notifies
  after insert or update or delete on crm.event
  for each row execute function crm.event_notifies();
comment on trigger event_80_notifies on crm.event is
  'The sales and the support contact hear of an event that is planned, assigned, rescheduled, moved, confirmed, completed, cancelled or deleted; management hears of a new one, and of one that has lost its support contact.';


create or replace function crm.contract_notifies() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  name text := format('Contract %s (%s, %s)', new.id,
    (select coalesce(company_name, 'a private client') from crm.client where id = new.client_id), crm.euros(new.total_amount));
  managers    integer[] := array(select id from crm.employee where department = 'management');
  open_events integer;
begin
  if new.status = 'signed' then
    perform crm.notify_employees(new.commercial_id || managers, 'contract_signed',
      format('%s was signed.', name), contract_id => new.id);
    return null;
  end if;

  open_events := (select count(*) from crm.event where contract_id = new.id and status in ('planned', 'confirmed'));
  perform crm.notify_employees(new.commercial_id || case when old.status = 'signed' then managers end, 'contract_cancelled',
    format('%s was cancelled.%s', name,
      case when open_events > 0 then format(' Still to be cancelled: %s.', open_events || case open_events when 1 then ' event' else ' events' end) end),
    contract_id => new.id);
  perform crm.notify_employees(array[event.support_contact_id], 'contract_cancelled',
    format('The contract of “%s” (event %s) was cancelled.', event.title, event.id), event_id => event.id)
  from crm.event
  where event.contract_id = new.id
    and event.status in ('planned', 'confirmed');
  return null;
end
$$;

create or replace trigger contract_80_notifies
  after update of status on crm.contract
  for each row when (old.status <> new.status and new.status in ('signed', 'cancelled'))
  execute function crm.contract_notifies();
comment on trigger contract_80_notifies on crm.contract is
  'The sales contact and management hear of a contract that is signed, or cancelled after that; of a draft that is cancelled, the sales contact; of a cancelled contract, also those who run its events.';

create trigger contract_80_notifies_when_entered
  after insert on crm.contract
  for each row when (new.status = 'signed' and new.signed_at >= now())
  execute function crm.contract_notifies();
comment on trigger contract_80_notifies_when_entered on crm.contract is
  'The sales contact and management hear of a contract that is entered as signed, unless it was signed before: old contracts are no news.';
