-- Lints of grants: what was granted to whom, now or by default.

create view dba.lint_of_grants with (security_invoker) as
with linted_privilege as (
  select * from dba.api_privilege
  where kind = 'database' or schema_name in (select name from dba.linted_schema)
),
-- What belongs to PostgreSQL itself or to the cluster, with what is granted on it from the beginning.
system_object (class, oid, column_number, acl, given) as (
  select 'pg_catalog.pg_proc'::regclass, function.oid, 0, proacl, acldefault('f', proowner)
  from pg_catalog.pg_proc function
  where pronamespace = 'pg_catalog'::regnamespace
  union all
  select 'pg_catalog.pg_class'::regclass, relation.oid, 0, relacl, acldefault('r', relowner)
  from pg_catalog.pg_class relation
  where relnamespace = 'pg_catalog'::regnamespace
  union all
  select 'pg_catalog.pg_class'::regclass, relation.oid, attnum, attacl, null
  from pg_catalog.pg_attribute
  join pg_catalog.pg_class relation on relation.oid = attrelid
  where relnamespace = 'pg_catalog'::regnamespace
  union all
  select 'pg_catalog.pg_parameter_acl'::regclass, oid, 0, paracl, null from pg_catalog.pg_parameter_acl
  union all
  select 'pg_catalog.pg_language'::regclass, oid, 0, lanacl, acldefault('l', lanowner) from pg_catalog.pg_language
  union all
  select 'pg_catalog.pg_tablespace'::regclass, oid, 0, spcacl, null from pg_catalog.pg_tablespace
  union all
  select 'pg_catalog.pg_foreign_data_wrapper'::regclass, oid, 0, fdwacl, null from pg_catalog.pg_foreign_data_wrapper
  union all
  select 'pg_catalog.pg_foreign_server'::regclass, oid, 0, srvacl, null from pg_catalog.pg_foreign_server
  union all
  select 'pg_catalog.pg_largeobject'::regclass, oid, 0, lomacl, null from pg_catalog.pg_largeobject_metadata
)


select 'grant_to_public' as name, grant_made as object, 'Every role of the cluster has it.' as detail
from linted_privilege
where role = 'public' and kind not in ('function', 'procedure')


union all
select 'execute_granted_to_public', object, 'Every role of the cluster may call it.'
from linted_privilege
where role = 'public' and kind in ('function', 'procedure')


union all
select 'grant_with_grant_option', grant_made, format('%s may grant it to anybody.', role)
from linted_privilege
where is_grantable
union all
select 'grant_with_grant_option', format('%s to %s', role.rolname, member.name),
       format('%s may make anybody a member.', member.name)
from dba.api_role member
join pg_catalog.pg_auth_members membership on membership.member = member.oid and membership.admin_option
join pg_catalog.pg_roles role              on role.oid = membership.roleid


union all
select 'grant_bypassing_rls', grant_made, format('No policy is asked about %s.', privilege)
from linted_privilege
where kind = 'sequence'
   or kind in ('table', 'view', 'materialized view', 'foreign table')
      and privilege not in ('select', 'insert', 'update', 'delete')


union all
select 'table_wide_write_grant', grant_made, 'It includes every column, and those yet to come.'
from linted_privilege
where kind = 'table' and column_name is null and privilege in ('insert', 'update')


union all
select 'create_granted', grant_made, format('%s may create objects of its own.', role)
from linted_privilege
where kind in ('schema', 'database') and privilege in ('create', 'temporary') and role <> 'public'


union all
select 'dba_tools_granted', grant_made, format('Schema %s is for those who look after the database.', schema_name)
from linted_privilege
where schema_name in ('dba', 'graphile_migrate')


union all
select 'grant_without_comment', object, format('%s has been granted %s, and it has no comment.',
         string_agg(distinct role, ', ' order by role), string_agg(distinct privilege, ', ' order by privilege))
