-- The fourth part of dba.snapshot: who holds what on what, PostgreSQL's own objects included. An access list that was
-- never touched stands for the default, so that the two compare equal; an owner's privileges can be taken back, so
-- they count too.

create view dba.snapshot_grant with (security_invoker) as
with object (class_id, object_id, sub_id, owner, acl) as (
  select 'pg_class'::regclass::oid, pg_class.oid, 0, relowner,
         coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
  from pg_catalog.pg_class
  join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
  where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and nspname !~ '^pg_(toast|temp_|toast_temp_)'
  union all
  select 'pg_class'::regclass, attrelid, attnum, relowner, attacl
  from pg_catalog.pg_attribute
  join pg_catalog.pg_class on pg_class.oid = attrelid
  where attacl is not null and not attisdropped
  union all
  select 'pg_proc'::regclass, oid, 0, proowner, coalesce(proacl, acldefault('f', proowner))
  from pg_catalog.pg_proc
  union all
  -- An array's and a table's own type are used by a role that may use the element and the table, unless granted.
  select 'pg_type'::regclass, oid, 0, typowner, coalesce(typacl, acldefault('T', typowner))
  from pg_catalog.pg_type
  where typacl is not null or typcategory <> 'A' and typtype <> 'c'
  union all
  select 'pg_namespace'::regclass, oid, 0, nspowner, coalesce(nspacl, acldefault('n', nspowner))
  from pg_catalog.pg_namespace
  where nspname !~ '^pg_(toast_)?temp_'
  union all
  select 'pg_language'::regclass, oid, 0, lanowner, coalesce(lanacl, acldefault('l', lanowner))
  from pg_catalog.pg_language
  union all
  select 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwowner, coalesce(fdwacl, acldefault('F', fdwowner))
  from pg_catalog.pg_foreign_data_wrapper
  union all
  select 'pg_foreign_server'::regclass, oid, 0, srvowner, coalesce(srvacl, acldefault('S', srvowner))
  from pg_catalog.pg_foreign_server
  union all
  select 'pg_largeobject'::regclass, oid, 0, lomowner, coalesce(lomacl, acldefault('L', lomowner))
  from pg_catalog.pg_largeobject_metadata
  union all
  select 'pg_database'::regclass, oid, 0, datdba, coalesce(datacl, acldefault('d', datdba))
  from pg_catalog.pg_database
  where datname = current_database()
)
select
  object.class_id, object.object_id, object.sub_id,
  lower(acl.privilege_type) as privilege,
  case acl.grantee
    when 0 then 'public'
    when object.owner then 'its owner'
    else acl.grantee::regrole::text
  end                       as grantee,
  bool_or(acl.is_grantable) as is_grantable
from object
cross join lateral aclexplode(object.acl) acl
group by 1, 2, 3, 4, 5;
comment on view dba.snapshot_grant is
  'Every privilege that a role holds on an object of this database: by grant, by default or as its owner.';
