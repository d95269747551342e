-- The third part of dba.snapshot: PostgreSQL's own objects. They are the same in every database of a server, numbers
-- and all, so that a digest tells whether one was tampered with; who may use it is in 53_snapshot_grants.sql.

create view dba.snapshot_builtin with (security_invoker) as
select
  object.class_id, object.object_id, object.sub_id,
  md5(concat(
    replace(object.row, format('"%s":%s', object.acl_column, coalesce(to_json(object.acl)::text, 'null')), ''),
    pg_description.description)) as digest
from (
  select 'pg_class'::regclass::oid, pg_class.oid, 0,
         concat(
           (to_jsonb(pg_class) || coalesce(to_jsonb(pg_index), '{}') || coalesce(to_jsonb(pg_sequence), '{}'))
             - array['relfilenode', 'relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid',
                     'relminmxid', 'relhasindex', 'relhasrules', 'relhastriggers', 'relhassubclass', 'relacl',
                     'indcheckxmin'],
           columns.rows),
         null, null::aclitem[]
  from pg_catalog.pg_class
  left join pg_catalog.pg_index    on indexrelid = pg_class.oid
  left join pg_catalog.pg_sequence on seqrelid = pg_class.oid
  left join (
    select attrelid,
           string_agg(
             replace(to_json(object)::text, format('"attacl":%s', coalesce(to_json(attacl)::text, 'null')), ''),
             ' ' order by attnum)
    from pg_catalog.pg_attribute object
    where attrelid < 16384 and attnum > 0
    group by attrelid) columns (relation, rows) on columns.relation = pg_class.oid
  where relkind <> 't'
  union all
  select 'pg_proc'::regclass, oid, 0, concat(to_json(object), pg_aggregate), 'proacl', proacl
  from pg_catalog.pg_proc object
  left join pg_catalog.pg_aggregate on aggfnoid = oid
  union all
  select 'pg_type'::regclass, oid, 0, to_json(object)::text, 'typacl', typacl
  from pg_catalog.pg_type object
  union all
  select 'pg_namespace'::regclass, oid, 0, to_json(object)::text, 'nspacl', nspacl
  from pg_catalog.pg_namespace object
  union all
  select 'pg_language'::regclass, oid, 0, to_json(object)::text, 'lanacl', lanacl
  from pg_catalog.pg_language object
  union all
  select 'pg_opfamily'::regclass, oid, 0, concat(to_json(object), operators.rows, functions.rows), null, null
  from pg_catalog.pg_opfamily object
  left join (
    select amopfamily, string_agg(pg_amop::text, ' ' order by oid)
    from pg_catalog.pg_amop
    where oid < 16384
    group by amopfamily) operators (family, rows) on operators.family = object.oid
  left join (
    select amprocfamily, string_agg(pg_amproc::text, ' ' order by oid)
    from pg_catalog.pg_amproc
    where oid < 16384
    group by amprocfamily) functions (family, rows) on functions.family = object.oid
  union all
  select 'pg_ts_config'::regclass, oid, 0, concat(to_json(object), dictionaries.rows), null, null
  from pg_catalog.pg_ts_config object
  left join (
    select mapcfg, string_agg(pg_ts_config_map::text, ' ' order by maptokentype, mapseqno)
    from pg_catalog.pg_ts_config_map
    group by mapcfg) dictionaries (configuration, rows) on dictionaries.configuration = object.oid
  union all
  select 'pg_collation'::regclass, oid, 0, (to_jsonb(object) - 'collversion')::text, null, null
  from pg_catalog.pg_collation object
  union all
  select class_id, object_id, 0, row::text, null, null
  from (
              select 'pg_am'::regclass,          oid, to_json(object) from pg_catalog.pg_am object
    union all select 'pg_cast'::regclass,        oid, to_json(object) from pg_catalog.pg_cast object
    union all select 'pg_constraint'::regclass,  oid, to_json(object) from pg_catalog.pg_constraint object
    union all select 'pg_conversion'::regclass,  oid, to_json(object) from pg_catalog.pg_conversion object
    union all select 'pg_extension'::regclass,   oid, to_json(object) from pg_catalog.pg_extension object
    union all select 'pg_opclass'::regclass,     oid, to_json(object) from pg_catalog.pg_opclass object
    union all select 'pg_operator'::regclass,    oid, to_json(object) from pg_catalog.pg_operator object
    union all select 'pg_rewrite'::regclass,     oid, to_json(object) from pg_catalog.pg_rewrite object
    union all select 'pg_ts_dict'::regclass,     oid, to_json(object) from pg_catalog.pg_ts_dict object
    union all select 'pg_ts_parser'::regclass,   oid, to_json(object) from pg_catalog.pg_ts_parser object
    union all select 'pg_ts_template'::regclass, oid, to_json(object) from pg_catalog.pg_ts_template object
  ) plain (class_id, object_id, row)
) object (class_id, object_id, sub_id, row, acl_column, acl)
left join pg_catalog.pg_description
  on pg_description.classoid = object.class_id
 and pg_description.objoid = object.object_id
 and pg_description.objsubid = object.sub_id
where object.object_id < 16384;
comment on view dba.snapshot_builtin is
  'Every object that PostgreSQL came with, and a digest of its row of the catalogue and its comment.';
