--! Previous: sha1:148f708b323fb3d80c97ad650b818c71954487d4
--! Hash: sha1:534634228df5b8a4003b8af674d237612f5f40b0
--! Message: planned-together

-- A plan of many events is one piece of news: whoever imports a season's events fills nobody's mailbox.

create function crm.planned_events_notify() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform crm.notify_employees(array_agg(recipient), 'event_created', news.message, event_id => news.event_id)
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

  perform crm.notify_employees(array[news.recipient], 'event_assigned', news.message, event_id => news.event_id)
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

create trigger event_80_planned_notify
  after insert on crm.event
  referencing new table as planned
  for each statement execute function crm.planned_events_notify();
comment on trigger event_80_planned_notify on crm.event is
  'Management and the sales contact hear of a new event, and so does whoever is to run it; of many that are planned at once, in one message.';


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
  after update or delete on crm.event
  for each row execute function crm.event_notifies();
comment on trigger event_80_notifies on crm.event is
  'The sales and the support contact hear of an event that is assigned, rescheduled, moved, confirmed, completed, cancelled or deleted; management hears of one that has lost its support contact.';
