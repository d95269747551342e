-- Lints of policies, and of grants without them.


create view dba.lint_of_policies with (security_invoker) as
with linted_policy as (
  select * from dba.linted_policy
),
applicable as materialized (
  select * from dba.applicable_policy
),
allowed as (
  select acting.oid as acting_oid, acting.name as acting, acting.bypasses_rls, relation.oid as table_oid,
         relation.object as table_name, relation.owner, verb.name as verb
  from dba.acting_role acting
  cross join (values ('select'), ('insert'), ('update'), ('delete')) verb (name)
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
  -- One that bypasses row-level security needs no policy: bypassing_role.
  and not allowed.bypasses_rls
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



-- What a policy does not do

union all
select 'false_policy', policy.object, case
         when clause.name is null then 'It has no condition, and lets no row in.'
         when policy.polpermissive then format('No row passes its %s.', clause.name)
         else format('No row passes its %s, whatever other policies say.', clause.name)
       end
from linted_policy policy
left join dba.policy_clause clause on clause.policy_oid = policy.oid
where clause.is_constant and dba.value_without_claims(clause.tree, '{}') in ('false', 'null')
   or clause.name is null and policy.polpermissive


union all
select 'restrictive_without_effect', policy.object, 'It restricts nothing.'
from linted_policy policy
where not policy.polpermissive
  and not exists (
    select from dba.policy_clause clause
    where clause.policy_oid = policy.oid
      and not (clause.is_constant and dba.value_without_claims(clause.tree, '{}') = 'true'))


-- Those that dba.require_session adds are on every table and for every verb, for what is granted later.

union all
select 'idle_restrictive_policy', policy.object,
       format('No permissive policy opens %s to %s.', replace(policy.command, 'all', 'anything'),
         coalesce((select string_agg(role.rolname, ', ' order by role.rolname)
                   from unnest(policy.polroles) as grantee (oid) join pg_catalog.pg_roles role using (oid)), 'any role'))
from linted_policy policy
where not policy.polpermissive
  and policy.oid not in (select oid from dba.policy where requires_session)
  and not exists (
    select from applicable
    join applicable opening using (acting_oid, table_oid, verb)
    where applicable.policy_oid = policy.oid and opening.polpermissive)


union all
select 'duplicate_policy', policy.object, format('It repeats %s.', min(other.polname))
from linted_policy policy
join linted_policy other on other.polrelid = policy.polrelid and other.polname < policy.polname
  and other.polcmd = policy.polcmd and other.polpermissive = policy.polpermissive
  and other.polroles <@ policy.polroles and other.polroles @> policy.polroles
  and other.using_expression is not distinct from policy.using_expression
  and other.check_expression is not distinct from policy.check_expression
group by policy.object


union all
select 'placeholder_policy', object, 'Its name says that it was not meant to stay.'
from linted_policy
where polname ~* '(^|_)(todo|fixme|tmp|temp|hack|xxx|debug|placeholder|wip)(_|$)'


-- Whom a policy is for

union all
select 'write_before_login', policy.object,
       format('%s may %s without a login.', string_agg(distinct role.name, ', ' order by role.name),
         replace(policy.command, 'all', 'write'))
from linted_policy policy
join dba.anonymous_role role on exists (
  select from unnest(policy.polroles) as grantee (oid)
  where grantee.oid <> 0 and pg_has_role(role.oid, grantee.oid, 'usage'))
where policy.polpermissive
  and policy.command <> 'select'
  and coalesce(policy.check_expression, policy.using_expression) <> 'false'
group by policy.object, policy.command


union all
select 'policy_for_bypassing_role', policy.object,
       format('%s is asked no policy.', string_agg(role.rolname, ', ' order by role.rolname))
from linted_policy policy
join pg_catalog.pg_roles role on role.oid = any (policy.polroles) and (role.rolbypassrls or role.rolsuper)
group by policy.object


-- What is learned about rows that a policy hides, from an error: a reference to a row that is not there, a value that is
-- taken. sees_all: a policy shows the role every row anyway.

union all
select 'reference_reveals_rows', format('%I on %s', reference.conname, child.object),
       format('%s learns which rows of %s there are.', string_agg(distinct acting.name, ', ' order by acting.name), parent.object)
from pg_catalog.pg_constraint reference
join dba.linted_relation child  on child.oid = reference.conrelid
join dba.linted_relation parent on parent.oid = reference.confrelid and parent.has_rls
join dba.acting_role acting     on not acting.bypasses_rls and not pg_has_role(acting.oid, parent.owner, 'usage')
where reference.contype = 'f'
  and exists (
    select from unnest(reference.conkey) as key (number)
    where has_column_privilege(acting.oid, child.oid, key.number, 'insert')
       or has_column_privilege(acting.oid, child.oid, key.number, 'update'))
  -- A policy that asks for the column says which rows may be referred to.
  and (not child.has_rls or exists (
    select from applicable
    where applicable.acting_oid = acting.oid and applicable.table_oid = child.oid
      and applicable.verb in ('insert', 'update') and applicable.polpermissive
      and not exists (
        select from pg_catalog.pg_depend used
        where used.classid = 'pg_catalog.pg_policy'::regclass and used.objid = applicable.policy_oid
          and used.refclassid = 'pg_catalog.pg_class'::regclass and used.refobjid = child.oid
          and used.refobjsubid = any (reference.conkey))))
  and not exists (
    select from applicable
    where applicable.acting_oid = acting.oid and applicable.table_oid = parent.oid
      and applicable.verb = 'select' and applicable.polpermissive and applicable.using_expression = 'true')
group by reference.conname, child.object, parent.object


union all
select 'unique_reveals_rows', format('%I.%I', relation.schema_name, class.relname),
       format('%s learns which values are taken in rows of others.', string_agg(distinct acting.name, ', ' order by acting.name))
from pg_catalog.pg_index index
join dba.linted_relation relation on relation.oid = index.indrelid and relation.has_rls
join pg_catalog.pg_class class    on class.oid = index.indexrelid
join dba.acting_role acting       on not acting.bypasses_rls and not pg_has_role(acting.oid, relation.owner, 'usage')
where index.indisunique and not index.indisprimary
  and exists (
    select from unnest(index.indkey::smallint[]) as key (number)
    join pg_catalog.pg_attribute attribute on attribute.attrelid = relation.oid and attribute.attnum = key.number
    where attribute.atttypid <> 'uuid'::regtype  -- is drawn, not guessed
      and (has_column_privilege(acting.oid, relation.oid, key.number, 'insert')
        or has_column_privilege(acting.oid, relation.oid, key.number, 'update')))
  and exists (
    select from applicable
    where applicable.acting_oid = acting.oid and applicable.table_oid = relation.oid
      and applicable.verb in ('insert', 'update') and applicable.polpermissive)
  and exists (
    select from applicable
    where applicable.acting_oid = acting.oid and applicable.table_oid = relation.oid
      and applicable.verb = 'select' and applicable.polpermissive)
  -- By a column of the policy, the values of each owner are apart.
  and not exists (
    select from applicable
    left join pg_catalog.pg_depend used on used.classid = 'pg_catalog.pg_policy'::regclass and used.objid = applicable.policy_oid
      and used.refclassid = 'pg_catalog.pg_class'::regclass and used.refobjid = relation.oid
      and used.refobjsubid = any (index.indkey::smallint[])
    where applicable.acting_oid = acting.oid and applicable.table_oid = relation.oid
      and applicable.verb = 'select' and applicable.polpermissive
      and (applicable.using_expression = 'true' or used.objid is not null))
group by relation.schema_name, class.relname


union all
select 'owner_column_ignored', format('%s.%I', relation.object, attribute.attname), 'No policy of the table asks for it.'
from dba.linted_relation relation
join pg_catalog.pg_attribute attribute on attribute.attrelid = relation.oid
where relation.has_rls
  and attribute.attname ~ '^(owner|user|tenant|org|organization|account)(_id|_uuid)$'
  and not attribute.attisdropped
  and exists (select from pg_catalog.pg_policy where polrelid = relation.oid)
  and not exists (
    select from pg_catalog.pg_depend used
    join pg_catalog.pg_policy policy on policy.oid = used.objid and policy.polrelid = relation.oid
    where used.classid = 'pg_catalog.pg_policy'::regclass
      and used.refclassid = 'pg_catalog.pg_class'::regclass
      and used.refobjid = relation.oid and used.refobjsubid = attribute.attnum);
comment on view dba.lint_of_policies is
  'Findings about policies, and about grants and policies that lack one another.';
