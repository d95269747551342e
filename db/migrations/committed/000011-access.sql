--! Previous: sha1:fb38f97f89a33683454632095976cf2315a326c1
--! Hash: sha1:14dbf03e28485a364af63b3fab6e8b4732543a24
--! Message: access

-- What an explanation of access is made of: the catalogue in words, and a policy's expression for one row.
--
-- All of it runs with the rights of whoever asks: an expression is evaluated as PostgreSQL evaluates it for that
-- caller, and a row that the caller does not see looks like one that does not exist.

create schema access;
comment on schema access is 'How access is explained: what crm.explain_access is made of. Never exposed.';


-- Words

create function access.role_in_words(role name) returns text
language sql immutable parallel safe
return case role
  when 'public'        then 'Everybody'
  when 'epic_employee' then 'Every employee'
  else initcap(replace(regexp_replace(role, '^epic_', ''), '_', ' '))
end;
comment on function access.role_in_words(name) is
  'How the sentences of the database call a role: Sales, Every employee.';

create function access.act_in_words(verb text, columns text[], record text) returns text
language sql stable parallel safe
return concat_ws(' ',
  verb,
  case when verb <> 'create' then array_to_string(columns, ', ') || ' of' end,
  case when record = 'history' then 'the history' when record ~ '^[aeiou]' then 'an ' || record else 'a ' || record end,
  case when verb = 'create' then 'with ' || array_to_string(columns, ', ') end);
comment on function access.act_in_words(text, text[], text) is
  'What somebody does, in words: update phone of a client; create a contract with client_id; delete an event.';


-- The catalogue

create function access.secured_table(relation regclass) returns regclass
language sql stable parallel safe
return coalesce(
  (select source.refobjid
   from pg_catalog.pg_rewrite rule
   join pg_catalog.pg_depend source
     on source.classid = 'pg_catalog.pg_rewrite'::regclass
    and source.objid = rule.oid
    and source.refclassid = 'pg_catalog.pg_class'::regclass
    and source.refobjid <> relation
   where rule.ev_class = relation
   limit 1),
  relation);
comment on function access.secured_table(regclass) is
  'The table whose policies count for a relation: itself, or for a view the table that it reads.';


create function access.grants_on(
  relation regclass, privilege text,
  out role name, out is_mine boolean, out columns text[])
returns setof record
language sql stable parallel safe
begin atomic
  select
    coalesce(grantee.rolname, 'public'),
    acl.grantee = 0 or pg_has_role(acl.grantee, 'usage'),
    case when not bool_or(acl.position = 0) then array_agg(acl.column_name order by acl.position) end
  from (
    select entry.grantee, entry.privilege_type, null::text as column_name, 0 as position
    from pg_catalog.pg_class class, aclexplode(class.relacl) entry
    where class.oid = relation and entry.grantee <> class.relowner
    union all
    select entry.grantee, entry.privilege_type, attribute.attname, attribute.attnum
    from pg_catalog.pg_attribute attribute, aclexplode(attribute.attacl) entry
    where attribute.attrelid = relation and not attribute.attisdropped
  ) acl
  left join pg_catalog.pg_roles grantee on grantee.oid = acl.grantee
  where acl.privilege_type = privilege
  group by acl.grantee, grantee.rolname;
end;
comment on function access.grants_on(regclass, text) is
  'The grants of a privilege on a table: to which role, whether that is one of the caller''s, and on which columns (null: on all of them).';


create function access.policies_on(
  relation regclass, privilege text,
  out policy oid, out name name, out role name, out is_mine boolean, out is_permissive boolean,
  out is_using_true boolean, out is_check_true boolean, out sentence text)
