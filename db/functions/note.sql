-- note: what the database keeps, the verbs, and the reminders.


create or replace function crm_private.note_check_record() returns trigger
language plpgsql security invoker  -- every employee reads what a note may be about
set search_path = ''
as $$
begin
  if new.client_id is not null and not exists (select from crm.client where id = new.client_id) then
    raise no_data_found using
      constraint = 'note_client_id_fkey', column = 'client_id', message = access.absence_sentence('client', new.client_id),
      detail = access.absence_facts('client', new.client_id);
  end if;
  if new.contract_id is not null and not exists (select from crm.contract where id = new.contract_id) then
    raise no_data_found using
      constraint = 'note_contract_id_fkey', column = 'contract_id', message = format('There is no contract %s.', new.contract_id);
  end if;
  if new.event_id is not null and not exists (select from crm.event where id = new.event_id) then
    raise no_data_found using
      constraint = 'note_event_id_fkey', column = 'event_id', message = format('There is no event %s.', new.event_id);
  end if;
  return new;
end
$$;

create or replace trigger note_10_check_record
  before insert on crm.note
  for each row execute function crm_private.note_check_record();
comment on trigger note_10_check_record on crm.note is
  'A note is about a record that there is.';


create or replace function crm_private.note_set_done() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.done_at is not null then
    new.done_at := coalesce(old.done_at, now());
  end if;
  return new;
end
$$;

-- Before the version: to finish what is done changes nothing.
create or replace trigger note_04_set_done
  before update of done_at on crm.note
  for each row execute function crm_private.note_set_done();
comment on trigger note_04_set_done on crm.note is
  'When a note was finished is kept by the database.';


create or replace function crm_private.note_settle_reminders() returns trigger
language plpgsql security definer  -- the reminder of a note whose author has left is a colleague's
set search_path = ''
as $$
begin
  update crm.notification
  set read_at = now()
  where note_id = new.id
    and read_at is null;
  return null;
end
$$;

create or replace trigger note_80_settle_reminders
  after update on crm.note
  for each row when ((old.remind_on, old.done_at) is distinct from (new.remind_on, new.done_at))
  execute function crm_private.note_settle_reminders();
comment on trigger note_80_settle_reminders on crm.note is
  'A reminder of a note that was finished, or put off, needs no reading and no e-mail any more.';


create or replace function crm.finish_note(note_id integer) returns crm.note
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  finished crm.note;
begin
  select * into finished from crm.note where id = finish_note.note_id;
  if finished.done_at is not null then
    raise object_not_in_prerequisite_state using
      constraint = 'note_is_not_done',
      message = format('Note %s is done already.', finished.id),
      detail = jsonb_build_object('noteId', finished.id, 'since', finished.done_at);
  end if;
  update crm.note
  set done_at = now()
  where id = finish_note.note_id
  returning * into finished;
  if not found then
    raise insufficient_privilege;
  end if;
  return finished;
exception when insufficient_privilege then
  perform access.refuse('note', 'finish', note_id);
end
$$;
comment on function crm.finish_note(integer) is
  'Marks a note as done: its author is not reminded of it any more.';


create or replace function crm.reopen_note(note_id integer) returns crm.note
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  reopened crm.note;
begin
  select * into reopened from crm.note where id = reopen_note.note_id;
  if reopened.done_at is null and reopened.id is not null then
    raise object_not_in_prerequisite_state using
      constraint = 'note_is_done',
      message = format('Note %s is not done.', reopened.id),
      detail = jsonb_build_object('noteId', reopened.id);
  end if;
  update crm.note
  set done_at = null
  where id = reopen_note.note_id
  returning * into reopened;
  if not found then
    raise insufficient_privilege;
  end if;
  return reopened;
exception when insufficient_privilege then
  perform access.refuse('note', 'reopen', note_id);
end
$$;
comment on function crm.reopen_note(integer) is
  'Takes back that a note is done.';


