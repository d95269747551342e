-- event: needs a signed contract, whose sales contact it has, and an active support employee; the verbs that assign one.


create or replace function crm_private.event_check_contract() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  found_status text;
begin
  select status, commercial_id into found_status, new.commercial_id
  from crm.contract
  where id = new.contract_id
  for no key update;  -- so that neither a hand-over under way nor the same event, planned at this moment, can be missed
  if not found then
    raise no_data_found using
      constraint = 'event_contract_id_fkey', column = 'contract_id', message = format('There is no contract %s.', new.contract_id);
  end if;
  if found_status <> 'signed' then
    raise check_violation using
      constraint = 'event_needs_a_signed_contract', column = 'contract_id',
      message = format('Contract %s is %s: an event needs a signed contract.', new.contract_id, replace(found_status, 'draft', 'a draft')),
      detail = jsonb_build_object('contractId', new.contract_id, 'status', found_status);
  end if;
  return new;
end
$$;

create or replace trigger event_10_check_contract
  before insert on crm.event
  for each row execute function crm_private.event_check_contract();
comment on trigger event_10_check_contract on crm.event is
  'An event needs a signed contract, and has its sales contact.';


create or replace function crm_private.event_check_support_contact() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  contact crm.employee;
begin
  select * into contact from crm.employee where id = new.support_contact_id for share;
  if not found then
    raise no_data_found using
      constraint = 'event_support_contact_id_fkey', column = 'support_contact_id',
      message = format('There is no employee %s.', new.support_contact_id);
  end if;
  if contact.department <> 'support' or not contact.active then
    raise check_violation using
      constraint = 'event_has_an_active_support_contact', column = 'support_contact_id',
      message = format('%s cannot run events: a support contact is an active support employee.', contact.full_name);
  end if;
  return new;
end
$$;

create or replace trigger event_20_check_support_contact
  before insert or update of support_contact_id on crm.event
  for each row when (new.support_contact_id is not null)
  execute function crm_private.event_check_support_contact();
comment on trigger event_20_check_support_contact on crm.event is
  'The support contact of an event is an active support employee.';


create or replace function crm_private.event_refuse_repetition() returns trigger
language plpgsql volatile security definer  -- volatile: it sees the rows that the same statement has written before
set search_path = ''
as $$
declare
  twin integer;
begin
  select min(event.id) into twin
  from crm.event
  where event.contract_id = new.contract_id
    and event.start_date = new.start_date
    and event.end_date = new.end_date
    and lower(event.title) = lower(new.title)
    and event.status <> 'cancelled';
  if twin is not null then
    raise unique_violation using
      constraint = 'event_is_planned_once', column = 'title',
      message = format('Event %s of contract %s has the same title and the same times.', twin, new.contract_id),
      detail = jsonb_build_object('eventId', twin, 'contractId', new.contract_id);
  end if;
  return new;
end
$$;

-- Events that were planned twice before there was this rule can still be changed, and cancelled.
create or replace trigger event_30_refuse_repetition
  before insert on crm.event
  for each row when (new.status <> 'cancelled')
  execute function crm_private.event_refuse_repetition();
comment on trigger event_30_refuse_repetition on crm.event is
  'No two events of a contract have the same title and the same times, unless one of them is cancelled.';

create or replace trigger event_30_refuse_repetition_on_update
  before update of title, start_date, end_date, status on crm.event
  for each row when (
    new.status <> 'cancelled'
    and (old.status = 'cancelled'
      or (lower(old.title), old.start_date, old.end_date) is distinct from (lower(new.title), new.start_date, new.end_date)))
  execute function crm_private.event_refuse_repetition();
comment on trigger event_30_refuse_repetition_on_update on crm.event is
  'No event becomes another one of the same contract, with the same title and the same times.';


create or replace function crm.assign_support(event_id integer, employee_id integer) returns crm.event
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  assigned crm.event;
begin
  update crm.event
  set support_contact_id = assign_support.employee_id
  where id = assign_support.event_id
  returning * into assigned;
  if not found then
    raise insufficient_privilege;
  end if;
  return assigned;
exception when insufficient_privilege then
  perform access.refuse('event', 'assign', event_id);
end
$$;
comment on function crm.assign_support(integer, integer) is
  'Makes an active support employee the support contact of an event, in place of the present one.';


create or replace function crm.unassign_support(event_id integer) returns crm.event
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  unassigned crm.event;
begin
  update crm.event
  set support_contact_id = null
  where id = unassign_support.event_id
  returning * into unassigned;
  if not found then
    raise insufficient_privilege;
  end if;
  return unassigned;
exception when insufficient_privilege then
  perform access.refuse('event', 'unassign', event_id);
end
$$;
comment on function crm.unassign_support(integer) is
  'Leaves an event without a support contact until the next one is assigned.';
