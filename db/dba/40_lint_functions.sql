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
