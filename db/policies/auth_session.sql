-- auth.session: who is logged in.
-- Nobody reads or writes it; the functions of auth do.

call dba.close_table('auth.session');  -- no grant, no policy, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on auth.session
  for select to epic_owner
  using (true);
comment on policy owner_read_all on auth.session is
  'Every transaction of the API looks its session up.';

create policy owner_create_any on auth.session
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on auth.session is
  'Logging in opens a session.';

create policy owner_update_any on auth.session
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on auth.session is
  'Refreshing extends a session; logging out, a replayed token and deactivation end it.';

create policy owner_delete_expired on auth.session
  for delete to epic_owner
  using (expires_at < now());
comment on policy owner_delete_expired on auth.session is
  'Logging in clears away the employee''s expired sessions.';
