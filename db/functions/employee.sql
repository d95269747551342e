-- employee: one active manager remains, clients and open events are handed over, and the verbs.


create or replace function crm_private.employee_check_last_manager() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Locked in a fixed order, so that two managers cannot remove one another at the same moment.
  perform from crm.employee where department = 'management' and active order by id for update;
  if not exists (select from crm.employee where department = 'management' and active and id <> old.id) then
    raise check_violation using
      constraint = 'employee_keeps_an_active_manager',
      message = format('%s is the last active manager and can be neither deleted, deactivated nor moved.', old.full_name);
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
      constraint = 'employee_hands_over_first', column = 'hand_over_to',
      message = format('%s still looks after %s: hand them over to a colleague.', old.full_name,
        concat_ws(' and ',
          case when clients > 0 then clients || case clients when 1 then ' client' else ' clients' end end,
          case when events > 0 then events || case events when 1 then ' open event' else ' open events' end end)),
      detail = jsonb_strip_nulls(jsonb_build_object(
        'employeeId', old.id, 'clients', clients, 'events', events,
        'department', nullif(new.department, old.department)));  -- where they are moved, if they are
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


create or replace function crm_private.hand_over_work(from_employee integer, to_employee integer) returns void
language plpgsql volatile security invoker  -- the policies of clients and events decide
set search_path = ''
as $$
begin
  if to_employee = from_employee then
    raise check_violation using
      constraint = 'employee_hands_over_to_a_colleague', column = 'hand_over_to',
      message = 'An employee cannot hand over to themselves: name a colleague.';
  end if;
  if not exists (select from crm.employee where id = to_employee) then
    raise no_data_found using
      constraint = 'employee_pkey', column = 'hand_over_to', message = format('There is no employee %s.', to_employee);
  end if;
  update crm.client
  set commercial_contact_id = to_employee
  where commercial_contact_id = from_employee and erased_at is null;
  update crm.event
  set support_contact_id = to_employee
  where support_contact_id = from_employee and status in ('planned', 'confirmed');
end
$$;
comment on function crm_private.hand_over_work(integer, integer) is
  'Gives all clients and open events of one employee to another.';


create or replace function crm_private.change_employee(
  verb text, employee_id integer, hand_over_to integer, active boolean, department text)
returns crm.employee
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  changed crm.employee;
begin
  -- Locking a row for an update needs the right to update it: this asks for it before anything else.
  perform from crm.employee where id = change_employee.employee_id for no key update;
  if not found then
    raise insufficient_privilege;
  end if;
  -- The policies ask for it too, but after the triggers.
  perform from access.unmet_second_factor_condition('update') unmet where unmet.name is not null;
  if found then
    raise insufficient_privilege;
  end if;
  if hand_over_to is not null then
    perform crm_private.hand_over_work(change_employee.employee_id, hand_over_to);
  end if;
  update crm.employee
  set active = coalesce(change_employee.active, employee.active),
      department = coalesce(change_employee.department, employee.department)
  where id = change_employee.employee_id
  returning * into changed;
  return changed;
exception when insufficient_privilege then
  perform access.refuse('employee', verb, employee_id);
end
$$;
comment on function crm_private.change_employee(text, integer, integer, boolean, text) is
  'Hands over an employee''s clients and open events, if a colleague is named, and then writes what is not null.';


create or replace function crm.deactivate_employee(employee_id integer, hand_over_to integer default null) returns crm.employee
language sql volatile security invoker
set search_path = ''
as $$ select * from crm_private.change_employee('deactivate', employee_id, hand_over_to, false, null) $$;
comment on function crm.deactivate_employee(integer, integer) is
'Deactivates an employee and ends their sessions. Clients and open events are handed over to a named colleague in the same transaction.
- `hand_over_to`: The colleague. Needed only by an employee who has clients or open events.';


create or replace function crm.activate_employee(employee_id integer) returns crm.employee
language sql volatile security invoker
set search_path = ''
as $$ select * from crm_private.change_employee('activate', employee_id, null, true, null) $$;
comment on function crm.activate_employee(integer) is
  'Lets an employee who was deactivated log in again.';


create or replace function crm.move_employee(employee_id integer, department text, hand_over_to integer default null)
returns crm.employee
language sql volatile security invoker
set search_path = ''
as $$ select * from crm_private.change_employee('move', employee_id, hand_over_to, null, department) $$;
comment on function crm.move_employee(integer, text, integer) is
'Moves an employee to another department. Clients and open events are handed over to a named colleague in the same transaction.
- `department`: The new department.
- `hand_over_to`: The colleague. Needed only by an employee who has clients or open events.';
