-- Whose privileges reach whom. A grant to one role is also held by those who inherit from it, and one to PUBLIC by all.


-- Every role that can come near something of ours: named in a grant or a policy, an owner, or a member of one of
-- these. Superusers are not in it, since nothing here applies to them. (PostgreSQL keeps account of which roles the
-- objects of a database depend on.)

create view dba.actor with (security_invoker) as
with recursive reaching (oid) as (
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
  join reaching on reaching.oid = membership.roleid
)
select
  role.oid,
  role.rolname      as name,
  role.rolcanlogin  as logs_in,
  role.rolbypassrls as bypasses_row_security,
  shobj_description(role.oid, 'pg_authid') as sentence
from pg_catalog.pg_roles role
where role.oid in (select oid from reaching)
  and not role.rolsuper
  and role.rolname !~ '^pg_';
comment on view dba.actor is
  'Every role, superusers apart, that is named in a grant or a policy, owns something, or is a member of such a role.';


-- What is granted to `through` is held by `role`, in this way. PUBLIC stands for everybody else.

create view dba.reach with (security_invoker) as
select actor.name::text as role, actor.name::text as through, 'directly' as way
from dba.actor
union all
select actor.name, other.rolname, 'by ' || other.rolname
from dba.actor
join pg_catalog.pg_roles other
  on other.oid <> actor.oid
 and not other.rolsuper
 and pg_has_role(actor.oid, other.oid, 'usage')
where other.oid in (select oid from dba.actor)
   or other.rolname in ('pg_read_all_data', 'pg_write_all_data')
union all
select actor.name, 'public', 'by PUBLIC'
from dba.actor
union all
select 'public', 'public', 'directly';
comment on view dba.reach is
  'Through whom a role holds privileges: itself (directly), a role that it inherits from (by epic_employee), and PUBLIC.';


-- Which schemas a role can enter: without usage of the schema, a grant on what is in it opens nothing.

create view dba.entrance with (security_invoker) as
select distinct reach.role, schema.nspname::text as schema_name
from pg_catalog.pg_namespace schema
cross join lateral aclexplode(coalesce(schema.nspacl, acldefault('n', schema.nspowner))) acl
left join pg_catalog.pg_roles grantee on grantee.oid = acl.grantee
join dba.reach reach
  on reach.through in (coalesce(grantee.rolname, 'public'), 'pg_read_all_data', 'pg_write_all_data')
where acl.privilege_type = 'USAGE'
  and schema.oid in (select oid from dba.schema);
comment on view dba.entrance is
  'Which schemas each role has usage of, by whatever way.';


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
given as (
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
  given.creator::text,
  given.kind,
  given.schema_name::text,
  coalesce(role.rolname, 'public')::text as role,
  lower(acl.privilege_type)              as privilege
from given
cross join lateral aclexplode(given.acl) acl
left join pg_catalog.pg_roles role on role.oid = acl.grantee
where acl.grantee <> given.oid;
comment on view dba.default_privilege is
  'What a new table, sequence, function or schema of each creator gives to whom without being granted; schema_name is null for any schema.';
