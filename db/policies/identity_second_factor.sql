-- identity.second_factor: the authenticator app of an employee.
-- No role of the API reads or writes it; the functions of identity do.

call dba.close_table('identity.second_factor');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on identity.second_factor
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.second_factor is
  'Logging in looks whether a code is asked for, and what it must be.';

create policy owner_create_own on identity.second_factor
  for insert to epic_owner
  with check (employee_id = (select crm.current_employee_id()));
comment on policy owner_create_own on identity.second_factor is
  'identity.begin_second_factor draws a secret for the caller, and for no one else.';

create policy owner_update_any on identity.second_factor
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on identity.second_factor is
  'Logging in remembers the code that was accepted; identity.enable_second_factor enables the caller''s.';

create policy owner_delete_any on identity.second_factor
  for delete to epic_owner
  using (true);
comment on policy owner_delete_any on identity.second_factor is
  'identity.disable_second_factor removes the caller''s, and an operator that of an employee who has lost their phone.';