returns setof record
language sql stable parallel safe
begin atomic
  select
    pol.oid,
    pol.polname,
    coalesce(grantee.rolname, 'public'),
    grantee.oid is null or pg_has_role(grantee.oid, 'usage'),
    pol.polpermissive,
    coalesce(pg_get_expr(pol.polqual, pol.polrelid) = 'true', false),
    coalesce(pg_get_expr(coalesce(pol.polwithcheck, pol.polqual), pol.polrelid) = 'true', false),
    obj_description(pol.oid, 'pg_policy')
  from pg_catalog.pg_policy pol
  join pg_catalog.pg_class class on class.oid = pol.polrelid
  cross join lateral unnest(pol.polroles) as for_role (oid)
  left join pg_catalog.pg_roles grantee on grantee.oid = for_role.oid
  where pol.polrelid = relation
    and pol.polcmd in ('*', case privilege when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w' else 'd' end)
    and (grantee.oid is distinct from class.relowner or pg_has_role(grantee.oid, 'usage'));
end;
comment on function access.policies_on(regclass, text) is
  'The policies of a table for a privilege, other than those for the database''s own functions.';


-- Rows, as a policy looks at them

create function access.row_as_seen(relation regclass, row_id integer) returns jsonb
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  seen jsonb;
begin
  execute format('select to_jsonb(seen) from %s seen where id = $1', relation) into seen using row_id;
  return seen;
end
$$;
comment on function access.row_as_seen(regclass, integer) is
  'A row as the caller reads it; null when there is none, or none that the caller may see.';


create function access.row_as_entered(relation regclass, new_values jsonb) returns jsonb
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  defaults text;
  entered  jsonb;
begin
  select string_agg(format('%L, (%s)', attribute.attname, pg_get_expr(value.adbin, value.adrelid)), ', ')
  into defaults
  from pg_catalog.pg_attrdef value
  join pg_catalog.pg_attribute attribute on attribute.attrelid = value.adrelid and attribute.attnum = value.adnum
  where value.adrelid = relation
    and attribute.attgenerated = ''
    and not new_values ? attribute.attname;
  execute format('select jsonb_build_object(%s)', defaults) into entered;
  return entered || new_values;
end
$$;
comment on function access.row_as_entered(regclass, jsonb) is
  'A new row with these values, and elsewhere the defaults that the caller would get.';


create function access.policy_holds(policy oid, for_new_row boolean, candidate jsonb, unknown_columns text[] default '{}')
returns boolean
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  secured regclass;
  alias   name;
  answer  boolean;
  expression text;
begin
  if candidate is null or unknown_columns <> '{}' then
    perform from pg_catalog.pg_depend used
    join pg_catalog.pg_policy pol on pol.oid = used.objid and pol.polrelid = used.refobjid
    join pg_catalog.pg_attribute attribute on attribute.attrelid = used.refobjid and attribute.attnum = used.refobjsubid
    where used.classid = 'pg_catalog.pg_policy'::regclass
      and used.objid = policy
      and (candidate is null or attribute.attname = any (unknown_columns));
    if found then
      return null;
    end if;
  end if;

  -- Without an expression of its own, WITH CHECK is USING.
  select pol.polrelid, class.relname, pg_get_expr(case when for_new_row then coalesce(pol.polwithcheck, pol.polqual) else pol.polqual end, pol.polrelid)
  into secured, alias, expression
  from pg_catalog.pg_policy pol
  join pg_catalog.pg_class class on class.oid = pol.polrelid
  where pol.oid = policy;
  execute format('select (%s) from jsonb_populate_record(null::%s, $1) as %I', expression, secured, alias)
  into answer
  using coalesce(candidate, '{}');
  return coalesce(answer, false);
end
$$;
comment on function access.policy_holds(oid, boolean, jsonb, text[]) is
  'Whether the USING expression of a policy (or, for a new row, its WITH CHECK) holds for a row and the caller; null when it depends on a row, or on a column, that is not known.';


-- Calls: a function is allowed or not, whatever the row; what it does then is up to the policies, or to itself.

create function access.explain_call(function_name text)
returns table (
  step     integer,
  kind     text,
  name     text,
  role     text,
  mode     text,
  clause   text,
  is_mine  boolean,
  holds    boolean,
  sentence text)
language sql stable security invoker
set search_path = ''
as $$
  with
  function as (
    select pg_proc.*
    from pg_catalog.pg_proc
    where pronamespace = 'crm'::regnamespace and proname = function_name
  ),
  given as (
    select
      coalesce(grantee.rolname, 'public') as role,
      grantee.oid is null or pg_has_role(grantee.oid, 'usage') as is_mine
    from function
    cross join lateral aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) entry
    left join pg_catalog.pg_roles grantee on grantee.oid = entry.grantee
    where entry.grantee <> function.proowner
  ),
  steps as (
    select 1 as part, 'grant' as kind, 'execute' as name, given.role::text, given.is_mine, case when given.is_mine then true end as holds,
      format('%s may do this.', access.role_in_words(given.role)) as sentence
    from given
    union all
    select 2, 'verdict', function.proname, current_user, true, has_function_privilege(function.oid, 'execute'),
      coalesce(
        case when not has_function_privilege(function.oid, 'execute') then 'Only ' end
          || (select string_agg(lower(access.role_in_words(given.role)), ' or ' order by given.role) from given) || ' may do this.',
        (select string_agg(access.role_in_words(given.role), ' or ' order by given.role) || ' may do this.' from given),
        'Nobody may do this.')
    from function
  )
  select (row_number() over (order by part, not is_mine, role))::integer, kind, name, role, null, null, is_mine, holds, sentence
  from steps
  order by 1
$$;
comment on function access.explain_call(text) is
  'Who may call a function of crm, as crm.explain_access says it; no rows when there is no such function.';
