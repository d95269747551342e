-- Least privilege, measured: grants, columns and policies of people that nothing has used since it was watched.
--
--   select * from dba.watch();                      -- what is watched, and since when
--   select * from dba.unused(days => 90);
--
-- Writes are read from history, which is complete for the tables that have one: every change has its employee, whose department
-- at that time is known. A write that a function of the owner makes in their name counts too. Reads are read from
-- pg_stat_statements, if it is there: a table is read by a role if one of its statements names it. That view has no times, keeps
-- a limited number of statements, and by default only those that the API sent, not those within functions; so a table that is
-- read through functions alone is listed. Reads of single columns, calls of functions, and writes to tables without history
-- are not watched.


-- The statements of each role in this database; none where pg_stat_statements is missing or not loaded.

create function dba.recorded_statements(out role name, out query text, out since timestamptz) returns setof record
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  extension_schema name := (
    select nspname from pg_catalog.pg_extension join pg_catalog.pg_namespace on pg_namespace.oid = extnamespace
    where extname = 'pg_stat_statements');
begin
  if extension_schema is not null then
    return query execute format(
      'select rolname, statement.query, (select stats_reset from %1$I.pg_stat_statements_info)
       from %1$I.pg_stat_statements statement
       join pg_catalog.pg_roles on pg_roles.oid = statement.userid
       join pg_catalog.pg_database on pg_database.oid = statement.dbid
       where datname = current_database()', extension_schema);
  end if;
exception when object_not_in_prerequisite_state then  -- not in shared_preload_libraries
  return;
end
$$;
comment on function dba.recorded_statements() is
  'The statements of each role in this database that pg_stat_statements keeps, and since when it has counted; no row where it is missing or not loaded.';


create function dba.watch(days integer default null) returns table (what text, watched_by text, since timestamptz)
language sql stable security invoker
set search_path = ''
as $$
  select 'writes', 'history', greatest(
    (select coalesce(min(changed_at), now()) from audit.change),
    now() - make_interval(days => days))
  union all
  select 'reads', case when count(*) > 0 then 'pg_stat_statements' end, min(statement.since)
  from dba.recorded_statements() statement
$$;
comment on function dba.watch(integer) is
  'Since when writes and reads have been watched, within this number of days, and by what; null of what is not.';


create function dba.unused(days integer default null)
returns table (kind text, role text, relation text, name text, watched_by text, since timestamptz)
language plpgsql stable security invoker
set search_path = ''
as $$
#variable_conflict use_column
begin
  if row_security_active('audit.change') then
    raise insufficient_privilege using
      message = format('%s reads only a part of history.', current_user),
      hint = 'Ask as a superuser, or as a role that bypasses row-level security.';
  end if;

  return query
  with
  watch as materialized (
    select * from dba.watch(days)
  ),
  recorded as (
    select distinct trigger.tgrelid as oid
    from pg_catalog.pg_trigger trigger
    where trigger.tgfoid = 'audit.record_change()'::regprocedure
  ),
  move as materialized (
    select row_id, changed_at, old_values ->> 'department' as department
    from audit.change
    where record = 'employee' and old_values ? 'department'
  ),
  -- Who wrote what: the department is the one at that time.
  written as materialized (
    select distinct
      format('crm.%I', change.record) as relation, change.action::text as action,
      'epic_' || coalesce(before.department, employee.department) as role,
      key.name as column_name
    from audit.change
    join watch on watch.what = 'writes' and change.changed_at >= watch.since
    left join lateral (
      select move.department from move
      where move.row_id = change.employee_id and move.changed_at > change.changed_at
      order by move.changed_at
      limit 1
    ) before on true
    left join crm.employee on employee.id = change.employee_id
    left join lateral jsonb_each_text(case change.action when 'delete' then null else change.new_values end) key (name, value)
      on change.action = 'update' or key.value is not null
    where change.employee_id is not null and change.action in ('insert', 'update', 'delete')
  ),
  spoken as materialized (
    select statement.role::text, replace(lower(statement.query), '"', '') as query
    from dba.recorded_statements() statement
  ),
  held as (
    select entry.role, entry.oid::regclass::text as relation, entry.oid, entry.privilege, entry.column_name::text
    from dba.privilege entry
    where entry.kind in ('table', 'view') and entry.schema_name = 'crm'
      and (entry.role = 'epic_employee' or pg_has_role(entry.role, 'epic_employee', 'member'))
      and entry.privilege in ('select', 'insert', 'update', 'delete')
      and entry.column_name is distinct from 'version'  -- a precondition, and not in history
  ),
  rule as (
    select policy.role, policy.table_oid::regclass::text as relation, policy.table_oid as oid, policy.command, policy.name::text
    from dba.policy
    where policy.schema_name = 'crm' and policy.mode = 'permissive'
      and (policy.role = 'epic_employee' or pg_has_role(policy.role, 'epic_employee', 'member'))
  ),
  unwritten as (
    select 'grant' as kind, held.role, held.relation, held.oid, held.privilege as command,
      held.privilege || coalesce(' (' || string_agg(held.column_name, ', ' order by held.column_name) || ')', '') as name
    from held
    where held.privilege <> 'select'
      and not exists (
        select from written
        where written.relation = held.relation and written.action = held.privilege and written.role in (held.role, case held.role when 'epic_employee' then written.role end))
    group by held.role, held.relation, held.oid, held.privilege, held.column_name is null
    union all
    select 'column', held.role, held.relation, held.oid, held.privilege, format('%s (%s)', held.privilege, held.column_name)
    from held
    where held.privilege in ('insert', 'update') and held.column_name is not null
      and exists (
        select from written
        where written.relation = held.relation and written.action = held.privilege and written.role in (held.role, case held.role when 'epic_employee' then written.role end))
      and not exists (
        select from written
        where written.relation = held.relation and written.action = held.privilege and written.role in (held.role, case held.role when 'epic_employee' then written.role end)
          and written.column_name = held.column_name)
    union all
    select 'policy', rule.role, rule.relation, rule.oid, rule.command, rule.name
    from rule
    where rule.command <> 'select'
      and not exists (
        select from written
        where written.relation = rule.relation and written.action = rule.command and written.role in (rule.role, case rule.role when 'epic_employee' then written.role end))
  ),
  unread as (
    select 'grant' as kind, held.role, held.relation, held.privilege as name from held where held.privilege = 'select'
    union all
    select 'policy', rule.role, rule.relation, rule.name from rule where rule.command = 'select'
  )
  select unwritten.kind, unwritten.role::text, unwritten.relation, unwritten.name, watch.watched_by, watch.since
  from unwritten
  join recorded on recorded.oid = unwritten.oid
  join watch on watch.what = 'writes'
  union all
  select unread.kind, unread.role::text, unread.relation, unread.name, watch.watched_by, watch.since
  from unread
  join watch on watch.what = 'reads' and watch.watched_by is not null
  where not exists (
    select from spoken
    where (spoken.role = unread.role or unread.role = 'epic_employee' and spoken.role in (select department.role from dba.department))
      and spoken.query ~ format('\m%s\M', replace(unread.relation, '.', '\.')))
  order by 3, 2, 1, 4;
end
$$;
comment on function dba.unused(integer) is
  'The grants, granted columns and permissive policies of employees on the tables of crm that nothing has used since they were watched, or for this number of days: writes as history has them, reads as far as pg_stat_statements is there. Raises 42501 for a role that reads only a part of history.';