-- Notes in words


create or replace function crm_private.note_title(body text) returns text
language sql immutable strict parallel safe
return regexp_replace(btrim(split_part(btrim(translate(body, E'\r\t', '  '), E' \n'), E'\n', 1)), '^(.{99}).{2,}$', '\1…');
comment on function crm_private.note_title(text) is
  'How a note begins: its first line, of which 100 characters at most.';


create or replace function crm_private.note_about(note crm.note) returns text
language sql stable parallel safe
set search_path = ''
as $$
  select coalesce(
    (select event.title from crm.event where event.id = note.event_id),
    (select coalesce(client.company_name, client.full_name)
     from crm.client
     where client.id = coalesce(note.client_id, (select contract.client_id from crm.contract where contract.id = note.contract_id))))
$$;
comment on function crm_private.note_about(crm.note) is
  'What a note is about, by name: an event by its title, a client or a contract by the client''s company or, without one, name.';


-- Whose notes they are


create or replace function crm_private.note_client(note_id integer) returns integer
language sql stable security invoker
set search_path = ''
as $$
  select coalesce(
    (select note.client_id from crm.note where note.id = note_client.note_id),
    (select (change.old_values ->> 'client_id')::integer
     from audit.change
     where change.record = 'note' and change.row_id = note_client.note_id and change.action = 'delete'))
$$;
comment on function crm_private.note_client(integer) is
  'The id of the client that a note is about, or was until it was deleted; null for one about something else.';


create or replace function crm_private.note_ids(client_ids integer[]) returns setof integer
language sql stable security invoker
set search_path = ''
as $$
  select note.id from crm.note where note.client_id = any (client_ids)
  union all
  select change.row_id
  from audit.change
  where change.record = 'note' and change.action = 'delete' and (change.old_values ->> 'client_id')::integer = any (client_ids)
$$;
comment on function crm_private.note_ids(integer[]) is
  'The ids of the notes about clients, also of those that were deleted, whose history still has the text.';


-- Reminders. The servers ask for them every minute, each for itself: what one has written, the unique index keeps the other
-- from writing again. After two weeks in which no server ran, what was due before is no news.

create or replace function crm_private.remind_of_notes(time_zone text) returns integer
language plpgsql volatile security definer  -- the worker writes no notification
set search_path = ''
as $$
declare
  today    constant date := (now() at time zone time_zone - interval '7 hours')::date;  -- a day of notes begins at seven
  reminded integer;
begin
  insert into crm.notification (recipient_id, kind, note_id, subject, new_values)
  select recipient.id, 'note_due', note.id, crm_private.note_title(note.body),
    jsonb_strip_nulls(jsonb_build_object(
      'remind_on', note.remind_on, 'about', crm_private.note_about(note),
      'client_id', note.client_id, 'contract_id', note.contract_id, 'event_id', note.event_id,
      'author', case when recipient.id <> author.id then author.full_name end))
  from crm.note
  join crm.employee author on author.id = note.author_id
  left join crm.event      on event.id = note.event_id
  left join crm.contract   on contract.id = note.contract_id
  left join crm.client     on client.id = note.client_id
  -- Of an author who has left, the colleague who looks after the record hears.
  join crm.employee recipient
    on recipient.active
    and recipient.id = case
      when author.active then author.id
      else coalesce(event.support_contact_id, event.commercial_id, contract.commercial_id, client.commercial_contact_id)
    end
  where note.done_at is null
    and note.remind_on between today - 13 and today
  order by note.remind_on, note.id
  on conflict (note_id, (new_values ->> 'remind_on')) do nothing;
  get diagnostics reminded = row_count;
  return reminded;
end
$$;
comment on function crm_private.remind_of_notes(text) is
  'Notifies, from seven o''clock in a time zone, of the notes that are to be followed up on that day, and of those of the last two weeks that were not, each once; returns how many. It reminds the author, or, when they have left, who looks after the record.';
