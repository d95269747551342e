-- staging.import_line: lines of imports that are under way.
-- Each employee stages their own lines, and crm.run_import writes the records with their rights. No one sees the lines of others.

call dba.close_table('staging.import_line');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('staging.import_line');  -- restrictive: only in a session that identity.enter has proven

grant select, delete                  on staging.import_line to epic_employee;
grant insert (import_id, line, input) on staging.import_line to epic_employee;
-- Not granted: update; employee_id, which is the caller's by default, and staged_at.


-- read

create policy employee_read_own on staging.import_line
  for select to epic_employee
  using (employee_id = (select crm.current_employee_id()));
comment on policy employee_read_own on staging.import_line is
  'Everybody sees the lines that they import themselves, and no one else''s.';


-- create

create policy employee_create_own on staging.import_line
  for insert to epic_employee
  with check (employee_id = (select crm.current_employee_id()));
comment on policy employee_create_own on staging.import_line is
  'Everybody imports in their own name.';


-- delete

create policy employee_delete_own on staging.import_line
  for delete to epic_employee
  using (employee_id = (select crm.current_employee_id()));
comment on policy employee_delete_own on staging.import_line is
  'Everybody ends their own imports.';


-- the database's own functions

create policy owner_read_old on staging.import_line
  for select to epic_owner
  using (staged_at < (select now() - interval '1 day'));
comment on policy owner_read_old on staging.import_line is
  'staging.prune_import_lines looks up the lines of imports that were abandoned.';

create policy owner_delete_old on staging.import_line
  for delete to epic_owner
  using (staged_at < (select now() - interval '1 day'));
comment on policy owner_delete_old on staging.import_line is
  'staging.prune_import_lines removes the lines of imports that were abandoned.';
