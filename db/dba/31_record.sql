-- What the matrix is built from: policies as people write them, the records, and the effective privileges on them.


-- Tables and views, and the tables whose policies apply to their rows: the table itself, or those that the view reads, as
-- the caller or as the owner of the view.

create view dba.record with (security_invoker) as
select
  relation.oid,
  case when schema.name in ('crm', 'public') then relation.relname::text else schema.name || '.' || relation.relname end as name,
  schema.name::text              as schema_name,
  relation.relname::text         as table_name,
  relation.relkind in ('r', 'p') as is_table,
  relation.relkind = 'v'         as is_view,
  relation.relrowsecurity        as has_row_security,
  relation.relforcerowsecurity   as is_forced,
  owner.rolname::text            as owner,
  coalesce((select option_value::boolean
            from pg_options_to_table(relation.reloptions)
            where option_name = 'security_invoker'), false) as is_security_invoker,
  obj_description(relation.oid, 'pg_class') as sentence
from pg_catalog.pg_class relation
join dba.schema schema         on schema.oid = relation.relnamespace
join pg_catalog.pg_roles owner on owner.oid = relation.relowner
where relation.relkind in ('r', 'p', 'v', 'm', 'f')
  and not exists (
    select from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_class'::regclass and objid = relation.oid and deptype = 'e');
comment on view dba.record is
  'Every table and view of ours, by the name that people use: without the schema if that is crm or public.';

create view dba.record_source with (security_invoker) as
with recursive source (record_oid, oid, read_as) as (
  select record.oid, record.oid, null::text collate "C"
  from dba.record record
  union
  select source.record_oid, dependency.refobjid,
         case when view.is_security_invoker then source.read_as else view.owner end
  from source
  join dba.record view                 on view.oid = source.oid and view.is_view
  join pg_catalog.pg_rewrite rule      on rule.ev_class = view.oid
  join pg_catalog.pg_depend dependency on dependency.classid = 'pg_catalog.pg_rewrite'::regclass
                                      and dependency.objid = rule.oid
                                      and dependency.refclassid = 'pg_catalog.pg_class'::regclass
                                      and dependency.refobjid <> view.oid
)
select source.record_oid, source.oid as table_oid, source.read_as
from source
join dba.record origin on origin.oid = source.oid
where not origin.is_view;
comment on view dba.record_source is
  'The tables that a record''s rows come from, and the role that they are read as: null is the caller.';


-- The effective privileges on each record: one row for each way that a role gets one, with its columns.

create view dba.record_privilege with (security_invoker) as
with granted as (
  select privilege.oid as record_oid, privilege.role::text as grantee, privilege.column_name,
         privilege.privilege, privilege.is_grantable, false as is_owner
  from dba.privilege privilege
  where privilege.kind in ('table', 'view', 'materialized view', 'foreign table')
  union all
  select record.oid, record.owner, null, lower(acl.privilege_type), false, true
  from dba.record record
  join pg_catalog.pg_class relation on relation.oid = record.oid
  cross join lateral aclexplode(coalesce(relation.relacl, acldefault('r', relation.relowner))) acl
  where record.is_table
    and acl.grantee = relation.relowner
    and acl.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
  union all
  select record.oid, record.owner, attribute.attname, lower(acl.privilege_type), false, true
  from dba.record record
  join pg_catalog.pg_class relation         on relation.oid = record.oid
  join pg_catalog.pg_attribute attribute    on attribute.attrelid = record.oid
  cross join lateral aclexplode(attribute.attacl) acl
  where record.is_table
    and acl.grantee = relation.relowner
  union all
  select record.oid, predefined.role, null, predefined.privilege, false, false
  from dba.record record
  cross join (values ('pg_read_all_data',  'select'), ('pg_write_all_data', 'insert'),
                     ('pg_write_all_data', 'update'), ('pg_write_all_data', 'delete')) predefined (role, privilege)
)
select
  granted.record_oid,
  effective.role,
  granted.privilege,
  case
    when not granted.is_owner       then effective.via
    when effective.via = 'directly' then 'as owner'
    else                                 effective.via || ' as owner'
  end || case when granted.is_grantable then ' with grant option' else '' end as via,
  array_agg(distinct attribute.attnum) filter (where attribute.attnum is not null) as columns,
  bool_and(granted.is_owner) as is_owner
from granted
join dba.effective_role effective on effective.granted_to = granted.grantee
left join pg_catalog.pg_attribute attribute
  on attribute.attrelid = granted.record_oid
 and attribute.attnum > 0
 and not attribute.attisdropped
 and attribute.attname = coalesce(granted.column_name, attribute.attname)
 and granted.privilege in ('select', 'insert', 'update', 'references')
group by 1, 2, 3, 4;
comment on view dba.record_privilege is
  'The effective privileges of each role on each record: one row for each way that it gets one (directly, by a role, by PUBLIC, as owner), with the numbers of its columns.';
