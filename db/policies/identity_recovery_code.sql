-- identity.recovery_code: what an employee logs in with when their phone is lost, as digests.
-- No role of the API reads or writes it; the functions of identity do.

call dba.close_table('identity.recovery_code');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on identity.recovery_code
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.recovery_code is
  'A code is compared, and those that are left are counted.';

create policy owner_create_own on identity.recovery_code
  for insert to epic_owner
  with check (employee_id = (select crm.current_employee_id()));
comment on policy owner_create_own on identity.recovery_code is
  'identity.draw_recovery_codes draws codes for the caller, and for no one else.';

create policy owner_delete_any on identity.recovery_code
  for delete to epic_owner
  using (true);
comment on policy owner_delete_any on identity.recovery_code is
  'A code that is used is gone, and so are those that new ones replace.';
