-- employee: there is always an active manager, and clients and open events always have somebody to look after them.


create or replace function crm_private.employee_check_last_manager() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Locked in a fixed order, so that two managers cannot remove one another at the same moment.
  perform from crm.employee where department = 'management' and active order by id for update;
  if not exists (select from crm.employee where department = 'management' and active and id <> old.id) then
    raise check_violation using
      message = format('%s is the last active manager and can be neither deleted, deactivated nor moved.', old.full_name),
      hint = 'Create another manager first: epic employee create --department management';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

create or replace trigger employee_10_check_last_manager_on_update
  before update of active, department on crm.employee
  for each row when (old.active and old.department = 'management' and (not new.active or new.department <> 'management'))
  execute function crm_private.employee_check_last_manager();
comment on trigger employee_10_check_last_manager_on_update on crm.employee is
  'The last active manager can be neither deactivated nor moved.';

create or replace trigger employee_10_check_last_manager_on_delete
  before delete on crm.employee
  for each row when (old.active and old.department = 'management')
  execute function crm_private.employee_check_last_manager();
comment on trigger employee_10_check_last_manager_on_delete on crm.employee is
  'The last active manager cannot be deleted.';


create or replace function crm_private.employee_check_handover() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  clients integer;
  events  integer;
begin
  select count(*) into clients from crm.client where commercial_contact_id = old.id and erased_at is null;
  select count(*) into events  from crm.event  where support_contact_id = old.id and status in ('planned', 'confirmed');
  if clients + events > 0 then
    raise check_violation using
      message = format('%s still looks after %s.', old.full_name,
        concat_ws(' and ',
          case when clients > 0 then clients || case clients when 1 then ' client' else ' clients' end end,
          case when events > 0 then events || case events when 1 then ' open event' else ' open events' end end)),
      hint = format('Hand them over to a colleague: epic employee deactivate %s --handover-to ID', old.id);
  end if;
  return new;
end
$$;

create or replace trigger employee_20_check_handover
  before update of active, department on crm.employee
  for each row when (old.active and not new.active or new.department <> old.department)
  execute function crm_private.employee_check_handover();
comment on trigger employee_20_check_handover on crm.employee is
  'An employee who looks after clients or open events is deactivated or moved only after handing them over.';


create or replace function crm.deactivate_employee(employee_id integer, hand_over_to integer default null) returns crm.employee
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  leaver crm.employee;
begin
  -- To lock a row for an update one needs the right to update it: this asks for it before anything else.
  perform from crm.employee where id = deactivate_employee.employee_id for no key update;
  if not found then
    raise insufficient_privilege;
  end if;

  if hand_over_to = deactivate_employee.employee_id then
    raise check_violation using message = 'Nobody can hand over to themselves: name a colleague.';
  end if;
  if hand_over_to is not null and not exists (select from crm.employee where id = hand_over_to) then
    raise no_data_found using message = format('There is no employee %s.', hand_over_to);
  end if;

  if hand_over_to is not null then
    update crm.client
    set commercial_contact_id = hand_over_to
    where commercial_contact_id = deactivate_employee.employee_id and erased_at is null;
    update crm.event
    set support_contact_id = hand_over_to
    where support_contact_id = deactivate_employee.employee_id and status in ('planned', 'confirmed');
  end if;

  update crm.employee
  set active = false
  where id = deactivate_employee.employee_id
  returning * into leaver;
  return leaver;
exception when insufficient_privilege then
  perform access.refuse('employee', 'deactivate', employee_id);
end
$$;
comment on function crm.deactivate_employee(integer, integer) is
'Deactivates an employee and ends their sessions. Clients and open events are handed over to a named colleague in the same transaction.
- `hand_over_to`: The colleague. Needed only by an employee who has clients or open events.';
