-- notification: what an employee should hear about.
-- Each employee reads their own and marks them read. Only triggers write them.

call dba.close_table('crm.notification');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('crm.notification');  -- restrictive: only in a session that identity.enter has proven

grant select           on crm.notification to epic_employee;
grant update (read_at) on crm.notification to epic_employee;
grant select (id, recipient_id, kind, event_id, contract_id, employee_id, note_id, subject, old_values, new_values, created_at)
                       on crm.notification to epic_worker;
-- Not granted: insert, delete, and every other column. A trigger sets read_at to the present.


-- read

create policy employee_read_own on crm.notification
  for select to epic_employee
  using (recipient_id = (select crm.current_employee_id()));
comment on policy employee_read_own on crm.notification is
  'Every employee reads their own notifications.';

create policy worker_read_unread on crm.notification
  for select to epic_worker
  using (read_at is null);
comment on policy worker_read_unread on crm.notification is
  'The worker reads what it sends by e-mail: unread notifications.';


-- update

create policy employee_mark_own on crm.notification
  for update to epic_employee
  using (recipient_id = (select crm.current_employee_id()))
  with check (recipient_id = (select crm.current_employee_id()));
comment on policy employee_mark_own on crm.notification is
  'Every employee marks their own notifications read.';


-- the database's own functions

create policy owner_create_any on crm.notification
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on crm.notification is
  'Changes of events and contracts, and the days of notes, write notifications.';

create policy owner_read_any on crm.notification
  for select to epic_owner
  using (true);
comment on policy owner_read_any on crm.notification is
  'crm.who_may says to management who may read a notification.';

create policy owner_settle_reminders on crm.notification
  for update to epic_owner
  using (note_id is not null)
  with check (note_id is not null);
comment on policy owner_settle_reminders on crm.notification is
  'A note that is finished or put off marks its reminders read.';

create policy owner_delete_reminders on crm.notification
  for delete to epic_owner
  using (note_id is not null);
comment on policy owner_delete_reminders on crm.notification is
  'crm.erase_client deletes the reminders of the notes about a client.';
