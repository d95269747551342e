-- auth.login_attempt: failed logins in a row, by a digest of the address typed.
-- Nobody reads or writes it; the functions of auth do.

call dba.close_table('auth.login_attempt');  -- no grant, no policy, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on auth.login_attempt
  for select to epic_owner
  using (true);
comment on policy owner_read_all on auth.login_attempt is
  'Logging in looks whether the account is locked.';

create policy owner_create_any on auth.login_attempt
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on auth.login_attempt is
  'An attempt takes the account''s turn.';

create policy owner_update_any on auth.login_attempt
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on auth.login_attempt is
  'A failed login is counted.';

create policy owner_delete_any on auth.login_attempt
  for delete to epic_owner
  using (true);
comment on policy owner_delete_any on auth.login_attempt is
  'A successful login forgets the failures, and so does a day without one.';
