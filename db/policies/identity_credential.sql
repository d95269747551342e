-- identity.credential: how an employee proves who they are.
-- No role of the API reads a password hash. Management gives others one for one login; the functions of identity compare and change it.

call dba.close_table('identity.credential');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('identity.credential');  -- restrictive: only in a session that identity.enter has proven
call dba.require_second_factor('identity.credential', 'epic_management', 'create');  -- restrictive: with the second factor, of those
call dba.require_second_factor('identity.credential', 'epic_management', 'update');  -- who have one, and of departments that need one

grant select (employee_id)                            on identity.credential to epic_management;
grant insert (employee_id, password_hash)             on identity.credential to epic_management;
grant update (password_hash, must_change, changed_at) on identity.credential to epic_management;
-- Not granted: reading a hash. must_change starts as true: what someone else chose is for one login only.


-- read

create policy management_read_all on identity.credential
  for select to epic_management
  using (true);
comment on policy management_read_all on identity.credential is
  'Management sees who has a password, and never the password.';


-- create

create policy management_create_one_time on identity.credential
  for insert to epic_management
  with check (must_change and (select identity.current_service_account()) is null);
comment on policy management_create_one_time on identity.credential is
  'Management gives a new employee a password for one login, and leaves that to no program.';


-- update

create policy management_reset_others on identity.credential
  for update to epic_management
  using (employee_id <> (select crm.current_employee_id()) and (select identity.current_service_account()) is null)
  with check (employee_id <> (select crm.current_employee_id()) and must_change and changed_at = now());
comment on policy management_reset_others on identity.credential is
  'Management gives others a new password for one login, but not themselves: changing one''s own takes the present one. A program gives no one a password.';


-- the database's own functions

create policy owner_read_all on identity.credential
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.credential is
  'Logging in compares the password; entering a session looks whether it is still a one-time password.';

create policy owner_create_any on identity.credential
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on identity.credential is
  'The first manager is created before there is anyone to do it: epic-server employee create.';

create policy owner_update_needed on identity.credential
  for update to epic_owner
  using ((select crm.current_employee_id()) is null or employee_id = (select crm.current_employee_id()))
  with check (
    (select crm.current_employee_id()) is null and must_change and changed_at = now()
    or employee_id = (select crm.current_employee_id()));
comment on policy owner_update_needed on identity.credential is
  'identity.change_password changes the caller''s own password, and no one else''s. An operator, who is in no session, gives an employee one for one login: epic-server employee reset-password.';
