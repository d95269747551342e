-- The first part of dba.snapshot: tables, views, sequences and indexes, and what is attached to them.
--
-- Each part gives whole rows of the catalogue, whatever columns they have in this version of PostgreSQL, and beside
-- them in words what the catalogue keeps as a tree or a number. So properties that no rule names are compared as well.
-- An object with a number below 16384 is PostgreSQL's own (FirstNormalObjectId): 52_snapshot_builtin.sql.

create view dba.snapshot_relation with (security_invoker) as
with relation as (
  select pg_class.*
  from pg_catalog.pg_class
  join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
  where pg_class.oid >= 16384
    and nspname !~ '^pg_(toast|temp_|toast_temp_)'
)
select
  'pg_class'::regclass::oid as class_id,
  relation.oid              as object_id,
  0                         as sub_id,
  to_jsonb(relation)
    || coalesce(to_jsonb(index), '{}')
    || coalesce(to_jsonb(sequence), '{}')
    || coalesce(to_jsonb(foreign_table), '{}') as row,
  jsonb_build_object(
    'definition', case
      when relation.relkind in ('v', 'm') then pg_get_viewdef(relation.oid)
      when relation.relkind in ('i', 'I') then pg_get_indexdef(relation.oid) end,
    'columns', (
      select string_agg(attname, ', ' order by attnum)
      from pg_catalog.pg_attribute
      where attrelid = relation.oid and relation.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
        and attnum > 0 and not attisdropped),
    'partition key', pg_get_partkeydef(relation.oid),
    'partition bound', pg_get_expr(relation.relpartbound, relation.oid),
    'inherits', (
      select string_agg(inhparent::regclass::text, ', ' order by inhseqno)
      from pg_catalog.pg_inherits
      where inhrelid = relation.oid),
    'owned by', (
      select owner.identity
      from pg_catalog.pg_depend
      cross join lateral pg_identify_object(refclassid, refobjid, refobjsubid) owner
      where relation.relkind = 'S'
        and classid = 'pg_class'::regclass and objid = relation.oid and deptype in ('a', 'i') and refobjsubid > 0),
    'toast options', (
      select to_jsonb(reloptions)
      from pg_catalog.pg_class
      where oid = relation.reltoastrelid)) as readable
from relation
left join pg_catalog.pg_index index                 on index.indexrelid = relation.oid
left join pg_catalog.pg_sequence sequence           on sequence.seqrelid = relation.oid
left join pg_catalog.pg_foreign_table foreign_table on foreign_table.ftrelid = relation.oid

union all
select
  'pg_class'::regclass, attrelid, attnum,
  to_jsonb(attribute),
  jsonb_build_object(
    'type', format_type(atttypid, atttypmod),
    -- Recent minors of PostgreSQL 15 stamp every column.
    'options', (
      select to_jsonb(array_agg(option))
      from unnest(attoptions) option
      where option !~ '^pg_attver='),
    'default', (
      select pg_get_expr(adbin, adrelid)
      from pg_catalog.pg_attrdef
      where adrelid = attrelid and adnum = attnum))
from pg_catalog.pg_attribute attribute
join relation on relation.oid = attrelid
where relation.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
  and attnum > 0
  and not attisdropped

union all
-- A foreign key is enforced by triggers of its own, which `alter table … disable trigger all` switches off too.
select
  'pg_constraint'::regclass, oid, 0,
  to_jsonb(constraint_row),
  jsonb_build_object(
    'definition', pg_get_constraintdef(oid),
    'enforced by', (
      select string_agg(format('%s (%s)', tgfoid::regproc, tgenabled), ', ' order by tgfoid, tgenabled)
      from pg_catalog.pg_trigger
      where tgconstraint = constraint_row.oid and tgisinternal))
from pg_catalog.pg_constraint constraint_row
where oid >= 16384

union all
select
  'pg_trigger'::regclass, oid, 0,
  jsonb_build_object('tgenabled', tgenabled),
  jsonb_build_object('definition', pg_get_triggerdef(oid))
from pg_catalog.pg_trigger
where not tgisinternal

union all
select
  'pg_policy'::regclass, oid, 0,
  '{}',
  jsonb_build_object(
    'command', case polcmd
      when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
    'role', (
      select string_agg(case role when 0 then 'public' else role::regrole::text end, ', ' order by role)
      from unnest(polroles) role),
    'mode', case when polpermissive then 'permissive' else 'restrictive' end,
    'using', pg_get_expr(polqual, polrelid),
    'with check', pg_get_expr(polwithcheck, polrelid))
from pg_catalog.pg_policy

union all
-- A view is a rule named _RETURN: what that says stands with the view.
select
  'pg_rewrite'::regclass, oid, 0,
  to_jsonb(rule),
  case when rulename <> '_RETURN' then jsonb_build_object('definition', pg_get_ruledef(oid)) end
from pg_catalog.pg_rewrite rule
where oid >= 16384;
comment on view dba.snapshot_relation is
  'Every relation, column, constraint, trigger, policy and rule of ours: its row of the catalogue, and in words what that does not say readably.';
