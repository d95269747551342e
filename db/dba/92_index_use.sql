-- Why each index is there: what it enforces or speeds up, how large it is, and how often it was used.
--
--   select index, pg_size_pretty(bytes), scans from dba.index_use where scans = 0 and not enforces;

create view dba.index_use with (security_invoker) as
select
  format('%I.%I', schema.name, relation.relname)              as relation,
  class.relname::text                                         as index,
  regexp_replace(regexp_replace(
    dba.pretty_expression(pg_get_indexdef(index.indexrelid, 0, true)), '^.*? using ', '', 'i'), '^btree ', '') as definition,
  index.indisunique                                           as enforces,
  coalesce(use.objects, '{}')                                 as used_by,
  obj_description(index.indexrelid, 'pg_class')               as serves,
  pg_relation_size(index.indexrelid)                          as bytes,
  coalesce(statistics.idx_scan, 0)                            as scans
from pg_catalog.pg_index index
join pg_catalog.pg_class class    on class.oid = index.indexrelid
join pg_catalog.pg_class relation on relation.oid = index.indrelid
join dba.schema schema            on schema.oid = relation.relnamespace
left join pg_catalog.pg_stat_all_indexes statistics on statistics.indexrelid = index.indexrelid
cross join lateral (
  select array_agg(object order by place, object) as objects
  from (
    select 1 as place, case constraint_.contype when 'p' then 'primary key' else 'constraint ' || constraint_.conname end as object
    from pg_catalog.pg_constraint constraint_
    where constraint_.conindid = index.indexrelid
      and constraint_.conrelid = index.indrelid
      and constraint_.contype in ('p', 'u', 'x')
    union all
    -- it finds the rows of a record that is deleted, or handed over
    select 2, 'foreign key ' || constraint_.conname
    from pg_catalog.pg_constraint constraint_
    where constraint_.conrelid = index.indrelid
      and constraint_.contype = 'f'
      and index.indpred is null
      and constraint_.conkey <@ (index.indkey::smallint[])[0 : cardinality(constraint_.conkey) - 1]
    union all
    -- as dba.lint_of_indexes: a policy that filters by its first column
    select distinct 3, 'policy ' || policy.polname
    from pg_catalog.pg_policy policy
    join pg_catalog.pg_attribute attribute on attribute.attrelid = policy.polrelid and attribute.attnum = index.indkey[0]
    where policy.polrelid = index.indrelid
      and pg_get_expr(policy.polqual, policy.polrelid) ~ ('\m' || attribute.attname || '\M')
  ) object
) use;
comment on view dba.index_use is
  'Every index of the product: what it enforces or speeds up (constraints, foreign keys, policies, and its comment), its size in bytes, and its scans since the statistics of the database were reset.';
