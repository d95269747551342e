-- Lints of policies, and of grants without them.


-- Calls that PostgreSQL repeats for each row although no argument depends on it: they are not in a sub-select of their
-- own. PostgreSQL's own functions are cheap and serve indexes (now()), except current_setting. Read from the expression
-- tree of the catalogue, since the text does not tell which parentheses belong together.

create view dba.per_row_function_call with (security_invoker) as
with expression as (
  select oid, clause.tree
  from pg_catalog.pg_policy
  cross join lateral (values ('using', polqual::text), ('with check', polwithcheck::text)) clause (name, tree)
),
token as (
  select expression.oid, expression.tree, match.n, match.found[1] as text,
         sum(case when match.found[1] = '}' then -1 else 1 end) over (partition by oid, tree order by n) as depth
  from expression
  cross join lateral regexp_matches(tree, '(\{[A-Z]+(?: :funcid \d+)?|\})', 'g') with ordinality match (found, n)
),
node as (
  select opening.*, (
           select min(closing.n) from token closing
           where closing.oid = opening.oid and closing.tree = opening.tree
             and closing.n > opening.n and closing.depth < opening.depth) as ends
  from token opening
  where opening.text ~ '^\{(FUNCEXPR|SUBLINK|VAR)'
),
call as (
  select node.*, substring(node.text from '\d+')::oid as function, (
           select max(sublink.n) from node sublink
           where sublink.oid = node.oid and sublink.tree = node.tree
             and sublink.text = '{SUBLINK' and sublink.n < node.n and sublink.ends > node.ends) as sublink
  from node
  where node.text ~ '^\{FUNCEXPR'
)
select distinct call.oid as policy_oid, call.function
from call
join pg_catalog.pg_proc function
  on function.oid = call.function
  and function.provolatile <> 'i'
  and (function.pronamespace <> 'pg_catalog'::regnamespace or function.proname = 'current_setting')
left join node sublink on sublink.oid = call.oid and sublink.tree = call.tree and sublink.n = call.sublink
where not exists (
  select from node var
  where var.oid = call.oid and var.tree = call.tree and var.text = '{VAR'
    and var.n between call.n and call.ends)
  and (sublink.n is null or exists (
    select from node var
    where var.oid = call.oid and var.tree = call.tree and var.text = '{VAR'
      and var.n between sublink.n and sublink.ends));
comment on view dba.per_row_function_call is
  'Functions that a policy calls for each row although no argument depends on it.';


create view dba.lint_of_policies with (security_invoker) as
with linted_policy as (
  select policy.*, relation.object as table_name, format('%I on %s', policy.polname, relation.object) as object,
         case polcmd
           when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
         end as command,
         pg_get_expr(polqual, polrelid)      as using_expression,
         pg_get_expr(polwithcheck, polrelid) as check_expression
  from pg_catalog.pg_policy policy
  join dba.linted_relation relation on relation.oid = policy.polrelid
),
verb (name) as (
  values ('select'), ('insert'), ('update'), ('delete')
),
-- The roles that act: those that requests run as, and others that are named in a policy or grant.
acting as (
  select oid, name from dba.api_role where is_entered
  union
  select role.oid, role.rolname::text
  from pg_catalog.pg_roles role
  where role.rolname in (select role from dba.policy union select role from dba.privilege)
    and role.oid not in (select oid from dba.api_role)
    and not role.rolsuper
),
-- The policies that apply to each of them, through memberships too.
applicable as (
  select distinct acting.oid as acting_oid, acting.name as acting, policy.polrelid as table_oid, verb.name as verb,
         policy.polname, policy.polpermissive
  from linted_policy policy
  cross join lateral unnest(policy.polroles) as grantee (oid)
  join acting on grantee.oid = 0 or pg_has_role(acting.oid, grantee.oid, 'usage')
  join verb  on policy.command in (verb.name, 'all')
),
allowed as (
  select acting.oid as acting_oid, acting.name as acting, relation.oid as table_oid, relation.object as table_name,
         relation.owner, verb.name as verb
  from acting
  cross join verb
  join dba.linted_relation relation on relation.kind in ('r', 'p')
  where case verb.name
          when 'delete' then has_table_privilege(acting.oid, relation.oid, 'delete')
          else has_any_column_privilege(acting.oid, relation.oid, verb.name)
        end
)


select 'policy_without_role' as name, object, 'It is for PUBLIC, which is every role there is and will be.' as detail
from linted_policy
where polroles = '{0}'


union all
select 'policy_for_all_commands', object, 'It is for select, insert, update and delete alike.'
from linted_policy
where command = 'all'


union all
select 'policy_without_comment', object, 'It has no comment.'
from linted_policy
where obj_description(oid, 'pg_policy') is null


union all
select 'multiple_permissive_policies', format('%s on %s to %s', applicable.verb, relation.object, applicable.acting),
       format('%s: one that holds is enough.', string_agg(applicable.polname, ', ' order by applicable.polname))
from applicable
join dba.linted_relation relation on relation.oid = applicable.table_oid
where applicable.polpermissive
group by relation.object, applicable.verb, applicable.acting
having count(*) > 1


union all
select 'policy_without_grant', policy.object,
       format('None of its roles has been granted %s.', replace(policy.command, 'all', 'anything'))
from linted_policy policy
where policy.polpermissive  -- a restrictive one holds for what is granted later, too
  and not exists (
  select from applicable
  join allowed using (acting_oid, table_oid, verb)
  where applicable.table_oid = policy.polrelid and applicable.polname = policy.polname)


union all
select 'grant_without_policy', format('%s on %s to %s', allowed.verb, allowed.table_name, allowed.acting),
       'No policy opens a row to it.'
from allowed
-- An owner has every grant, and so has a role that deploys as the owner.
where not pg_has_role(allowed.acting_oid, allowed.owner, 'usage')
  and not exists (
    select from applicable
    where applicable.acting_oid = allowed.acting_oid and applicable.table_oid = allowed.table_oid
      and applicable.verb = allowed.verb and applicable.polpermissive)


-- Neither a column nor a call nor a sub-select: the same for every row and caller.

union all
select 'always_true_write_policy', policy.object,
       format('Every row passes %s.', string_agg(clause.name || ' ' || clause.expression, ' and ' order by clause.nth))
from linted_policy policy
cross join lateral (values
  (1, 'using', polqual::text, using_expression, command in ('update', 'delete', 'all')),
  (2, 'with check', coalesce(polwithcheck, polqual)::text, coalesce(check_expression, using_expression),
   command in ('insert', 'update', 'all'))
) clause (nth, name, tree, expression, applies)
where policy.polpermissive
  and clause.applies
  and clause.expression <> 'false'
  and clause.tree !~ '\{(VAR|FUNCEXPR|SUBLINK|SQLVALUEFUNCTION|PARAM|NEXTVALUEEXPR) '
  and coalesce(policy.check_expression, '') <> 'false'
group by policy.object


union all
select 'per_row_function_call', policy.object,
       format('It calls %s for each row.', string_agg(dba.signature(call.function), ', ' order by dba.signature(call.function)))
from linted_policy policy
join dba.per_row_function_call call on call.policy_oid = policy.oid
group by policy.object;
comment on view dba.lint_of_policies is
  'Findings about policies, and about grants and policies that lack one another.';
