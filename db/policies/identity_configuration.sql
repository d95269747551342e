-- identity.configuration: what an administrator decides about sessions and second factors.
-- No role of the API reads or writes it; the functions of identity read it, and an administrator changes it as epic_owner.

call dba.close_table('identity.configuration');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions, and administrators

create policy owner_read_all on identity.configuration
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.configuration is
  'Logging in looks up how long a session lasts.';

create policy owner_update_any on identity.configuration
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on identity.configuration is
  'An administrator changes the configuration.';
