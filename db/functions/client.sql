-- client: what the database keeps, who may look after one, and the verbs.
--
-- A function is `security definer` only where it locks or writes rows that its caller may not; the policies
-- `to epic_owner` of db/policies say which rows.


create or replace function crm_private.client_touch() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.last_update := now();
  return new;
end
$$;

create or replace trigger client_10_touch
  before update on crm.client
  for each row execute function crm_private.client_touch();
comment on trigger client_10_touch on crm.client is
  'The time of the last change is kept by the database.';


create or replace function crm_private.client_check_sales_contact() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  contact crm.employee;
begin
  select * into contact from crm.employee where id = new.commercial_contact_id for share;
  if not found then
    raise no_data_found using message = format('There is no employee %s.', coalesce(new.commercial_contact_id::text, '(nobody)'));
  end if;
  if contact.department <> 'sales' or not contact.active then
    raise check_violation using
      message = format('%s cannot look after clients: a sales contact is an active sales employee.', contact.full_name),
      hint = 'List those who can: epic employee list --department sales';
  end if;
  return new;
end
$$;

create or replace trigger client_20_check_sales_contact
  before insert or update of commercial_contact_id on crm.client
  for each row execute function crm_private.client_check_sales_contact();
comment on trigger client_20_check_sales_contact on crm.client is
  'The sales contact of a client is an active sales employee.';


create or replace function crm_private.client_move_contracts() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update crm.contract
  set commercial_id = new.commercial_contact_id
  where client_id = new.id
    and commercial_id <> new.commercial_contact_id;
  return null;
end
$$;

create or replace trigger client_30_move_contracts
  after update of commercial_contact_id on crm.client
  for each row execute function crm_private.client_move_contracts();
comment on trigger client_30_move_contracts on crm.client is
  'The contracts of a client follow it to its new sales contact.';


create or replace function crm.record_contact(client_id integer) returns crm.client
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  contacted crm.client;
begin
  -- Nothing changes but last_update, which a trigger keeps.
  update crm.client
  set full_name = full_name
  where id = record_contact.client_id
  returning * into contacted;
  if not found then
    raise insufficient_privilege;
  end if;
  return contacted;
exception when insufficient_privilege then
  perform access.refuse('client', 'contact', client_id);
end
$$;
comment on function crm.record_contact(integer) is
  'Records that a client was contacted today, and changes nothing else about them: `lastUpdate` is now.';


create or replace function crm.hand_over_client(client_id integer, to_employee_id integer) returns crm.client
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  handed_over crm.client;
begin
  update crm.client
  set commercial_contact_id = to_employee_id
  where id = hand_over_client.client_id
  returning * into handed_over;
  if not found then
    raise insufficient_privilege;
  end if;
  return handed_over;
exception when insufficient_privilege then
  perform access.refuse('client', 'hand_over', client_id);
end
$$;
comment on function crm.hand_over_client(integer, integer) is
'Gives a client, and the contracts of that client, to another active sales employee.
- `to_employee_id`: The colleague.';


create or replace function crm.erase_client(client_id integer, confirm boolean default false) returns crm.client
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
  set old_values = audit.without_person(old_values),
      new_values = audit.without_person(new_values)
  where record = 'client' and row_id = erase_client.client_id;
  return erased;
end
$$;
comment on function crm.erase_client(integer, boolean) is
'Erases a client''s personal data (name, e-mail address, phone number) on request, in the record and in its history. The company, the contracts and the events stay. It cannot be undone.
- `confirm`: Must be true.';
