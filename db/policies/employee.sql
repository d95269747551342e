-- employee: who works here, and in which department.
-- Every employee reads all of them. Management alone creates, changes and deletes them, but not themselves.

call dba.close_table('crm.employee');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('crm.employee');  -- restrictive: only in a session that identity.enter has proven
call dba.require_second_factor('crm.employee', 'epic_management', 'create');  -- restrictive: with the second factor, of those
call dba.require_second_factor('crm.employee', 'epic_management', 'update');  -- who have one, and of departments that need one

grant select                                                        on crm.employee to epic_employee;
grant insert (full_name, email, phone, department)                  on crm.employee to epic_management;
grant update (full_name, email, phone, department, active, version) on crm.employee to epic_management;
grant delete                                                        on crm.employee to epic_management;
grant select (id, full_name, email)                                 on crm.employee to epic_worker;
-- Not granted: id and creation_date. version is granted to be sent as the expected one; a trigger increments it.


-- read

create policy employee_read_all on crm.employee
  for select to epic_employee
  using (true);
comment on policy employee_read_all on crm.employee is
  'Every employee reads every employee.';

create policy worker_read_active on crm.employee
  for select to epic_worker
  using (active);
comment on policy worker_read_active on crm.employee is
  'The worker reads to whom it sends an e-mail: active employees only.';


-- create

create policy management_create_any on crm.employee
  for insert to epic_management
  with check (true);
comment on policy management_create_any on crm.employee is
  'Management creates employees.';


-- update

create policy management_update_any on crm.employee
  for update to epic_management
  using (true)
  with check (true);
comment on policy management_update_any on crm.employee is
  'Management changes, moves and deactivates employees.';


-- delete

create policy management_delete_others on crm.employee
  for delete to epic_management
  using (id <> (select crm.current_employee_id()));
comment on policy management_delete_others on crm.employee is
  'Management deletes any employee but themselves.';


-- the database's own functions

create policy owner_read_all on crm.employee
  for select to epic_owner
  using (true);
comment on policy owner_read_all on crm.employee is
  'Logging in, and the rules about contacts and managers, look employees up.';

create policy owner_lock_all on crm.employee
  for update to epic_owner
  using (true)
  with check (false);
comment on policy owner_lock_all on crm.employee is
  'The rules about contacts and managers lock the employees they rely on, and change none.';

create policy owner_create_any on crm.employee
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on crm.employee is
  'The first manager is created before there is anyone to do it: epic-server employee create.';
