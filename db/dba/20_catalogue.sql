-- The catalogue's entries about access, decoded. The tools read these views rather than the catalogue.


create function dba.is_guest() returns boolean
language sql stable
set search_path = ''
as $$
  -- of a view, since a grant on the schema would renew the entry of the schema
  select xmin is not distinct from pg_current_xact_id_if_assigned()::xid
  from pg_catalog.pg_class
  where oid = 'dba.setting'::regclass
$$;
comment on function dba.is_guest() is
  'Whether schema dba was created by this transaction: then it is there to look at a database, and no part of it.';


-- Every schema of this database that is neither PostgreSQL's own nor an extension's. Schema dba is left out while the transaction
-- that creates it lasts: then it is there to look at a database, and no part of it.

create view dba.schema with (security_invoker) as
select namespace.oid, namespace.nspname as name, namespace.nspowner::regrole::text as owner
from pg_catalog.pg_namespace namespace
where namespace.nspname !~ '^pg_'
  and namespace.nspname <> 'information_schema'
  and not (namespace.nspname = 'dba' and dba.is_guest())
  and namespace.nspname <> all (select unnest(foreign_schemas) from dba.setting)
  and not exists (
    select from pg_catalog.pg_depend
    where pg_depend.classid = 'pg_catalog.pg_namespace'::regclass
      and pg_depend.objid = namespace.oid
      and pg_depend.deptype = 'e');
comment on view dba.schema is
  'Every schema that is neither PostgreSQL''s own nor an extension''s nor foreign (dba.setting); also dba, once it is deployed.';


-- Every policy: one row for each role that it is for.

create view dba.policy with (security_invoker) as
select
  policy.oid,
  policy.polrelid                                      as table_oid,
  schema.name                                          as schema_name,
  relation.relname                                     as table_name,
  policy.polname                                       as name,
  case policy.polcmd
    when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
  end                                                  as command,
  coalesce(role.rolname, 'public')                     as role,
  case when policy.polpermissive then 'permissive' else 'restrictive' end as mode,
  pg_get_expr(policy.polqual, policy.polrelid)         as using_expression,
  pg_get_expr(policy.polwithcheck, policy.polrelid)    as check_expression,
  obj_description(policy.oid, 'pg_policy')             as sentence,
  not policy.polpermissive
    and concat_ws(' ', nullif(pg_get_expr(policy.polqual, policy.polrelid), 'true'), pg_get_expr(policy.polwithcheck, policy.polrelid))
      ~ '^\( SELECT identity\.in_(writable_)?session\(\) AS \w+\)$|^\(\( SELECT NULLIF\(identity\.in_session\(\), false\) AS "nullif"\) IS NOT NULL\)$'
      as requires_session
from pg_catalog.pg_policy policy
join pg_catalog.pg_class relation on relation.oid = policy.polrelid
join dba.schema schema            on schema.oid = relation.relnamespace
cross join lateral unnest(policy.polroles) as grantee (oid)
left join pg_catalog.pg_roles role on role.oid = grantee.oid;
comment on view dba.policy is
  'Every policy, one row for each role that it is for; command is select, insert, update, delete or all. Those that ask for nothing but a session, as dba.require_session adds them, require it.';


-- Every privilege that a role other than the owner holds on an object of ours, column by column where it
-- was granted so. What was never granted or revoked has PostgreSQL's default, which is often a grant to PUBLIC.

create view dba.privilege with (security_invoker) as
with object as (
  select 'database' as kind, oid, null::name as schema_name, datname as object_name, null::name as column_name,
         datdba as owner, coalesce(datacl, acldefault('d', datdba)) as acl
  from pg_catalog.pg_database
  where datname = current_database()
  union all
  select 'schema', namespace.oid, namespace.nspname, namespace.nspname, null,
         nspowner, coalesce(nspacl, acldefault('n', nspowner))
  from pg_catalog.pg_namespace namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'
    and not (nspname = 'dba' and dba.is_guest())
    and nspname <> all (select unnest(foreign_schemas) from dba.setting)
  union all
  select case relation.relkind when 'r' then 'table' when 'p' then 'table' when 'f' then 'foreign table'
           when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' end,
         relation.oid, schema.name, relation.relname, null, relation.relowner,
         coalesce(relation.relacl, acldefault((case relation.relkind when 'S' then 's' else 'r' end)::"char", relation.relowner))
  from pg_catalog.pg_class relation
  join dba.schema schema on schema.oid = relation.relnamespace
  where relation.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
  union all
  select case relation.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
         relation.oid, schema.name, relation.relname, attribute.attname, relation.relowner, attribute.attacl
  from pg_catalog.pg_attribute attribute
  join pg_catalog.pg_class relation on relation.oid = attribute.attrelid
  join dba.schema schema            on schema.oid = relation.relnamespace
  where attribute.attacl is not null and not attribute.attisdropped
  union all
  select case function.prokind when 'p' then 'procedure' else 'function' end,
         function.oid, schema.name, format('%s(%s)', function.proname, pg_get_function_identity_arguments(function.oid)),
         null, function.proowner, coalesce(function.proacl, acldefault('f', function.proowner))
  from pg_catalog.pg_proc function
  join dba.schema schema on schema.oid = function.pronamespace
  where not exists (
    select from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_proc'::regclass and objid = function.oid and deptype = 'e')
)
select
  object.kind, object.oid, object.schema_name, object.object_name, object.column_name,
  coalesce(role.rolname, 'public') as role,
  lower(acl.privilege_type)        as privilege,
  acl.is_grantable
from object
cross join lateral aclexplode(object.acl) acl
left join pg_catalog.pg_roles role on role.oid = acl.grantee
where acl.grantee <> object.owner;
comment on view dba.privilege is
  'Every privilege on something of ours that is held by grant, to PUBLIC (role public) by default too: one row for each object or column, role and privilege.';
