-- Lints of functions and extensions.

create view dba.lint_of_functions with (security_invoker) as
with extension as (
  select extension.extname as name, extension.extversion as version,
         namespace.oid as schema_oid, namespace.nspname as schema_name
  from pg_catalog.pg_extension extension
  join pg_catalog.pg_namespace namespace on namespace.oid = extension.extnamespace
  -- A schema that an extension made for itself is not in dba.schema.
  where namespace.nspname <> 'pg_catalog'
    and namespace.oid not in (select oid from dba.schema except select oid from dba.linted_schema)
)


-- A body that was bound when it was created (begin atomic, return) does not look names up again.

select 'mutable_search_path' as name, function.object,
       coalesce('Its ' || setting.text || '.', 'It looks names up along the search_path of its caller.') as detail
from dba.linted_function function
left join lateral unnest(function.settings) as setting (text) on setting.text like 'search_path=%'
where not function.is_parsed
  and coalesce(setting.text, '') !~ '^search_path=(""|pg_catalog(, pg_temp)?)$'


union all
select 'security_definer_exposed', function.object,
       format('%s may call it, and it acts as %s.',
         string_agg(distinct privilege.role, ', ' order by privilege.role), function.owner::regrole)
from dba.linted_function function
join dba.api_privilege privilege on privilege.oid = function.oid and privilege.kind in ('function', 'procedure')
where function.is_definer
group by function.object, function.owner


union all
select 'immutable_claim_reader', dba.signature(oid), 'It reads a claim, and a plan keeps what it gave another caller.'
from dba.claim_reader
where is_immutable


-- search_path = '' leaves nothing to look through but pg_catalog and, before it, the temporary schema of the session: for
-- relations and types, such as text, never for functions and operators. So a caller who may create temporary objects
-- decides what an unqualified type means, unless pg_temp is named last.

union all
select 'temporary_objects_first', function.object,
       format('%s may create temporary objects, and it looks there first.', string_agg(distinct role.rolname, ', ' order by role.rolname))
from dba.linted_function function
join pg_catalog.pg_roles role on not role.rolsuper
  and has_database_privilege(role.oid, current_database(), 'temporary')
  and has_function_privilege(role.oid, function.oid, 'execute')
  and not pg_has_role(role.oid, function.owner, 'member')
  and role.rolname !~ '^pg_'
where function.is_definer and not function.is_parsed
  and not exists (select from unnest(function.settings) as setting (text) where setting.text ~ '^search_path=.*\mpg_temp"?$')
group by function.object


union all
select 'leakproof_function', object, 'It is called on rows that a policy would have hidden.'
from dba.linted_function
where is_leakproof


union all
select 'extension_in_exposed_schema', format('extension %I', extension.name),
       format('%s may use schema %I, where it is.', string_agg(role.name, ', ' order by role.name), extension.schema_name)
from extension
join dba.api_role role on has_schema_privilege(role.oid, extension.schema_oid, 'usage')
group by extension.name, extension.schema_name


union all
select 'outdated_extension', format('extension %I', extension.name),
       format('It is at version %s; the server has %s.', extension.version, available.default_version)
from extension
join pg_catalog.pg_available_extensions available on available.name = extension.name
where available.default_version <> extension.version;
comment on view dba.lint_of_functions is
  'Findings about functions, procedures and extensions.';
