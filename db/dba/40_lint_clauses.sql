-- What the lints of conditions read: the policies clause by clause, and the functions that give them claims.


create view dba.linted_policy with (security_invoker) as
select policy.*, relation.object as table_name, format('%I on %s', policy.polname, relation.object) as object,
       case polcmd
         when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
       end as command,
       pg_get_expr(polqual, polrelid)      as using_expression,
       pg_get_expr(polwithcheck, polrelid) as check_expression
from pg_catalog.pg_policy policy
join dba.linted_relation relation on relation.oid = policy.polrelid;
comment on view dba.linted_policy is
  'Every policy of the linted relations; object is its name and its table.';


create view dba.policy_role with (security_invoker) as
select role.oid, role.rolname as name, regexp_replace(role.rolname, '^[a-z0-9]+_', '') as short_name
from pg_catalog.pg_roles role
where role.oid in (select unnest(polroles) from dba.linted_policy);
comment on view dba.policy_role is
  'Every role that a policy is for; short_name is its name without a prefix, as in the names of policies: sales for epic_sales.';

-- The roles that act: those that requests run as, and others that are named in a policy or grant.
create view dba.acting_role with (security_invoker) as
select role.oid, role.rolname::text as name, role.rolbypassrls as bypasses_rls
from pg_catalog.pg_roles role
where role.oid in (select oid from dba.api_role where is_entered)
   or role.rolname in (select role from dba.policy union select role from dba.privilege)
      and role.oid not in (select oid from dba.api_role)
      and not role.rolsuper;
comment on view dba.acting_role is
  'The roles that requests run as, and others that are named in a policy or grant; superusers apart.';

create view dba.applicable_policy with (security_invoker) as
select distinct acting.oid as acting_oid, acting.name as acting, policy.polrelid as table_oid, verb.name as verb,
       policy.oid as policy_oid, policy.polname, policy.polpermissive, policy.using_expression
from dba.linted_policy policy
cross join lateral unnest(policy.polroles) as grantee (oid)
join dba.acting_role acting on grantee.oid = 0 or pg_has_role(acting.oid, grantee.oid, 'usage')
join (values ('select'), ('insert'), ('update'), ('delete')) verb (name) on policy.command in (verb.name, 'all');
comment on view dba.applicable_policy is
  'The policies that apply to each acting role and verb, through memberships too.';


-- A constant clause has neither a column nor a call nor a sub-select: it is the same for every row and caller. Without a
-- check of its own, an update is checked by its using expression; such an implicit clause is not repeated here.

create view dba.policy_clause with (security_invoker) as
select policy.oid as policy_oid, policy.polrelid as table_oid, policy.table_name, policy.object, policy.polname as policy,
       policy.command, policy.polpermissive as is_permissive, policy.polroles as roles,
       clause.name, clause.tree, clause.expression,
       clause.tree !~ '\{(VAR|FUNCEXPR|SUBLINK|SQLVALUEFUNCTION|PARAM|NEXTVALUEEXPR) ' as is_constant
from dba.linted_policy policy
cross join lateral (values
  ('using', polqual::text, using_expression), ('with check', polwithcheck::text, check_expression)
) clause (name, tree, expression)
where clause.tree is not null;
comment on view dba.policy_clause is
  'The clauses of every policy, using and with check, each as a tree and as text.';


-- A claim is what a request says of its caller: a setting with a prefix, such as jwt.claims.employee_id. Bodies that were
-- bound as they were created are printed, the others are read as text.

create view dba.claim_reader with (security_invoker) as
with recursive body as materialized (
  select function.oid, function.proname as name, function.provolatile = 'i' as is_immutable, source.text,
         regexp_replace(source.text, '--[^\n]*|''(?:[^'']|'''')*''', '', 'g') as calls  -- without comments and literals
  from dba.linted_function linted
  join pg_catalog.pg_proc function on function.oid = linted.oid
  cross join lateral (select coalesce(pg_get_function_sqlbody(function.oid), function.prosrc) as text) source
  where function.prorettype <> 'trigger'::regtype and function.prokind = 'f'
),
reader as (
  select oid, name, is_immutable from body
  where text ~* '\mcurrent_setting\(\s*''[^'']*\.[^'']+'''
  union
  select caller.oid, caller.name, caller.is_immutable
  from reader
  join body caller on strpos(caller.calls, reader.name || '(') > 0 and caller.calls ~ ('\m' || reader.name || '\(')
)
select oid, is_immutable from reader;
comment on view dba.claim_reader is
  'The functions that read a claim, themselves or through another one.';

create view dba.claim with (security_invoker) as
select distinct match.found[1] as name
from (
  select expression as text from dba.policy_clause
  union all
  select coalesce(pg_get_function_sqlbody(function.oid), function.prosrc)
  from pg_catalog.pg_proc function
  where function.oid in (select oid from dba.claim_reader)
) source
cross join lateral regexp_matches(source.text, 'current_setting\(\s*''([^'']+\.[^'']+)''', 'gi') match (found);
comment on view dba.claim is
  'The settings that policies read, themselves or through a function.';
