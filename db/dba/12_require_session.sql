-- Requires of every employee, on one table, a session that was entered with the secret of an access token.
--
-- What is read asks `is not null` of the answer: the planner takes a bare boolean to be true for half of the rows, of each
-- table, and would choose plans for a fraction of the rows that there are.

create procedure dba.require_session(target regclass)
language plpgsql
set search_path = ''
as $$
begin
  execute format($sql$
    create policy employee_read_in_session on %1$s as restrictive
      for select to epic_employee using ((select nullif(identity.in_session(), false)) is not null);
    create policy employee_create_in_session on %1$s as restrictive
      for insert to epic_employee with check ((select identity.in_writable_session()));
    create policy employee_update_in_session on %1$s as restrictive
      for update to epic_employee using (true) with check ((select identity.in_writable_session()));
    create policy employee_delete_in_session on %1$s as restrictive
      for delete to epic_employee using ((select identity.in_writable_session()));
    comment on policy employee_read_in_session   on %1$s is 'Rows are read only in a session.';
    comment on policy employee_create_in_session on %1$s is 'Rows are created only in a session that may write.';
    comment on policy employee_update_in_session on %1$s is 'Rows are changed only in a session that may write.';
    comment on policy employee_delete_in_session on %1$s is 'Rows are deleted only in a session that may write.'
  $sql$, target);
end
$$;
comment on procedure dba.require_session(regclass) is
  'Adds the restrictive policies by which employees read a table only in a session whose claims are proven, and write it only in one that may write. For policy files, after dba.close_table. The explanations and the matrix leave these policies out, as they are on every table; dba.lint finds a table without them.';
