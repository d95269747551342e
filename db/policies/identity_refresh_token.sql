-- identity.refresh_token: every refresh token of a session, as a digest.
-- No role of the API reads or writes it; the functions of identity do.

call dba.close_table('identity.refresh_token');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on identity.refresh_token
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.refresh_token is
  'Refreshing looks the token up.';

create policy owner_create_any on identity.refresh_token
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on identity.refresh_token is
  'Logging in and refreshing issue a token.';

create policy owner_use_any on identity.refresh_token
  for update to epic_owner
  using (used_at is null)
  with check (used_at is not null);
comment on policy owner_use_any on identity.refresh_token is
  'A token is used once, and stays used.';
