-- identity.used_assertion: assertions of service accounts that have opened a session.
-- No role of the API reads or writes it; the functions of identity do.

call dba.close_table('identity.used_assertion');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on identity.used_assertion
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.used_assertion is
  'An assertion that was used before is refused.';

create policy owner_create_any on identity.used_assertion
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on identity.used_assertion is
  'An assertion that opens a session is used.';

create policy owner_delete_expired on identity.used_assertion
  for delete to epic_owner
  using (expires_at < now());
comment on policy owner_delete_expired on identity.used_assertion is
  'An expired assertion opens no session, used or not.';
