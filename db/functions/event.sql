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
  for share;  -- so that a hand-over under way cannot be missed
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
