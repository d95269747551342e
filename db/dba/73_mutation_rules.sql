-- Mutants of the rules of tables: constraints, defaults and triggers, and row-level security itself.

create view dba.rule_mutation with (security_invoker) as
with own_table as (
  select * from dba.mutation_table where is_ours
),
change as (
  select
    'row-level security' as kind,
    name as object,
    format('alter table %s %s row level security', name, change) as sql
  from own_table
  cross join unnest(array['disable', 'no force']) change
  where has_rows

  union all
  select
    'row-level security',
    name,
    format('alter view %s set (security_invoker = false)', name)
  from own_table
  where not has_rows

  union all
  select
    'drop constraint',
    mutated.name,
    format('alter table %s drop constraint %I', mutated.name, conname)
      || case when contype in ('p', 'u') then ' cascade' else '' end
  from pg_catalog.pg_constraint
  join own_table mutated on mutated.oid = conrelid
  where contype in ('c', 'f', 'p', 'u', 'x')

  union all
  select
    'drop constraint',
    mutated.name,
    format('drop index %s', indexrelid::regclass)
  from pg_catalog.pg_index
  join own_table mutated on mutated.oid = indrelid
  where indisunique
    and not exists (select from pg_catalog.pg_constraint where conindid = indexrelid)

  -- Primary key and identity columns are never null.
  union all
  select
    'drop constraint',
    mutated.name,
    format('alter table %s alter %I drop not null', mutated.name, attname)
  from pg_catalog.pg_attribute
  join own_table mutated on mutated.oid = attrelid
  where mutated.has_rows
    and attnum > 0
    and not attisdropped
    and attnotnull
    and attidentity = ''
    and not exists (
      select from pg_catalog.pg_index where indrelid = attrelid and indisprimary and attnum = any (indkey))

  union all
  select
    'drop default',
    mutated.name,
    format('alter table %s alter %I drop default', mutated.name, attname)
  from pg_catalog.pg_attribute
  join own_table mutated on mutated.oid = attrelid
  where mutated.has_rows
    and atthasdef
    and attgenerated = ''

  union all
  select
    'drop trigger',
    mutated.name,
    format('drop trigger %I on %s', tgname, mutated.name)
  from pg_catalog.pg_trigger
  join own_table mutated on mutated.oid = tgrelid
  where not tgisinternal
)
select kind, object, sql as name, sql,
  -- A view that only its owner reads is read with the rights of its owner in any case.
  case when sql like 'alter view %' then format('not exists (select from dba.mutation_role where has_any_column_privilege(oid, %L, ''select''))', object) end as equivalence
from change

-- One condition of several is left out; the sentence stays.
union all
select
  'weaken constraint',
  mutated.name,
  format('alter table %s: %I without %s', mutated.name, conname, regexp_replace(operand.operand, '\s+', ' ', 'g')),
  concat_ws('; ',
    format('alter table %s drop constraint %I, add constraint %2$I check (%s)', mutated.name, conname,
      overlay(inner_expression placing 'true' from operand.start for length(operand.operand))),
    format('comment on constraint %I on %s is ', conname, mutated.name)
      || quote_literal(obj_description(pg_constraint.oid, 'pg_constraint'))),
  null
from pg_catalog.pg_constraint
join own_table mutated on mutated.oid = conrelid
cross join lateral regexp_replace(pg_get_expr(conbin, conrelid), '^\((.*)\)$', '\1') as inner_expression
cross join lateral dba.condition_operands(inner_expression) operand
where contype = 'c'
  and operand.operator = 'and';
comment on view dba.rule_mutation is
  'Each constraint, default and trigger dropped; each check with one of its conditions forgotten; row-level security switched off, or off for the owner.';
