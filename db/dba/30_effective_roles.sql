-- Which grants are effective for which role: its own, those of roles that it inherits from, and those to PUBLIC.


-- The roles that matter to this database: named in a grant or a policy, an owner, or a member of one of these.
-- Superusers are left out, since nothing here applies to them. pg_shdepend knows on which roles objects depend.

create view dba.role with (security_invoker) as
with recursive relevant (oid) as (
  select role.oid
  from pg_catalog.pg_shdepend dependency
  join pg_catalog.pg_roles role        on role.oid = dependency.refobjid
  join pg_catalog.pg_database database on database.datname = current_database()
  where dependency.refclassid = 'pg_catalog.pg_authid'::regclass
    and (dependency.dbid = database.oid
         or dependency.classid = 'pg_catalog.pg_database'::regclass and dependency.objid = database.oid)
  union
  select role.oid
  from pg_catalog.pg_roles role
  where role.rolname in ('pg_read_all_data', 'pg_write_all_data')
  union
  select membership.member
  from pg_catalog.pg_auth_members membership
  join relevant on relevant.oid = membership.roleid
)
select
  role.oid,
  role.rolname      as name,
  role.rolcanlogin  as can_login,
  role.rolbypassrls as bypasses_rls,
  shobj_description(role.oid, 'pg_authid') as sentence
from pg_catalog.pg_roles role
where role.oid in (select oid from relevant)
  and not role.rolsuper
  and role.rolname !~ '^pg_';
comment on view dba.role is
  'Every role, superusers apart, that is named in a grant or a policy, owns something, or is a member of such a role.';


-- The columns of the matrix.

create view dba.shown_role with (security_invoker) as
select department.role, department.position
from dba.department
union all
select role.name::text, row_number() over (order by login.rolname = role.name, role.name)::integer
from dba.setting
cross join unnest(setting.api_logins) api_login (name)
join pg_catalog.pg_roles login on login.rolname = api_login.name
join dba.role                  on role.name <> setting.owner
                              and pg_has_role(login.oid, role.oid,
                                    case when current_setting('server_version_num')::integer < 160000 then 'member' else 'set' end)
where not exists (select from dba.department);
comment on view dba.shown_role is
  'The roles that requests run as, in order: the departments. On a database without departments, what the logins of the API may become, themselves last.';


-- What is granted to `granted_to` is effective for `role`; `via` says how. The role `public` stands for all others.

create view dba.effective_role with (security_invoker) as
select role.name::text as role, role.name::text as granted_to, 'directly' as via
from dba.role
union all
select role.name, other.rolname, 'by ' || other.rolname
from dba.role
join pg_catalog.pg_roles other
  on other.oid <> role.oid
 and not other.rolsuper
 and pg_has_role(role.oid, other.oid, 'usage')
where other.oid in (select oid from dba.role)
   or other.rolname in ('pg_read_all_data', 'pg_write_all_data')
union all
select role.name, 'public', 'by PUBLIC'
from dba.role
union all
select 'public', 'public', 'directly';
comment on view dba.effective_role is
  'Whose grants are effective for a role: its own (directly), those of a role that it inherits from (by epic_employee), and those to PUBLIC.';


-- Without usage of the schema, a grant on an object in it has no effect.

create view dba.schema_usage with (security_invoker) as
select distinct effective.role, schema.nspname::text as schema_name
from pg_catalog.pg_namespace schema
cross join lateral aclexplode(coalesce(schema.nspacl, acldefault('n', schema.nspowner))) acl
left join pg_catalog.pg_roles grantee on grantee.oid = acl.grantee
join dba.effective_role effective
  on effective.granted_to in (coalesce(grantee.rolname, 'public'), 'pg_read_all_data', 'pg_write_all_data')
where acl.privilege_type = 'USAGE'
  and schema.oid in (select oid from dba.schema);
comment on view dba.schema_usage is
  'The schemas that each role has usage of, by its own grants or others'' that are effective for it.';


-- What a role that creates an object grants with it, implicitly: the default privileges that were set,
-- and PostgreSQL's own where none were.

create view dba.default_privilege with (security_invoker) as
with creator (oid, name) as (
  select role.oid, role.rolname
  from pg_catalog.pg_roles role
  where role.rolname in (select owner from dba.schema)
    and not role.rolsuper
    and role.rolname !~ '^pg_'
  union
  select defaclrole, defaclrole::regrole::text
  from pg_catalog.pg_default_acl
),
kind (code, name) as (
  values ('r'::"char", 'table'), ('S', 'sequence'), ('f', 'function'), ('n', 'schema')
),
granted as (
  select creator.oid, creator.name as creator, kind.name as kind, null::name as schema_name,
         coalesce(defaults.defaclacl,
                  acldefault(case kind.code when 'S' then 's' else kind.code end, creator.oid)) as acl
  from creator
  cross join kind
  left join pg_catalog.pg_default_acl defaults
    on defaults.defaclrole = creator.oid
   and defaults.defaclobjtype = kind.code
   and defaults.defaclnamespace = 0
  union all
  select defaults.defaclrole, defaults.defaclrole::regrole::text, kind.name, namespace.nspname, defaults.defaclacl
  from pg_catalog.pg_default_acl defaults
  join kind on kind.code = defaults.defaclobjtype
  join pg_catalog.pg_namespace namespace on namespace.oid = defaults.defaclnamespace
)
select
  granted.creator::text,
  granted.kind,
  granted.schema_name::text,
  coalesce(role.rolname, 'public')::text as role,
  lower(acl.privilege_type)              as privilege
from granted
cross join lateral aclexplode(granted.acl) acl
left join pg_catalog.pg_roles role on role.oid = acl.grantee
where acl.grantee <> granted.oid;
comment on view dba.default_privilege is
  'The privileges that roles get on every new table, sequence, function or schema of each creator; schema_name is null for any schema.';
