-- What a database consists of, so that two on one server can be compared: this one, and one that db/ was just
-- deployed to. `epic-server policies diff` does that; in psql:
--
--   \c scratch
--   \copy (select * from dba.snapshot order by kind, name, property) to expected
--   \c epic
--   \copy (select * from dba.snapshot order by kind, name, property) to found
--   \! diff expected found

create view dba.snapshot with (security_invoker) as
with incidental (columns) as (values (array[
  -- What says nothing about the object, or is told elsewhere: grants, in 53_snapshot_grants.sql.
  'oid', 'relfilenode', 'relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid',
  'relrewrite', 'relhasindex', 'relhasrules', 'relhastriggers', 'relhassubclass', 'reltoastrelid', 'indcheckxmin',
  'atthasmissing', 'attmissingval', 'attcacheoff', 'collversion',
  'relacl', 'attacl', 'proacl', 'typacl', 'nspacl', 'lanacl', 'fdwacl', 'srvacl', 'lomacl',
  -- What is in the object's name.
  'relname', 'relnamespace', 'attrelid', 'attname', 'attnum', 'conname', 'connamespace', 'conrelid', 'contypid',
  'rulename', 'ev_class', 'proname', 'pronamespace', 'proargtypes', 'typname', 'typnamespace', 'nspname', 'extname',
  'stxname', 'stxnamespace', 'stxrelid', 'indexrelid', 'indrelid', 'seqrelid', 'ftrelid', 'aggfnoid', 'rngtypid',
  'evtname', 'pubname', 'fdwname', 'srvname', 'lanname', 'amname', 'collname', 'collnamespace', 'oprname',
  'oprnamespace', 'opcname', 'opcnamespace', 'opfname', 'opfnamespace', 'cfgname', 'cfgnamespace', 'dictname', 'dictnamespace',
  'prsname', 'prsnamespace', 'tmplname', 'tmplnamespace',
  -- What the words beside it tell: definition, type, arguments and so on.
  'reltype', 'relnatts', 'relchecks', 'relpartbound', 'indnatts', 'indnkeyatts', 'indkey', 'indcollation', 'indclass',
  'indoption', 'indexprs', 'indpred', 'atttypid', 'atttypmod', 'attlen', 'attbyval', 'attalign', 'atthasdef',
  'attisdropped', 'attoptions',
  'contype', 'condeferrable', 'condeferred', 'convalidated', 'conenforced', 'connoinherit', 'conindid', 'conparentid',
  'confrelid', 'confupdtype', 'confdeltype', 'confmatchtype', 'conkey', 'confkey', 'conpfeqop', 'conppeqop', 'conffeqop',
  'confdelsetcols', 'conexclop', 'conbin', 'ev_qual', 'ev_action', 'prorettype', 'pronargs', 'pronargdefaults',
  'proallargtypes', 'proargmodes', 'proargnames', 'proargdefaults', 'protrftypes', 'prosrc', 'prosqlbody',
  'typdefaultbin', 'typbasetype', 'typtypmod', 'stxkeys', 'stxexprs', 'prqual']::text[])),
word (catalogue_column, word) as (values
  ('relowner', 'owner'), ('proowner', 'owner'), ('typowner', 'owner'), ('nspowner', 'owner'), ('extowner', 'owner'),
  ('evtowner', 'owner'), ('pubowner', 'owner'), ('srvowner', 'owner'), ('datdba', 'owner'),
  ('relrowsecurity', 'row-level security'), ('relforcerowsecurity', 'forced on the owner'), ('reloptions', 'options'),
  ('relpersistence', 'persistence'), ('reltablespace', 'tablespace'), ('indisvalid', 'valid'), ('indisunique', 'unique'),
  ('attnotnull', 'not null'), ('attidentity', 'identity'), ('attgenerated', 'generated'), ('attcollation', 'collation'),
  ('attstorage', 'storage'), ('tgenabled', 'enabled'), ('ev_enabled', 'enabled'), ('evtenabled', 'enabled'),
  ('evtfoid', 'function'), ('evtevent', 'event'),
  ('prolang', 'language'), ('prosecdef', 'security definer'), ('proconfig', 'settings'), ('provolatile', 'volatility'),
  ('proisstrict', 'strict'), ('proleakproof', 'leakproof'), ('proparallel', 'parallel'), ('extversion', 'version'),
  ('extnamespace', 'schema'), ('typdefault', 'default'), ('datconnlimit', 'connection limit'), ('datallowconn', 'open')),
