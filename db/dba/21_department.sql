-- The departments, as the records know them: the words that crm.employee.department can be, each with its role. Another database
-- has none.

create view dba.department with (security_invoker) as
select word.found[1] as name, 'epic_' || word.found[1] as role, word.position::integer as position
from pg_catalog.pg_constraint rule
cross join lateral regexp_matches(pg_get_expr(rule.conbin, rule.conrelid), '''(\w+)''::text', 'g')
  with ordinality word (found, position)
where rule.conrelid = to_regclass('crm.employee')
  and rule.conname = 'employee_department_is_known';
comment on view dba.department is
  'The departments in the order of their constraint, each with the role that its employees enter.';

create function dba.role_position(role text) returns integer
language sql stable
set search_path = ''
as $$
  select coalesce(
    (select position from dba.department where department.role = role_position.role),
    1000 + array_position(array['epic_employee', 'epic_anonymous'] || (select api_logins || owner from dba.setting), role))
$$;
comment on function dba.role_position(text) is
  'The position of a role in a list: the departments, then epic_employee, epic_anonymous, the logins of the API and the owner; null for any other.';
