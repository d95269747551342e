-- Mutants of the grants.


-- Grants in the syntax of grant and revoke: `insert (title) on crm.event`.

create view dba.mutation_grant with (security_invoker) as
select
  privilege.oid, privilege.kind, privilege.schema_name, privilege.column_name, privilege.role, privilege.privilege,
  target.object,
  concat(privilege.privilege, ' (' || quote_ident(privilege.column_name) || ')', ' on ',
    case
      when privilege.kind = 'database' then 'database %I'
      when privilege.kind in ('schema', 'function', 'procedure', 'sequence') then privilege.kind || ' ' || target.object
      else target.object
    end) as what
from dba.privilege privilege
cross join lateral (
  select case
    when privilege.kind = 'database' then 'database'
    when privilege.kind = 'schema' then quote_ident(privilege.schema_name)
    when privilege.kind in ('function', 'procedure') then privilege.oid::regprocedure::text
    else privilege.oid::regclass::text
  end as object
) target
where privilege.kind = 'database'
   or privilege.schema_name in (select name from dba.mutation_schema);
comment on view dba.mutation_grant is
  'The grants that are mutated, in the words of grant and revoke; %I stands for the name of the database.';

-- A grant gives nothing on an object whose schema the role does not use, nor connect to a role that does not log in;
-- execute to PUBLIC, nothing when every role that uses the schema has it.
create function dba.grant_equivalence(role text, kind text, object text, schema_name text, privilege text) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when privilege = 'connect' then format('not (select rolcanlogin from pg_catalog.pg_roles where rolname = %L)', nullif(role, 'public'))
    when kind in ('database', 'schema') then null
    when role = 'public' and privilege = 'execute' then format('dba.every_user_may_call(%L)', object)
    else format('dba.lacks_schema(%L, %L)', role, schema_name)
  end
$$;
comment on function dba.grant_equivalence(text, text, text, text, text) is
  'The condition under which a grant to a role changes nothing; null when there is none.';

create function dba.has_privilege(role text, kind text, object oid, column_name name, privilege text) returns boolean
language sql stable strict parallel safe
set search_path = ''
as $$
  select case
    when kind = 'database'                then has_database_privilege(role, object, privilege)
    when kind = 'schema'                  then has_schema_privilege(role, object, privilege)
    when kind in ('function', 'procedure') then has_function_privilege(role, object, privilege)
    when kind = 'sequence'                then has_sequence_privilege(role, object, privilege)
    when column_name <> ''                then has_column_privilege(role, object, column_name, privilege)
    else has_table_privilege(role, object, privilege)
  end
$$;
comment on function dba.has_privilege(text, text, oid, name, text) is
  'Whether a role has a privilege on an object of that kind, or on one column of it when a column is named (otherwise an empty name), by grant or by inheritance.';


