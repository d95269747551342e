-- Mutants of the functions that act with the rights of the owner, that triggers call, or that write: each ignores one
-- of its checks. The others only read, with the rights of their caller, and so can neither show nor change anything
-- that the caller could not reach without them.

create view dba.function_mutation with (security_invoker) as
with function as (
  select function.oid, function.oid::regprocedure::text as name, prosecdef, prosrc, proconfig, prorettype,
         pg_get_functiondef(function.oid) as definition,
         strpos(pg_get_functiondef(function.oid), prosrc) as body
  from pg_catalog.pg_proc function
  join dba.mutation_schema schema on schema.oid = function.pronamespace and schema.is_ours
  where function.prokind = 'f'
    and function.prosrc <> ''
    and (function.prosecdef or function.provolatile = 'v')
    and not exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_proc'::regclass and objid = function.oid and deptype = 'e')
),
condition as materialized (
  select function.*, found.keyword, found.start, found.condition
  from function
  cross join lateral dba.sql_conditions(prosrc) found
),
change as (
  -- A check is skipped: the branch is never taken, or always.
  select condition.*, start as changed_at, condition as changed, outcome
  from condition
  cross join unnest(array['false', 'true']) outcome
  where keyword in ('if', 'elsif')

  -- A row is looked up without the condition.
  union all
  select condition.*, start, condition, 'true'
  from condition
  where keyword = 'where'

  -- One condition of several is left out.
  union all
  select condition.*, condition.start + operand.start - 1, operand.operand,
         case operand.operator when 'and' then 'true' else 'false' end
  from condition
  cross join lateral dba.condition_operands(condition) operand
),
titled as (
  select change.*,
         format('%s: %s%s -> %s', name,
           case keyword when ',' then '' else keyword || ' ' end,
           regexp_replace(changed, '\s+', ' ', 'g'), outcome) as title
  from change
)
select
  'ignore a check' as kind,
  name as object,
  -- A function may contain the same condition twice.
  case
    when count(*) over same = 1 then title
    else format('%s (%s)', title, row_number() over (same order by changed_at))
  end as name,
  overlay(definition placing outcome from body + changed_at - 1 for length(changed)) as sql,
  null as equivalence
from titled
window same as (partition by title)

union all
select
  'rights of a function',
  name,
  format('alter function %s security invoker', name),
  format('alter function %s security invoker', name),
  -- What no role may call is called with the rights of the owner already; but a trigger is called without a grant.
  case when prorettype <> 'trigger'::regtype
    then format('not exists (select from dba.mutation_role where has_function_privilege(oid, %L, ''execute''))', name) end
from function
where prosecdef

union all
select
  'rights of a function',
  name,
  format('alter function %s reset search_path', name),
  format('alter function %s reset search_path', name),
  'dba.no_role_creates_objects()'
from function
where array_to_string(proconfig, ' ') like '%search_path%';
comment on view dba.function_mutation is
  'Each condition of a function that writes, that a trigger calls or that has the rights of the owner ignored, whole and in part; and those rights taken away.';
