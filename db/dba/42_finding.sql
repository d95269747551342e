-- All findings together, and those that are not suppressed.

-- How many of the roles that requests run as reach what a finding is about. What is about a role may be about everything.

create view dba.exposure with (security_invoker) as
select relation.object, count(role.oid)::integer as roles
from dba.linted_relation relation
left join dba.api_role role on role.is_entered
  and (has_any_column_privilege(role.oid, relation.oid, 'select')
    or has_any_column_privilege(role.oid, relation.oid, 'insert')
    or has_any_column_privilege(role.oid, relation.oid, 'update')
    or has_table_privilege(role.oid, relation.oid, 'delete'))
where relation.kind <> 'S'
group by relation.object
union all
select function.object, count(role.oid)::integer
from dba.linted_function function
left join dba.api_role role on role.is_entered and has_function_privilege(role.oid, function.oid, 'execute')
group by function.object;
comment on view dba.exposure is
  'Relations and functions, each with the number of roles of the API that reach it.';


create view dba.lint with (security_invoker) as
-- Each subject is planned by itself: together, planning takes twice as long.
with roles as materialized (select name, object, detail from dba.lint_of_roles),
tables as materialized (select name, object, detail from dba.lint_of_tables),
policies as materialized (select name, object, detail from dba.lint_of_policies),
conditions as materialized (select name, object, detail from dba.lint_of_conditions),
grants as materialized (select name, object, detail from dba.lint_of_grants),
functions as materialized (select name, object, detail from dba.lint_of_functions),
indexes as materialized (select name, object, detail from dba.lint_of_indexes),
comments as materialized (select name, object, detail from dba.lint_of_comments),
found as (
  select * from roles
  union all
  select * from tables
  union all
  select * from policies
  union all
  select * from conditions
  union all
  select * from grants
  union all
  select * from functions
  union all
  select * from indexes
  union all
  select * from comments
),
reach as materialized (
  select object, roles from dba.exposure
),
found_or_stale as (
  select * from found
  union all
  select 'stale_suppression', format('%s: %s', suppression.rule, suppression.object),
         format('Its reason was: %s', suppression.reason)
  from dba.suppression
  where suppression.rule <> 'drift'  -- a difference from db/, which `policies diff` looks for
    and not exists (select from found where found.name = suppression.rule and found.object = suppression.object)
)
select rule.number, rule.name, rule.level, found_or_stale.object collate "default", found_or_stale.detail collate "default",
       rule.why, rule.fix,
       coalesce(
         reach.roles,
         case when rule.number < 200 then (select count(*)::integer from dba.api_role where is_entered) else 0 end) as exposure
from found_or_stale
join dba.lint_rule rule on rule.name = found_or_stale.name
-- sales_update_own on crm.client, crm.client.email, select on crm.client to epic_sales: crm.client; or a function
left join reach on reach.object = case
  when found_or_stale.object ~ '\)$' then found_or_stale.object
  else substring(found_or_stale.object from '(?:^|\mon )((?:"[^"]+"|[\w$]+)\.(?:"[^"]+"|[\w$]+))')
end;
comment on view dba.lint is
  'Every finding, suppressed or not: the rule with its number and level, the object, what about it, why it matters, what to do, and how many roles of the API reach the object.';


create view dba.finding with (security_invoker) as
select lint.*
from dba.lint
where not exists (
  select from dba.suppression
  where suppression.rule = lint.name and suppression.object = lint.object);
comment on view dba.finding is
  'The findings of dba.lint that are not in dba.suppression: what epic-server policies lint prints.';
