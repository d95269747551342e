-- identity.access_token: the secrets of access tokens, as digests.
-- No role of the API reads or writes it; the functions of identity do.

call dba.close_table('identity.access_token');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on identity.access_token
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.access_token is
  'Entering a session looks the secret of its access token up.';

create policy owner_create_any on identity.access_token
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on identity.access_token is
  'Logging in and refreshing issue a token; identity.create_read_only_token makes one that only reads.';

create policy owner_delete_expired on identity.access_token
  for delete to epic_owner
  using (expires_at < now());
comment on policy owner_delete_expired on identity.access_token is
  'Refreshing clears away the expired tokens of its session.';
