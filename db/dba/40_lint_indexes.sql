-- Lints of indexes: missing, unusable and useless ones.

create view dba.lint_of_indexes with (security_invoker) as
with linted_index as (
  select index.*, relation.oid as table_oid, relation.object as table_name, class.relam as method,
         format('%I.%I', relation.schema_name, class.relname) as object,
         index.indisvalid and index.indisready as is_valid,
         exists (
           select from pg_catalog.pg_constraint
           where conindid = index.indexrelid and contype in ('p', 'u', 'x')) as is_constraint
  from pg_catalog.pg_index index
  join dba.linted_relation relation  on relation.oid = index.indrelid
  join pg_catalog.pg_class class     on class.oid = index.indexrelid
),
-- Tables whose rows policies filter for the API: PostgreSQL uses an index there only with leakproof operators.
filtered_table as (
  select distinct policy.table_oid as oid
  from dba.policy
  join dba.api_role role on policy.role in (role.name, 'public')
  where policy.command in ('select', 'all')
    and policy.using_expression <> 'true'
)


-- Whatever the order of a key's columns, those of the index must begin with them.

select 'unindexed_foreign_key' as name, format('%I on %s', constraint_.conname, relation.object) as object,
       format('No index of %s begins with its columns.', relation.object) as detail
from pg_catalog.pg_constraint constraint_
join dba.linted_relation relation on relation.oid = constraint_.conrelid
where constraint_.contype = 'f'
  and not exists (
    select from linted_index
    where table_oid = constraint_.conrelid and is_valid and indpred is null
      and constraint_.conkey <@ (indkey::smallint[])[0 : cardinality(constraint_.conkey) - 1])


union all
select 'duplicate_index', duplicate.object, format('It repeats %s.', duplicate.first)
from (
  select object, is_constraint, first_value(object) over same as first, row_number() over same as nth
  from linted_index
  window same as (
    partition by table_oid, method, indkey::text, indnkeyatts, indclass::text, indcollation::text, indoption::text,
                 pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid)
    order by is_constraint desc, indisunique desc, object)
) duplicate
where duplicate.nth > 1


union all
select 'invalid_index', object, 'It is not used, and may still be kept up to date.'
from linted_index
where not is_valid
  and not exists (select from pg_catalog.pg_stat_progress_create_index where index_relid = indexrelid)


-- On a young database every index is unused. One is reported when its table has been read often without it.
-- To ask with other numbers: set dba.enough_scans = 100; set dba.enough_bytes = 0;

union all
select 'unused_index', linted_index.object,
       format('%s has been read %s times, never through it.', linted_index.table_name, read.times)
from linted_index
join pg_catalog.pg_stat_user_indexes index_use on index_use.indexrelid = linted_index.indexrelid
join pg_catalog.pg_stat_user_tables table_use  on table_use.relid = linted_index.table_oid
cross join lateral (select table_use.seq_scan + coalesce(table_use.idx_scan, 0) as times) read
where index_use.idx_scan = 0
  and not linted_index.indisunique
  and not linted_index.is_constraint
  and read.times >= coalesce(nullif(current_setting('dba.enough_scans', true), '')::bigint, 1000)
  -- A small table is read whole, whatever its indexes.
  and pg_relation_size(linted_index.table_oid) >= coalesce(nullif(current_setting('dba.enough_bytes', true), '')::bigint, 1024 * 1024)


union all
select 'policy_column_without_index', format('%s.%I', relation.object, attribute.attname),
       format('No index begins with it, and %s filters by it.', string_agg(distinct policy.polname, ', '))
from pg_catalog.pg_policy policy
join dba.linted_relation relation      on relation.oid = policy.polrelid
join pg_catalog.pg_depend use          on use.classid = 'pg_catalog.pg_policy'::regclass and use.objid = policy.oid
                                      and use.refclassid = 'pg_catalog.pg_class'::regclass
                                      and use.refobjid = policy.polrelid
join pg_catalog.pg_attribute attribute on attribute.attrelid = policy.polrelid and attribute.attnum = use.refobjsubid
where use.refobjsubid > 0
  -- A new row is checked, not looked for.
  and pg_get_expr(policy.polqual, policy.polrelid)
        ~ ('\m' || regexp_replace(attribute.attname, '(\W)', '\\\1', 'g') || '\M')
  and not exists (
    select from linted_index
    where table_oid = policy.polrelid and is_valid and indpred is null and indkey[0] = use.refobjsubid)
group by relation.object, attribute.attname


-- Unique indexes are left out: they enforce a rule.

union all
select 'leaky_index', linted_index.object,
       format('Not leakproof: %s.', string_agg(distinct used.name, ', '))
from linted_index
join filtered_table on filtered_table.oid = linted_index.table_oid
cross join lateral (
  -- for a b-tree or hash index the operator =, otherwise all of its operators
  select operator.oid::regoperator::text as name, operator.oprcode as function
  from unnest(linted_index.indclass) as class (oid)
  join pg_catalog.pg_opclass opclass     on opclass.oid = class.oid
  join pg_catalog.pg_am method           on method.oid = opclass.opcmethod
  join pg_catalog.pg_amop member         on member.amopfamily = opclass.opcfamily
                                        and member.amoplefttype = opclass.opcintype
                                        and member.amoprighttype = opclass.opcintype
  join pg_catalog.pg_operator operator   on operator.oid = member.amopopr
  where method.amname not in ('btree', 'hash') or operator.oprname = '='
  union all
  -- and what its expressions call
  select dba.signature(function.oid), function.oid
  from regexp_matches(linted_index.indexprs::text, ':(?:funcid|opfuncid) (\d+)', 'g') as call (oid)
  join pg_catalog.pg_proc function on function.oid = call.oid[1]::oid
) used
join pg_catalog.pg_proc function on function.oid = used.function and not function.proleakproof
where not linted_index.indisunique
group by linted_index.object;
comment on view dba.lint_of_indexes is
  'Findings about indexes that are missing, unusable or of no use.';
