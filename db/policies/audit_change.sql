-- audit.change, and crm.history, the view through which it is read: who changed what, when, and from what.
-- Sales and support read all but the rows about employees, management all. Rows are added, never changed; what is
-- old may be pruned by a DBA. Triggers on the table hold everyone to that, superusers too.

call dba.close_table('audit.change');  -- to all but backups, RLS forced: everything below is all there is
call dba.close_table('crm.history');
call dba.require_session('audit.change');  -- restrictive: only in a session that identity.enter has proven

grant select (id, changed_at, transaction_id, record, row_id, action, employee_id, service_account, database_user, old_values, new_values)
             on audit.change to epic_employee;
grant select on crm.history  to epic_employee;
-- Not granted: the session; insert, update and delete.

-- Revoked from the owner: all that its functions do not need. They write what changed, and by whom, which a policy
-- compares with the session; the database adds when and in which transaction; crm.erase_client redacts a client; dba.prune_history removes what is old; a
-- deployment replaces the triggers.
revoke all                                                        on audit.change from epic_owner;
grant select, delete, trigger                                     on audit.change to epic_owner;
grant insert (employee_id, session_id, record, row_id, action, old_values, new_values),
      update (old_values, new_values)                             on audit.change to epic_owner;


-- read

create policy sales_read_records on audit.change
  for select to epic_sales
  using (record <> 'employee');
comment on policy sales_read_records on audit.change is
  'Sales read the history of every record except employees.';

create policy support_read_records on audit.change
  for select to epic_support
  using (record <> 'employee');
comment on policy support_read_records on audit.change is
  'Support read the history of every record except employees.';

create policy management_read_all on audit.change
  for select to epic_management
  using (true);
comment on policy management_read_all on audit.change is
  'Management reads the whole history.';


-- the database's own functions

create policy owner_create_own on audit.change
  for insert to epic_owner
  with check (employee_id is not distinct from (select crm.current_employee_id()));
comment on policy owner_create_own on audit.change is
  'Every change of a record is written here by a trigger, as made by the employee whose session it is.';

create policy owner_read_needed on audit.change
  for select to epic_owner
  using (record in ('client', 'note', 'history') or changed_at < (select now() - audit.minimum_retention()));
comment on policy owner_read_needed on audit.change is
  'crm.erase_client looks up the history of the client it erases, and of the notes about them; dba.prune_history what it may remove, and its trace.';

create policy owner_erase_clients on audit.change
  for update to epic_owner
  using (record in ('client', 'note'))
  with check (record in ('client', 'note'));
comment on policy owner_erase_clients on audit.change is
  'crm.erase_client takes the person out of the client''s history, and that of the notes about them; a trigger lets nothing else pass.';

create policy owner_prune_old on audit.change
  for delete to epic_owner
  using (changed_at < (select now() - audit.minimum_retention()) and action <> 'prune');
comment on policy owner_prune_old on audit.change is
  'dba.prune_history removes history that is old enough; a trigger lets nothing pass without a trace.';