from linted_privilege
where kind <> 'database'
  and obj_description(oid, case
        when kind = 'schema'                    then 'pg_namespace'
        when kind in ('function', 'procedure')  then 'pg_proc'
        else 'pg_class'
      end) is null
group by object


-- Usage of types, PUBLIC's by default, is harmless.

union all
select 'default_privileges_open',
       format('%s of %s%s', opened.objects, rule.defaclrole::regrole,
         ' in ' || nullif(rule.defaclnamespace, 0)::regnamespace),
       format('%s will have %s on every new one.', coalesce(role.rolname, 'public'),
         string_agg(lower(acl.privilege_type), ', ' order by acl.privilege_type))
from pg_catalog.pg_default_acl rule
cross join lateral aclexplode(rule.defaclacl) acl
cross join lateral (
  select case rule.defaclobjtype
    when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
    when 'T' then 'types' when 'n' then 'schemas' else 'large objects'
  end as objects
) opened
left join pg_catalog.pg_roles role on role.oid = acl.grantee
where acl.grantee = 0 and rule.defaclobjtype <> 'T'
   or acl.grantee in (select oid from dba.api_role)
group by opened.objects, rule.defaclrole, rule.defaclnamespace, role.rolname
union all
select 'default_privileges_open', format('functions of %s', owner), 'public will have execute on every new one.'
from dba.setting
where to_regrole(quote_ident(setting.owner)) is not null and not exists (
  select from pg_catalog.pg_default_acl
  where defaclrole = to_regrole(quote_ident(setting.owner)) and defaclnamespace = 0 and defaclobjtype = 'f')


-- What PostgreSQL gives to every role, and only a superuser takes back: db/superuser.sql, db/dedicated_cluster.sql.

union all
select 'large_object_granted',
       format('execute on function %s to %s', dba.signature(function.oid), coalesce(role.name, 'public')),
       format('%s may make large objects.', coalesce(role.name, 'public'))
from pg_catalog.pg_proc function
cross join lateral aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) acl
left join dba.api_role role on role.oid = acl.grantee
where function.pronamespace = 'pg_catalog'::regnamespace
  and function.proname in ('lo_creat', 'lo_create', 'lo_from_bytea')
  and (acl.grantee = 0 or role.oid is not null)


-- Another database of the same owner is another instance of the application, with the same logins.

union all
select 'other_database_granted',
       format('connect on database %I to %s', database.datname, coalesce(login.name, 'public')),
       format('%s may connect to it.', coalesce(login.name, 'public'))
from pg_catalog.pg_database database
cross join lateral aclexplode(coalesce(database.datacl, acldefault('d', database.datdba))) acl
left join dba.server_login login on login.oid = acl.grantee
where database.datallowconn
  and database.datname <> current_database()
  and database.datdba is distinct from (select to_regrole(quote_ident(owner)) from dba.setting)
  and acl.privilege_type = 'CONNECT'
  and (acl.grantee = 0 or login.oid is not null)


union all
select 'system_privilege',
       format('%s on %s to %s', lower(acl.privilege_type),
         pg_describe_object(object.class, object.oid, object.column_number), coalesce(role.name, 'public')),
       format('PostgreSQL does not give it to %s.', coalesce(role.name, 'public'))
from system_object object
cross join lateral aclexplode(object.acl) acl
left join dba.api_role role on role.oid = acl.grantee
where object.acl is not null
  and (acl.grantee = 0 or role.oid is not null)
  and not exists (
    select from aclexplode(coalesce(
      (select initprivs from pg_catalog.pg_init_privs
       where classoid = object.class and objoid = object.oid and objsubid = object.column_number),
      object.given)) as first
    where first.grantee = acl.grantee and first.privilege_type = acl.privilege_type);
comment on view dba.lint_of_grants is
  'Findings about grants on objects of ours, of PostgreSQL and of the cluster, and about default privileges.';
