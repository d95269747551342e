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
    raise no_data_found using
      constraint = 'client_commercial_contact_id_fkey', column = 'commercial_contact_id',
      message = case
        when new.commercial_contact_id is null then 'A client needs a sales contact.'
        else format('There is no employee %s.', new.commercial_contact_id)
      end;
  end if;
  if contact.department <> 'sales' or not contact.active then
    raise check_violation using
      constraint = 'client_has_an_active_sales_contact', column = 'commercial_contact_id',
      message = format('%s cannot look after clients: a sales contact is an active sales employee.', contact.full_name);
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


create or replace function crm_private.events_mentioning(client_id integer) returns crm.event_mention[]
language sql stable security definer  -- management reads every event too
set search_path = ''
as $$
  select coalesce(array_agg(row(event.id, event.title)::crm.event_mention order by event.id), '{}')
  from crm.client
  join crm.contract on contract.client_id = client.id
  join crm.event    on event.contract_id = contract.id
  where client.id = events_mentioning.client_id
    and strpos(
      crm_private.normalize_text(concat_ws(' ', event.title, event.notes)),
      crm_private.normalize_text(client.full_name)) > 0
$$;
comment on function crm_private.events_mentioning(integer) is
  'The events of a client whose title or notes hold the client''s name, whatever its case and accents.';


create or replace function crm_private.notes_mentioning(client_id integer, out note_id integer, out body text) returns setof record
language sql stable security definer  -- management reads every note too
set search_path = ''
as $$
  select note.id, note.body
  from crm.client
  join crm.contract   on contract.client_id = client.id
  left join crm.event on event.contract_id = contract.id
  join crm.note       on note.contract_id = contract.id or note.event_id = event.id
  where client.id = notes_mentioning.client_id
    and strpos(crm_private.normalize_text(note.body), crm_private.normalize_text(client.full_name)) > 0
  group by note.id
  order by note.id
$$;
comment on function crm_private.notes_mentioning(integer) is
  'The notes about the contracts and events of a client whose text holds the client''s name, whatever its case and accents.';


create or replace function crm.erase_client(client_id integer, confirm boolean) returns crm.client_erasure
language plpgsql volatile security definer  -- management writes no client otherwise; the grant of execute is its permission
set search_path = ''
as $$
declare
  erased   crm.client;
  mentions crm.event_mention[];
begin
  perform identity.require_writable_session();
  perform access.require_second_factor('client', 'erase', erase_client.client_id);
  select * into erased from crm.client where id = erase_client.client_id for no key update;
  if not found then
    raise no_data_found using
      constraint = 'client_pkey', column = 'client_id', message = access.absence_sentence('client', erase_client.client_id),
      detail = access.absence_facts('client', erase_client.client_id);
  end if;
  if erased.erased_at is not null then
    raise object_not_in_prerequisite_state using
      constraint = 'client_is_not_erased',
      message = format('The personal data of client %s has been erased already.', erased.id),
      detail = jsonb_build_object('since', erased.erased_at);
  end if;
  mentions := crm_private.events_mentioning(erased.id);
  if confirm is not true then
    raise check_violation using
      constraint = 'client_erasure_is_confirmed', column = 'confirm',
      message = format('Erasing client %s cannot be undone: confirm it.', erased.id),
      detail = jsonb_build_object('mentionedIn', (
        select coalesce(jsonb_agg(mention), '[]')
        from (
          select jsonb_build_object('eventId', event_id, 'title', title) from unnest(mentions)
          union all
          select jsonb_build_object('noteId', note_id, 'body', body) from crm_private.notes_mentioning(erased.id)
        ) known (mention)));
  end if;

  execute format('update crm.client set %s, erased_at = now() where id = $1', crm_private.erased_values('client')) using erased.id;
  execute format('update crm.note set %s, remind_on = null where client_id = $1', crm_private.erased_values('note')) using erased.id;
  delete from crm.notification
  where note_id in (select note.id from crm.note where note.client_id = erased.id);
  -- History forgets the person too, and those who were merged into them, and keeps that there was a change, when and by whom.
  update audit.change
  set old_values = audit.redact(record, old_values),
      new_values = audit.redact(record, new_values)
  where record = 'client' and row_id = any (crm_private.client_ids(erased.id))
    or record = 'note' and row_id in (select crm_private.note_ids(crm_private.client_ids(erased.id)));
  -- Any answer may hold what was erased. Without it, a request that is repeated still changes nothing.
  update crm_private.idempotency_key set answer = null where answer is not null;
  return row(erased.id, mentions)::crm.client_erasure;
end
$$;
comment on function crm.erase_client(integer, boolean) is
'Erases a client''s personal data (name, e-mail address, phone number, the text of the notes about them) on request, in the records and in their history. The company, the contracts and the events stay, and so does a name in the title or notes of an event: those are listed. It cannot be undone. It asks for the second factor.
- `confirm`: Must be true.';
