-- The departments, as the records know them: the words that crm.employee.department can be, each with its role.

create view dba.department with (security_invoker) as
select word.found[1] as name, 'epic_' || word.found[1] as role, word.place::integer as place
from pg_catalog.pg_constraint rule
cross join lateral regexp_matches(pg_get_expr(rule.conbin, rule.conrelid), '''(\w+)''::text', 'g')
  with ordinality word (found, place)
where rule.conrelid = to_regclass('crm.employee')
  and rule.conname = 'employee_department_is_known';
comment on view dba.department is
  'The departments in the order of their constraint, each with the role that its employees enter.';

create function dba.place_of_role(role text) returns integer
language sql stable
set search_path = ''
as $$
  select coalesce(
    (select place from dba.department where department.role = place_of_role.role),
    1000 + array_position(array['epic_employee', 'epic_anonymous', 'epic_authenticator', 'epic_owner'], role))
$$;
comment on function dba.place_of_role(text) is
  'Where a role stands in a list: the departments first, then what they have in common, then the doors; null for any other.';