create view dba.grant_mutation with (security_invoker) as
with change as (
  select
    'revoke grant' as kind,
    object,
    format('revoke %s from %s', what, role) as sql,
    null as equivalence
  from dba.mutation_grant

  -- Another department, anonymous requests or, where that would matter, the API's login or PUBLIC gets the same.
  union
  select
    'give grant',
    object,
    format('grant %s to %s', what, other.name),
    dba.grant_equivalence(other.name, granted.kind, granted.object, granted.schema_name, granted.privilege)
  from dba.mutation_grant granted
  join (select name from dba.mutation_role union all select 'public') other
    on granted.kind in ('database', 'schema', 'function', 'procedure')
    or other.name not in ('epic_authenticator', 'public')
  where not dba.has_privilege(other.name, granted.kind, granted.oid, coalesce(granted.column_name, ''), granted.privilege)

  -- What every employee is granted is withheld from one department.
  union
  select
    'revoke grant',
    object,
    format('revoke %1$s from epic_employee; grant %1$s to %2$s', what,
      (select string_agg(other.name, ', ' order by other.name) from dba.mutation_role other
       where other.is_department and other.name <> department.name)),
    null
  from dba.mutation_grant
  join dba.mutation_role department on department.is_department
  where role = 'epic_employee'

  -- What is granted column by column is granted for one more, or for all.
  union
  select
    'widen grant',
    object,
    format('grant %s on %s to %s', concat(privilege, ' (' || quote_ident(attname) || ')'), object, role),
    dba.grant_equivalence(role, 'table', object, schema_name, privilege)
  from (select distinct oid, object, schema_name, role, privilege from dba.mutation_grant where column_name is not null) granted
  join (
    select attrelid, attname from pg_catalog.pg_attribute where attnum > 0 and not attisdropped
    union all
    select distinct attrelid, null::name from pg_catalog.pg_attribute
  ) column_ on attrelid = granted.oid
  where not dba.has_privilege(role, 'table', granted.oid, coalesce(attname, ''), privilege)

  -- A department may do to a table what it was not granted.
  union
  select
    'widen grant',
    mutated.name,
    format('grant %s on %s to %s', privilege, mutated.name, department.name),
    dba.grant_equivalence(department.name, 'table', mutated.name, mutated.schema_name, privilege)
  from dba.mutation_table mutated
  join dba.mutation_role department on department.is_department
  cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate']) privilege
  where mutated.has_rows
    and not has_table_privilege(department.oid, mutated.oid, privilege)
    and (privilege in ('delete', 'truncate') or not has_any_column_privilege(department.oid, mutated.oid, privilege))

  -- PUBLIC may call a function that was granted to no role.
  union
  select
    'widen grant',
    function.oid::regprocedure::text,
    format('grant execute on %s %s to public', case function.prokind when 'p' then 'procedure' else 'function' end,
      function.oid::regprocedure),
    dba.grant_equivalence('public', 'function', function.oid::regprocedure::text, schema.name, 'execute')
  from pg_catalog.pg_proc function
  join dba.mutation_schema schema on schema.oid = function.pronamespace
  where not has_function_privilege('public', function.oid, 'execute')
    and function.oid not in (select oid from dba.mutation_grant)
    and not exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_proc'::regclass and objid = function.oid and deptype = 'e')
  union
  select
    'widen grant',
    'default privileges',
    'alter default privileges for role epic_owner grant execute on functions to public',
    null
  from pg_catalog.pg_default_acl
  where defaclnamespace = 0
    and defaclobjtype = 'f'

  -- What the owner revoked from itself is granted again; what it kept is revoked.
  union
  select
    case when kept is null then 'widen grant' else 'revoke grant' end,
    mutated.name,
    case when kept is null
      then format('grant %s on %s to epic_owner', coalesce(usual, kept), mutated.name)
      else format('revoke %s on %s from epic_owner', coalesce(kept, usual), mutated.name)
    end,
    null
  from dba.mutation_table mutated
  join pg_catalog.pg_class relation on relation.oid = mutated.oid
  cross join lateral (
    select usual, kept
    from (select lower(privilege_type) as usual from aclexplode(acldefault('r', relowner))) usually
    full join (
      select lower(privilege_type) as kept from aclexplode(relacl) where grantee = relowner
      union all
      select format('%s (%I)', lower(privilege_type), attname)
      from pg_catalog.pg_attribute
      cross join lateral aclexplode(attacl)
      where attrelid = mutated.oid and grantee = relowner
    ) now on usual = kept
  ) privilege
  where relacl is not null
    and not relacl @> acldefault('r', relowner)
)
select
  min(kind) as kind,  -- what is given to another department may also be one column more for it
  object,
  replace(sql, 'database %I', 'the database') as name,
  case when sql ~ 'database %I'
    then format('do $do$ begin execute format(%L, current_database()); end $do$', sql)
    else sql
  end as sql,
  min(equivalence) as equivalence
from change
group by object, change.sql;
comment on view dba.grant_mutation is
  'Each grant revoked, column by column; widened by a column, a verb, a function; given to another role; and withheld from a department.';
