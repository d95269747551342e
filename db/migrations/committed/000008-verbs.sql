--! Previous: sha1:6141f4e5df512f3be5dbecc76884505c14d4b1a3
--! Hash: sha1:1f9d15d74d8b43fba3224c4787bd66c56697e33b
--! Message: verbs

-- Business verbs that are more than one statement.


create function crm.deactivate_employee(employee_id integer, hand_over_to integer default null) returns crm.employee
language plpgsql volatile security invoker  -- the policies decide, statement by statement
set search_path = ''
as $$
declare
  leaver crm.employee;
begin
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
  if not found then
    raise no_data_found using message = format('There is no employee %s.', deactivate_employee.employee_id);
  end if;
  return leaver;
end
$$;
comment on function crm.deactivate_employee(integer, integer) is
  'Deactivates an employee and ends their sessions. Clients and open events are handed over to a named colleague in the same transaction.';


create function crm.erase_client(client_id integer, confirm boolean default false) returns crm.client
language plpgsql volatile security definer  -- management writes no client otherwise; the grant of execute is its permission
set search_path = ''
as $$
declare
  erased crm.client;
begin
  if confirm is not true then
    raise check_violation using
      message = format('Erasing client %s cannot be undone.', erase_client.client_id),
      hint = 'Confirm it: set confirm to true.';
  end if;
  update crm.client
  set full_name = 'Erased client', email = null, phone = null, erased_at = now()
  where id = erase_client.client_id and erased_at is null
  returning * into erased;
  if not found then
    if exists (select from crm.client where id = erase_client.client_id) then
      raise check_violation using message = format('The personal data of client %s has been erased already.', erase_client.client_id);
    end if;
    raise no_data_found using message = format('There is no client %s.', erase_client.client_id);
  end if;

  -- History forgets the person too, and keeps that there was a change, when and by whom.
  update audit.change
  set old_values = old_values - array['full_name', 'email', 'phone'],
      new_values = new_values - array['full_name', 'email', 'phone']
  where record = 'client' and row_id = erase_client.client_id;
  return erased;
end
$$;
comment on function crm.erase_client(integer, boolean) is
  'Erases a client''s personal data (name, e-mail address, phone number) on request, in the record and in its history. The company, the contracts and the events stay. Cannot be undone: confirm must be true.';
