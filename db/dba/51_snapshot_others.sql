-- The second part of dba.snapshot: whatever is not attached to a relation, from functions to text search.

create view dba.snapshot_other with (security_invoker) as
select
  'pg_proc'::regclass::oid as class_id,
  function.oid             as object_id,
  0                        as sub_id,
  to_jsonb(function) || coalesce(to_jsonb(aggregate), '{}') as row,
  jsonb_build_object(
    'arguments', pg_get_function_arguments(function.oid),
    'result', pg_get_function_result(function.oid),
    'body', coalesce(pg_get_function_sqlbody(function.oid), function.prosrc),
    'transforms', function.protrftypes::regtype[]::text) as readable
from pg_catalog.pg_proc function
left join pg_catalog.pg_aggregate aggregate on aggregate.aggfnoid = function.oid
where function.oid >= 16384

union all
select
  'pg_type'::regclass, type.oid, 0,
  to_jsonb(type) || coalesce(to_jsonb(range), '{}'),
  jsonb_build_object(
    'base type', format_type(nullif(type.typbasetype, 0), type.typtypmod),
    'labels', (
      select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
      from pg_catalog.pg_enum
      where enumtypid = type.oid))
from pg_catalog.pg_type type
join pg_catalog.pg_namespace namespace  on namespace.oid = type.typnamespace
left join pg_catalog.pg_range range     on range.rngtypid = type.oid
where type.oid >= 16384
  and namespace.nspname !~ '^pg_(toast|temp_|toast_temp_)'

union all
select 'pg_namespace'::regclass, oid, 0, to_jsonb(namespace), null
from pg_catalog.pg_namespace namespace
where oid >= 16384
  and nspname !~ '^pg_(toast_)?temp_'

union all
select
  'pg_default_acl'::regclass, oid, 0,
  '{}',
  jsonb_build_object('access', to_jsonb(defaclacl))
from pg_catalog.pg_default_acl

union all
select
  'pg_statistic_ext'::regclass, oid, 0,
  to_jsonb(statistics),
  jsonb_build_object('definition', pg_get_statisticsobjdef(oid))
from pg_catalog.pg_statistic_ext statistics

union all
select
  'pg_publication_rel'::regclass, oid, 0,
  to_jsonb(publication_relation),
  jsonb_build_object('where', pg_get_expr(prqual, prrelid))
from pg_catalog.pg_publication_rel publication_relation

union all
select
  'pg_ts_config'::regclass, oid, 0,
  to_jsonb(configuration),
  jsonb_build_object('dictionaries', (
    select string_agg(format('%s: %s', maptokentype, mapdict::regdictionary), ', ' order by maptokentype, mapseqno)
    from pg_catalog.pg_ts_config_map
    where mapcfg = configuration.oid))
from pg_catalog.pg_ts_config configuration
where oid >= 16384

union all
select
  'pg_database'::regclass, oid, 0,
  jsonb_build_object(
    'datdba', datdba, 'datconnlimit', datconnlimit, 'datallowconn', datallowconn, 'datistemplate', datistemplate),
  null
from pg_catalog.pg_database
where datname = current_database()

-- As whom these connect elsewhere can hold a password: that they exist is enough.
union all
select 'pg_subscription'::regclass, oid, 0, jsonb_build_object('subowner', subowner, 'subenabled', subenabled), null
from pg_catalog.pg_subscription
where subdbid = (select oid from pg_catalog.pg_database where datname = current_database())
union all
select 'pg_user_mapping'::regclass, umid, 0, jsonb_build_object('umuser', umuser), null
from pg_catalog.pg_user_mappings

union all
select 'pg_largeobject'::regclass, oid, 0, to_jsonb(object), null
from pg_catalog.pg_largeobject_metadata object

-- An extension belongs to the role that restored a backup: a superuser, or one that may become the owner of the database.
union all
select
  'pg_extension'::regclass, extension.oid, 0,
  to_jsonb(extension)
    || case when pg_has_role(extowner, datdba, 'member') then jsonb_build_object('extowner', datdba) else '{}' end,
  null
from pg_catalog.pg_extension extension
join pg_catalog.pg_database on datname = current_database()
where extension.oid >= 16384

union all
select class_id, object_id, 0, row, null
from (
            select 'pg_am'::regclass,                    oid, to_jsonb(object) from pg_catalog.pg_am object
  union all select 'pg_amop'::regclass,                  oid, to_jsonb(object) from pg_catalog.pg_amop object
  union all select 'pg_amproc'::regclass,                oid, to_jsonb(object) from pg_catalog.pg_amproc object
  union all select 'pg_cast'::regclass,                  oid, to_jsonb(object) from pg_catalog.pg_cast object
  union all select 'pg_collation'::regclass,             oid, to_jsonb(object) from pg_catalog.pg_collation object
  union all select 'pg_conversion'::regclass,            oid, to_jsonb(object) from pg_catalog.pg_conversion object
  union all select 'pg_event_trigger'::regclass,         oid, to_jsonb(object) from pg_catalog.pg_event_trigger object
  union all select 'pg_foreign_data_wrapper'::regclass,  oid, to_jsonb(object) from pg_catalog.pg_foreign_data_wrapper object
  union all select 'pg_foreign_server'::regclass,        oid, to_jsonb(object) from pg_catalog.pg_foreign_server object
  union all select 'pg_language'::regclass,              oid, to_jsonb(object) from pg_catalog.pg_language object
  union all select 'pg_opclass'::regclass,               oid, to_jsonb(object) from pg_catalog.pg_opclass object
  union all select 'pg_operator'::regclass,              oid, to_jsonb(object) from pg_catalog.pg_operator object
  union all select 'pg_opfamily'::regclass,              oid, to_jsonb(object) from pg_catalog.pg_opfamily object
  union all select 'pg_publication'::regclass,           oid, to_jsonb(object) from pg_catalog.pg_publication object
  union all select 'pg_publication_namespace'::regclass, oid, to_jsonb(object) from pg_catalog.pg_publication_namespace object
  union all select 'pg_transform'::regclass,             oid, to_jsonb(object) from pg_catalog.pg_transform object
  union all select 'pg_ts_dict'::regclass,               oid, to_jsonb(object) from pg_catalog.pg_ts_dict object
  union all select 'pg_ts_parser'::regclass,             oid, to_jsonb(object) from pg_catalog.pg_ts_parser object
  union all select 'pg_ts_template'::regclass,           oid, to_jsonb(object) from pg_catalog.pg_ts_template object
) plain (class_id, object_id, row)
where object_id >= 16384;
comment on view dba.snapshot_other is
  'Every function, type, schema, extension and so on of ours: its row of the catalogue, and in words what that does not say readably.';
