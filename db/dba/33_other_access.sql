-- Access other than to records: the functions that each role may call, its other privileges, and what bypasses
-- row-level security.


-- Functions and procedures by the name that people use, and what fires them if they are triggers.

create view dba.routine with (security_invoker) as
select
  function.oid,
  schema.name::text                                    as schema_name,
  schema.name || '.' || function.proname               as name,
  oidvectortypes(function.proargtypes)                 as arguments,
  owner.rolname::text                                  as owner,
  function.prosecdef                                   as runs_as_owner,
  function.proacl is null                              as has_default_privileges,
  function.prorettype in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype) as is_trigger,
  -- Without the list of its arguments.
  split_part(obj_description(function.oid, 'pg_proc'), E'\n', 1) as sentence
from pg_catalog.pg_proc function
join dba.schema schema         on schema.oid = function.pronamespace
join pg_catalog.pg_roles owner on owner.oid = function.proowner
where not exists (
  select from pg_catalog.pg_depend
  where classid = 'pg_catalog.pg_proc'::regclass and objid = function.oid and deptype = 'e');
comment on view dba.routine is
  'Every function and procedure that is ours and not an extension''s.';


create view dba.function_privilege with (security_invoker) as
select
  effective.role,
  routine.name      as function,
  routine.arguments,
  string_agg(distinct effective.via
    || case when privilege.role = 'public' and routine.has_default_privileges then ', PostgreSQL''s default' else '' end
    || case when privilege.is_grantable then ' with grant option' else '' end, ', ') as via,
  case when routine.runs_as_owner then routine.owner else 'the caller' end as runs_as,
  routine.sentence,
  case when schema_usage.role is null then 'no usage of schema ' || routine.schema_name end as note
from dba.routine routine
join dba.privilege privilege
  on privilege.oid = routine.oid
 and privilege.kind in ('function', 'procedure')
join dba.effective_role effective on effective.granted_to = privilege.role and effective.role <> routine.owner
left join dba.schema_usage        on schema_usage.role = effective.role and schema_usage.schema_name = routine.schema_name
where not routine.is_trigger
group by effective.role, routine.oid, routine.name, routine.arguments, routine.runs_as_owner, routine.owner,
         routine.sentence, routine.schema_name, schema_usage.role
order by
  dba.role_position(effective.role), effective.role collate "C",
  routine.name collate "C", routine.arguments collate "C";
comment on view dba.function_privilege is
  'The functions that each role may call, how it gets that privilege, and the role that they run as. Trigger functions are not called; what a role owns is left out.';


-- The database, schemas, sequences, and other roles.

create view dba.other_privilege with (security_invoker) as
with granted (role, kind, privilege, object, via) as (
  select effective.role, privilege.kind, privilege.privilege,
         case privilege.kind when 'database' then 'this database' when 'schema' then privilege.object_name::text
           else privilege.schema_name || '.' || privilege.object_name end,
         effective.via || case when privilege.is_grantable then ' with grant option' else '' end
  from dba.privilege privilege
  join dba.effective_role effective on effective.granted_to = privilege.role
  where privilege.kind in ('database', 'schema', 'sequence')
  union all
  select schema.owner, 'schema', 'owns', schema.name, 'as owner'
  from dba.schema schema
  join dba.role on role.name = schema.owner
  union all
  select owner.rolname, 'database', 'owns', 'this database', 'as owner'
  from pg_catalog.pg_database database
  join pg_catalog.pg_roles owner on owner.oid = database.datdba
  join dba.role                  on role.oid = owner.oid
  where database.datname = current_database()
  union all
  select effective.role, 'role', 'inherits', effective.granted_to, 'directly'
  from dba.effective_role effective
  where effective.granted_to not in (effective.role, 'public')
  union all
  select role.name, 'role', 'may become', other.name, 'directly'
  from dba.role
  join dba.role other
    on other.oid <> role.oid
   and pg_has_role(role.oid, other.oid,
         case when current_setting('server_version_num')::integer < 160000 then 'member' else 'set' end)
)
select role, kind, privilege, object, string_agg(distinct via collate "C", ', ') as via
from granted
group by role, kind, privilege, object
order by
  dba.role_position(role), role collate "C",
  array_position(array['database', 'role', 'schema', 'sequence'], kind), privilege collate "C", object collate "C";
comment on view dba.other_privilege is
  'The privileges of each role besides those on records and functions: on the database, schemas and sequences, and the roles that it inherits from or may become.';


-- Whatever is not decided by row-level security with the rights of the caller.

create view dba.rls_bypass with (security_invoker) as
with unguarded as materialized (
  select record, verb, role, via, note
  from dba.access_matrix
  where note in ('row-level security is off',
                 'row-level security is not forced on the owner',
                 'row-level security does not apply')
),
bypass (kind, name, runs_as, reached_by, fired_by, sentence) as (
  select
    'security definer function', routine.name, routine.owner,
    (select array_agg(distinct case privilege.role when 'public' then 'PUBLIC' else privilege.role::text end collate "C")
     from dba.privilege privilege
     where privilege.oid = routine.oid and privilege.kind in ('function', 'procedure') and not routine.is_trigger),
    (select array_agg(distinct record.name collate "C")
     from pg_catalog.pg_trigger
     join dba.record record on record.oid = pg_trigger.tgrelid
     where pg_trigger.tgfoid = routine.oid and not pg_trigger.tgisinternal),
    coalesce(routine.sentence, (
      select string_agg(distinct obj_description(pg_trigger.oid, 'pg_trigger') collate "C", ' ')
      from pg_catalog.pg_trigger
      where pg_trigger.tgfoid = routine.oid))
  from dba.routine routine
  where routine.runs_as_owner
  union all
  select
    case when record.is_view then 'view that asks as its owner' else 'copy or foreign data' end,
    record.name, record.owner,
    array_agg(distinct case privilege.role when 'public' then 'PUBLIC' else privilege.role::text end collate "C"),
    null,
    record.sentence
  from dba.record record
  join dba.privilege privilege
    on privilege.oid = record.oid
   and privilege.kind in ('view', 'materialized view', 'foreign table')
  where not record.is_table and not (record.is_view and record.is_security_invoker)
  group by record.oid, record.is_view, record.name, record.owner, record.sentence
  union all
  select
    'table without row-level security', record, null, array_agg(distinct role collate "C"), null, note
  from unguarded
  where note <> 'row-level security does not apply'
    and via not like '%as owner'
  group by record, note
  union all
  select
    verb || ' granted', record, null, array_agg(distinct role collate "C"), null, 'No policy is asked.'
  from unguarded
  where note = 'row-level security does not apply'
  group by record, verb
  union all
  select 'role that bypasses row-level security', role.name::text, null, null, null, role.sentence
  from dba.role
  where role.bypasses_rls
  union all
  select distinct 'role that may act as the owner', held.role, held.object, null::text[], null::text[], role.sentence
  from dba.other_privilege held
  join dba.role on role.name = held.role
  where held.kind = 'role'
    and held.object in (select owner from dba.schema)
)
select kind, name, runs_as, reached_by, fired_by, sentence
from bypass
order by
  kind = 'security definer function', kind collate "C", name collate "C", runs_as collate "C";
comment on view dba.rls_bypass is
  'Whatever bypasses row-level security with the rights of the caller: functions that run as their owner, with the roles that may call them and the records whose triggers do; views that read as their owner; tables without row-level security; roles that it does not apply to.';
