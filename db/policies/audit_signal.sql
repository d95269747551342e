-- audit.signal: that a notification was written or an event changed, for those who subscribe.
-- Every employee reads the signals for everybody and their own. The database writes them, and removes them after days.

call dba.close_table('audit.signal');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('audit.signal');  -- restrictive: only in a session that identity.enter has proven

grant select (id, created_at, transaction_id, snapshot, topic, row_id, action),
      insert (topic) on audit.signal to epic_employee;
-- Not granted: recipient_id, update and delete. Employees may write the
-- topic of a signal, and the policy allows only 'mark'.


-- read

create policy employee_read_own on audit.signal
  for select to epic_employee
  using (recipient_id is null or recipient_id = (select crm.current_employee_id()));
comment on policy employee_read_own on audit.signal is
  'Every employee reads the signals that are for everybody, and their own.';


-- create

create policy employee_create_mark on audit.signal
  for insert to epic_employee
  with check (topic = 'mark');
comment on policy employee_create_mark on audit.signal is
  'Every employee may mark a position, and signals nothing by it.';


-- the database's own functions

create policy owner_create_any on audit.signal
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on audit.signal is
  'New notifications and changes of events write signals; tokens that only read come with a mark.';

create policy owner_read_old on audit.signal
  for select to epic_owner
  using (created_at < (select now() - audit.signal_retention()));
comment on policy owner_read_old on audit.signal is
  'audit.prune_signals looks up the signals that are too old.';

create policy owner_delete_old on audit.signal
  for delete to epic_owner
  using (created_at < (select now() - audit.signal_retention()));
comment on policy owner_delete_old on audit.signal is
  'audit.prune_signals removes the signals that are too old.';
