-- Acting as an employee, in psql, for the length of a transaction.
--
--   begin;
--   select dba.impersonate('alice.martin@epic-events.example');
--   update crm.contract set status = 'signed' where id = 3;   -- as Alice would, and refused as she would be
--   rollback;
--
-- Role and claims are local to the transaction. With autocommit they would be gone after the statement that set them, and
-- the DBA would run the next one as themselves: so autocommit is refused. A function cannot see whether there was a
-- `begin`, but it can see at commit which query commits: PostgreSQL then runs a cursor `with hold` to its end, and this
-- one calls dba.refuse_autocommit.


create function dba.refuse_autocommit(starting_query text) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  -- A message of the extended protocol that ends a transaction without a statement has no query.
  if coalesce(current_query(), starting_query) = starting_query then
    raise 'You would be yourself again before your next statement: dba.impersonate needs a transaction that is begun before it and ended after it.'
      using errcode = 'no_active_sql_transaction',
            hint = 'Send begin, then dba.impersonate, and at last rollback or commit, one at a time.';
  end if;
end
$$;
comment on function dba.refuse_autocommit(text) is
  'Called at the end of the transaction in which dba.impersonate was called: refuses to commit it within the same statement. Raises 25P01.';


create function dba.impersonate(email text) returns text
language plpgsql volatile security invoker  -- a security definer function may not change the role
set search_path = ''
as $$
declare
  person crm.employee;
begin
  perform set_config('role', 'epic_owner', true);  -- which reads employees without a session
  select * into person from crm.employee where lower(employee.email) = lower(impersonate.email);
  if not found then
    raise 'No employee has the e-mail address %.', coalesce(impersonate.email, 'null')
      using errcode = 'no_data_found',
            hint = 'See who does: select full_name, email, department from crm.employee where active;';
  end if;
  if not person.active then
    raise '% has been deactivated, and may do nothing.', person.full_name
      using errcode = 'object_not_in_prerequisite_state',
            hint = format('Be another employee of %1$s: select email from crm.employee where active and department = %1$L;', person.department);
  end if;

  if exists (select from pg_cursors where name = 'dba_impersonation') then
    execute 'close dba_impersonation';
  end if;
  execute format('declare dba_impersonation no scroll cursor with hold for select dba.refuse_autocommit(%L)', current_query());

  perform identity.set_claims('epic_' || person.department, person.id, null, person.department, second_factor => true);
  begin
    perform set_config('role', 'epic_' || person.department, true);
  exception when insufficient_privilege then
    raise 'You may not become epic_%, which % works as.', person.department, person.full_name
      using errcode = 'insufficient_privilege',
            hint = format('Have an administrator of the server run: grant epic_%s to %I', person.department, session_user);
  end;
  return format('You are %s (employee %s, %s) until rollback or commit.', person.full_name, person.id, person.department);
end
$$;
comment on function dba.impersonate(text) is
  'Makes you the employee with this e-mail address until the transaction ends: their role, their claims, their second factor if they have one, no session. For roles that may become epic_owner and the departments. Refuses outside a transaction; `rollback to` a savepoint is the way back within it. What you commit is in the history as theirs, with your login. Raises P0002 for an unknown address, 55000 for a deactivated employee, 42501 when you may not become the department, 25P01 at the end of a statement that is its own transaction.';
