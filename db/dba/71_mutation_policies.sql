-- Mutants of the policies.

create view dba.policy_mutation with (security_invoker) as
with policy as (
  select policy.*, mutated.name as table_name, role.is_department,
         format('policy %I on %s', policy.polname, mutated.name) as title,
         case policy.polcmd
           when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
         end as verb,
         case when policy.polpermissive then 'permissive' else 'restrictive' end as mode,
         obj_description(policy.oid, 'pg_policy') as sentence,
         pg_get_expr(policy.polqual, policy.polrelid) as using_expression,
         pg_get_expr(policy.polwithcheck, policy.polrelid) as check_expression,
         grantee.rolname as role_name
  from pg_catalog.pg_policy policy
  join dba.mutation_table mutated on mutated.oid = policy.polrelid
  left join pg_catalog.pg_roles grantee on policy.polroles = array[grantee.oid]
  left join dba.mutation_role role on role.name = grantee.rolname
),
clause as (
  select policy.*, clause, expression
  from policy
  cross join lateral (values
    ('using',      using_expression),
    -- Without a check of its own, an update is checked by its using expression.
    ('with check', coalesce(check_expression, case when verb in ('update', 'all') then using_expression end))
  ) clauses (clause, expression)
  where expression is not null
)
select
  'drop policy' as kind,
  table_name as object,
  'drop ' || title as name,
  'drop ' || title as sql,
  null as equivalence
from policy

union all
select
  case bound when 'true' then 'widen policy' else 'narrow policy' end,
  table_name,
  format('alter %s %s (%s)', title, clause, bound),
  format('alter %s %s (%s)', title, clause, bound),
  case when bound = 'false' and role_name <> 'epic_owner' and verb <> 'all' then format('dba.no_role_may(%L, %L, %L)', role_name, table_name, verb) end
from clause
cross join unnest(array['true', 'false']) bound
where expression <> bound

-- One condition of several is left out.
union all
select
  'widen policy',
  table_name,
  format('alter %s %s: without %s', title, clause, regexp_replace(operand.operand, '\s+', ' ', 'g')),
  format('alter %s %s (%s)', title, clause,
    overlay(inner_expression placing 'true' from operand.start for length(operand.operand))),
  null
from clause
cross join lateral regexp_replace(expression, '^\((.*)\)$', '\1') as inner_expression
cross join lateral dba.condition_operands(inner_expression) operand
where operand.operator = 'and'

-- Another department, or anonymous requests, get the same policy, with its comment.
union all
select
  'give policy',
  table_name,
  format('%s for %s too', title, role.name),
  concat_ws(' ',
    format('create policy %I on %s as %s for %s to %I', given.name, table_name, mode, verb, role.name),
    'using (' || using_expression || ')',
    'with check (' || check_expression || ')',
    format('; comment on policy %I on %s is %L', given.name, table_name, sentence)),
  format('not has_%s_privilege(%L, %L, %L)',
    case verb when 'delete' then 'table' else 'any_column' end, role.name, table_name, verb)
from policy
join dba.mutation_role role on role.name <> 'epic_authenticator'
cross join lateral format('%s_as_%s', substr(role.name, length('epic_') + 1), polname) given (name)
where role_name <> 'epic_owner'
  and policy.polpermissive  -- a restrictive one gives nothing
  -- Skipped for a role whose own policy permits as much already.
  and not exists (
    select from policy own
    where own.polrelid = policy.polrelid
      and own.verb = policy.verb
      and own.role_name in (role.name, case when role.is_department then 'epic_employee' end)
      and coalesce(own.using_expression, '') in ('true', policy.using_expression, '')
      and coalesce(own.check_expression, '') in ('true', policy.check_expression, ''))

-- What is for every employee is withheld from one department.
union all
select
  'narrow policy',
  table_name,
  format('%s not for %s', title, role.name),
  format('alter %s to %s', title,
    (select string_agg(other.name, ', ' order by other.name) from dba.mutation_role other
     where other.is_department and other.name <> role.name)),
  null
from policy
join dba.mutation_role role on role.is_department
where role_name = 'epic_employee';
comment on view dba.policy_mutation is
  'Each policy dropped; opened wide and shut, clause by clause; with one of its conditions forgotten; given to another role; and withheld from a department.';
