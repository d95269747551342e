-- identity.login_attempt: failed logins, by digests of the e-mail address typed and of the network address.
-- No role of the API reads or writes it; the functions of identity do.

call dba.close_table('identity.login_attempt');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on identity.login_attempt
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.login_attempt is
  'Logging in looks whether the account or the address is locked.';

create policy owner_create_any on identity.login_attempt
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on identity.login_attempt is
  'An attempt locks the counters of its account and its address.';

create policy owner_update_any on identity.login_attempt
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on identity.login_attempt is
  'A failed login is counted; a success, or a new one-time password, forgets the failures of the account.';

create policy owner_delete_old on identity.login_attempt
  for delete to epic_owner
  using (last_attempt_at < now() - interval '1 day');
comment on policy owner_delete_old on identity.login_attempt is
  'What is more than a day old is forgotten.';
