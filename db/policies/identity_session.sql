-- identity.session, and crm.my_session, the view through which it is read: who is logged in.
-- Everybody sees their own sessions and ends them, and a service account its own; the functions of identity open, extend and
-- end them.

call dba.close_table('identity.session');  -- to all but backups, RLS forced: everything below is all there is
call dba.close_table('crm.my_session');
call dba.require_session('identity.session');  -- restrictive: only in a session that identity.enter has proven

grant select (id, created_at, last_used_at, expires_at, revoked_at, user_agent, read_only, ends_at) on identity.session to epic_employee;
grant update (revoked_at)                                                                           on identity.session to epic_employee;
grant select on crm.my_session to epic_employee;
-- Not granted: insert and delete; all that would keep a session open for longer.


-- read

create policy employee_read_own on identity.session
  for select to epic_employee
  using (employee_id = (select crm.current_employee_id())
     and service_account is not distinct from (select identity.current_service_account()));
comment on policy employee_read_own on identity.session is
  'Everybody sees their own sessions, and no one else''s. A program sees its own, and not those of its owner.';


-- update

create policy employee_end_own on identity.session
  for update to epic_employee
  using (employee_id = (select crm.current_employee_id())
     and service_account is not distinct from (select identity.current_service_account())
     and revoked_at is null)
  with check (employee_id = (select crm.current_employee_id()) and revoked_at = now());
comment on policy employee_end_own on identity.session is
  'Everybody ends their own sessions, at once and for good. A program ends its own, and not those of its owner.';


-- the database's own functions

create policy owner_read_all on identity.session
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.session is
  'Every transaction of the API looks its session up.';

create policy owner_create_any on identity.session
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on identity.session is
  'Logging in opens a session, and so does the assertion of a service account.';

create policy owner_update_any on identity.session
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on identity.session is
  'Refreshing extends a session; logging out, a replayed token, another password and deactivation end it.';

create policy owner_delete_expired on identity.session
  for delete to epic_owner
  using (expires_at < now());
comment on policy owner_delete_expired on identity.session is
  'Logging in clears away the employee''s expired sessions.';
