-- What is not a privilege on a record: the functions that each role may call, what else it holds, and every way
-- around row-level security.


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


create view dba.callable with (security_invoker) as
select
  reach.role,
  routine.name      as function,
  routine.arguments,
  string_agg(distinct reach.way
    || case when privilege.role = 'public' and routine.has_default_privileges then ', PostgreSQL''s default' else '' end
    || case when privilege.is_grantable then ' with grant option' else '' end, ', ') as via,
  case when routine.runs_as_owner then routine.owner else 'the caller' end as runs_as,
  routine.sentence,
  case when entrance.role is null then 'no usage of schema ' || routine.schema_name end as note
from dba.routine routine
join dba.privilege privilege
  on privilege.oid = routine.oid
 and privilege.kind in ('function', 'procedure')
join dba.reach reach              on reach.through = privilege.role and reach.role <> routine.owner
left join dba.entrance entrance   on entrance.role = reach.role and entrance.schema_name = routine.schema_name
where not routine.is_trigger
group by reach.role, routine.oid, routine.name, routine.arguments, routine.runs_as_owner, routine.owner,
         routine.sentence, routine.schema_name, entrance.role
order by
  dba.place_of_role(reach.role), reach.role collate "C",
  routine.name collate "C", routine.arguments collate "C";
comment on view dba.callable is
  'Which functions each role may call, how that comes to it, and as whom they run. Triggers are not called; what a role owns is left out.';


-- The database, schemas, sequences, and other roles.

create view dba.holding with (security_invoker) as
with held (role, kind, privilege, object, via) as (
  select reach.role, privilege.kind, privilege.privilege,
         case privilege.kind when 'database' then 'this database' when 'schema' then privilege.object_name::text
           else privilege.schema_name || '.' || privilege.object_name end,
         reach.way || case when privilege.is_grantable then ' with grant option' else '' end
  from dba.privilege privilege
  join dba.reach reach on reach.through = privilege.role
  where privilege.kind in ('database', 'schema', 'sequence')
  union all
  select schema.owner, 'schema', 'owns', schema.name, 'as owner'
  from dba.schema schema
  join dba.actor on actor.name = schema.owner
  union all
  select owner.rolname, 'database', 'owns', 'this database', 'as owner'
  from pg_catalog.pg_database database
  join pg_catalog.pg_roles owner on owner.oid = database.datdba
  join dba.actor                 on actor.oid = owner.oid
  where database.datname = current_database()
  union all
  select reach.role, 'role', 'inherits', reach.through, 'directly'
  from dba.reach reach
  where reach.through not in (reach.role, 'public')
  union all
  select actor.name, 'role', 'may become', other.name, 'directly'
  from dba.actor
  join dba.actor other
    on other.oid <> actor.oid
   and pg_has_role(actor.oid, other.oid,
         case when current_setting('server_version_num')::integer < 160000 then 'member' else 'set' end)
)
select role, kind, privilege, object, string_agg(distinct via collate "C", ', ') as via
from held
group by role, kind, privilege, object
order by
  dba.place_of_role(role), role collate "C",
  array_position(array['database', 'role', 'schema', 'sequence'], kind), privilege collate "C", object collate "C";
comment on view dba.holding is
  'What each role holds besides records and functions: the database, schemas, sequences, and roles whose rights it inherits or that it may become.';


-- Whatever row-level security, as the caller, does not decide.

create view dba.way_around with (security_invoker) as
with unguarded as materialized (
  select record, verb, role, via, note
  from dba.access_matrix
  where note in ('row-level security is off',
                 'row-level security is not forced on the owner',
                 'row-level security does not apply')
),
way (kind, name, runs_as, reached_by, fired_by, sentence) as (
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
  where not record.is_table and not (record.is_view and record.asks_as_caller)
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
  select 'role that bypasses row-level security', actor.name::text, null, null, null, actor.sentence
  from dba.actor
  where actor.bypasses_row_security
  union all
  select distinct 'role that may act as the owner', holding.role, holding.object, null::text[], null::text[], actor.sentence
  from dba.holding
  join dba.actor on actor.name = holding.role
  where holding.kind = 'role'
    and holding.object in (select owner from dba.schema)
)
select kind, name, runs_as, reached_by, fired_by, sentence
from way
order by
  kind = 'security definer function', kind collate "C", name collate "C", runs_as collate "C";
comment on view dba.way_around is
  'Every way around row-level security as the caller: functions that run as their owner, the roles that may call them and the records whose triggers do, views that ask as theirs, tables that are not protected, roles that are not bound by it.';
