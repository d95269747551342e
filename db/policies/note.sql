-- note: what an employee wants to remember about a client, a contract or an event.
-- Every employee reads all of them, and writes on any record. Their author alone changes, finishes and deletes them.

call dba.close_table('crm.note');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('crm.note');  -- restrictive: only in a session that identity.enter has proven

grant select                                                   on crm.note to epic_employee;
grant insert (client_id, contract_id, event_id, body, remind_on) on crm.note to epic_employee;
grant update (body, remind_on, done_at, version), delete         on crm.note to epic_employee;
-- version is granted to be sent as the expected one; a trigger increments it.
-- Not granted: id and created_at; author_id, a default that no role may override; what it is about, once written.


-- read

create policy employee_read_all on crm.note
  for select to epic_employee
  using (true);
comment on policy employee_read_all on crm.note is
  'Every employee reads every note.';


-- create

create policy employee_create_own on crm.note
  for insert to epic_employee
  with check (author_id = (select crm.current_employee_id()));
comment on policy employee_create_own on crm.note is
  'Every employee writes notes on any record, in their own name.';


-- update

create policy employee_update_own on crm.note
  for update to epic_employee
  using (author_id = (select crm.current_employee_id()))
  with check (author_id = (select crm.current_employee_id()));
comment on policy employee_update_own on crm.note is
  'A note is changed and finished by its author alone.';


-- delete

create policy employee_delete_own on crm.note
  for delete to epic_employee
  using (author_id = (select crm.current_employee_id()));
comment on policy employee_delete_own on crm.note is
  'A note is deleted by its author alone.';


-- the database's own functions

create policy owner_read_all on crm.note
  for select to epic_owner
  using (true);
comment on policy owner_read_all on crm.note is
  'Notes are searched, and looked through for those to be reminded of.';

create policy owner_update_of_clients on crm.note
  for update to epic_owner
  using (client_id is not null)
  with check (client_id is not null);
comment on policy owner_update_of_clients on crm.note is
  'crm.erase_client erases the notes about a client.';