points_to (catalogue_column, catalogue) as (
  select fkcols[1], pktable
  from pg_get_catalog_foreign_keys()
  where cardinality(fkcols) = 1
),
property (class_id, object_id, sub_id, property, value) as (
  select class_id, object_id, sub_id, 'definition', digest
  from dba.snapshot_builtin
  union all
  select class_id, object_id, sub_id, coalesce(word, key),
         case
           when catalogue is null and jsonb_typeof(value) <> 'array' then value #>> '{}'
           else (
             select string_agg(name, ', ' order by name collate "C")
             from jsonb_array_elements_text(
               case jsonb_typeof(value) when 'array' then value else jsonb_build_array(value) end) element
             cross join lateral (
               select case
                 when catalogue is not null and element ~ '^[0-9]+$'
                   then (pg_identify_object(catalogue, element::oid, 0)).identity
                 else element
               end) name (name))
         end
  from (table dba.snapshot_relation union all table dba.snapshot_other) object
  cross join incidental
  cross join lateral jsonb_each(row - incidental.columns || coalesce(readable, '{}')) column_of_it
  left join points_to on points_to.catalogue_column = key
  left join word      on word.catalogue_column = key
  where value not in ('null', '""', '[]')
  union all
  select classoid, objoid, objsubid, 'comment', description
  from pg_catalog.pg_description
  where objoid >= 16384
  union all
  select 'pg_database'::regclass, objoid, 0, 'comment', description
  from pg_catalog.pg_shdescription
  where classoid = 'pg_database'::regclass
    and objoid = (select oid from pg_catalog.pg_database where datname = current_database())
  union all
  select classoid, objoid, objsubid, format('security label (%s)', provider), label
  from pg_catalog.pg_seclabel
),
identity as (
  select object.*,
         case identity.type when 'default acl' then 'default privileges' else identity.type end as kind,
         case identity.type
           when 'database' then 'itself'
           else regexp_replace(identity.identity, '([(,]| AS )pg_catalog\.', '\1', 'g')
         end as name,
         owner.name as part_of,
         coalesce(identity.schema, owner.schema, case identity.type when 'schema' then identity.name end) as in_schema
  from (
    select class_id, object_id, sub_id from property
    union
    select class_id, object_id, sub_id from dba.snapshot_grant
  ) object
  cross join lateral pg_identify_object(class_id, object_id, sub_id) identity
  left join lateral (
    select owner.type || ' ' || regexp_replace(owner.identity, '([(,]| AS )pg_catalog\.', '\1', 'g') as name, owner.schema
    from pg_catalog.pg_depend
    cross join lateral pg_identify_object(
      case when sub_id > 0 then class_id else refclassid end,
      case when sub_id > 0 then object_id else refobjid end, 0) owner
    where classid = class_id and objid = object_id and (deptype in ('a', 'i', 'e') or sub_id > 0)
    order by array_position(array['e', 'i', 'a'], deptype::text), owner.type, owner.identity
    limit 1
  ) owner on object_id >= 16384
),
ours as (
  select *
  from identity
  where in_schema = any (regexp_split_to_array(current_setting('dba.foreign_schemas', true), '\s*,\s*')) is not true
)
select kind, name, part_of, property, value
from property
join ours using (class_id, object_id, sub_id)
where value <> ''
union all
select 'grant',
       format('%s on %s %s to %s', privilege, kind, name, grantee),
       kind || ' ' || name,
       'with grant option',
       is_grantable::text
from dba.snapshot_grant
join ours using (class_id, object_id, sub_id)
union all
select 'migration', filename, null, 'hash', hash
from graphile_migrate.migrations;
comment on view dba.snapshot is
  'Everything in this database that can be changed by hand, PostgreSQL''s own objects included: one row for each property. An object that is part of another comes and goes with it.';
