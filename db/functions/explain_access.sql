-- Explanations of who may do what, before an attempt or after a refusal. They are read from the catalogue, so they cannot
-- drift from the grants and policies.
--
-- Everything runs with the rights of the caller: an expression is evaluated as PostgreSQL evaluates it for them, and a
-- row that they do not see looks like one that does not exist.


-- Sentences


create or replace function crm_private.rule_sentence(schema_name text, table_name text, constraint_name text) returns text
language sql stable parallel safe
set search_path = ''
as $$
  select coalesce(
    (select obj_description(constraint_.oid, 'pg_constraint')
     from pg_catalog.pg_constraint constraint_
     where constraint_.conrelid = relation.oid and constraint_.conname = constraint_name),
    (select obj_description(index.oid, 'pg_class')
     from pg_catalog.pg_class index
     where index.relnamespace = relation.relnamespace and index.relname = constraint_name))
  from pg_catalog.pg_class relation
  join pg_catalog.pg_namespace namespace on namespace.oid = relation.relnamespace
  where namespace.nspname = schema_name and relation.relname = table_name
$$;
comment on function crm_private.rule_sentence(text, text, text) is
  'The sentence of a broken constraint or unique index: its comment; null when it has none.';


create or replace function access.describe_role(role name) returns text
language sql immutable parallel safe
return case role
  when 'public'        then 'Everybody'
  when 'epic_employee' then 'Every employee'
  else initcap(replace(regexp_replace(role, '^epic_', ''), '_', ' '))
end;
comment on function access.describe_role(name) is
  'A role in a sentence: Sales, Every employee.';


-- Sending a version is a precondition, not a change: it is left out of what a role may write.
create or replace function access.describe_action(verb text, columns text[], record text) returns text
language sql stable parallel safe
return concat_ws(' ',
  verb,
  case when verb <> 'create' then array_to_string(nullif(array_remove(columns, 'version'), '{}'), ', ') || ' of' end,
  case when record = 'history' then 'the history' when record ~ '^[aeiou]' then 'an ' || record else 'a ' || record end,
  case when verb = 'create' then 'with ' || array_to_string(columns, ', ') end);
comment on function access.describe_action(text, text[], text) is
  'An action in words: update phone of a client; create a contract with client_id; delete an event.';


-- Grants and policies


create or replace function access.base_table(relation regclass) returns regclass
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
comment on function access.base_table(regclass) is
  'The table whose policies apply to a relation: itself, or for a view the table that it reads.';


create or replace function access.grants_on(
  relation regclass, privilege text, for_role name,
  out role name, out is_mine boolean, out columns text[])
returns setof record
language sql stable parallel safe
begin atomic
  select
    coalesce(grantee.rolname, 'public'),
    acl.grantee = 0 or pg_has_role(for_role, acl.grantee, 'usage'),
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
    and coalesce(grantee.rolname, '') not in ('epic_worker', 'epic_backup')
  group by acl.grantee, grantee.rolname;
end;
comment on function access.grants_on(regclass, text, name) is
  'The grants of a privilege on a table to people: to which role, whether that is one of the role''s own, and on which columns (null: on all of them).';


create or replace function access.policies_on(
  relation regclass, privilege text, for_role name,
  out policy oid, out name name, out role name, out is_mine boolean, out is_permissive boolean,
  out is_using_true boolean, out is_check_true boolean, out sentence text)
returns setof record
language sql stable parallel safe
begin atomic
  select
    pol.oid,
    pol.polname,
    coalesce(grantee.rolname, 'public'),
    grantee.oid is null or pg_has_role(for_role, grantee.oid, 'usage'),
    pol.polpermissive,
    coalesce(pg_get_expr(pol.polqual, pol.polrelid) = 'true', false),
    coalesce(pg_get_expr(coalesce(pol.polwithcheck, pol.polqual), pol.polrelid) = 'true', false),
    obj_description(pol.oid, 'pg_policy')
  from pg_catalog.pg_policy pol
  join pg_catalog.pg_class class on class.oid = pol.polrelid
  cross join lateral unnest(pol.polroles) as target (oid)
  left join pg_catalog.pg_roles grantee on grantee.oid = target.oid
  where pol.polrelid = relation
    and pol.polcmd in ('*', case privilege when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w' else 'd' end)
    and (grantee.oid is distinct from class.relowner or pg_has_role(for_role, grantee.oid, 'usage'))
    and coalesce(grantee.rolname, '') not in ('epic_worker', 'epic_backup')
    and (pol.polpermissive or pol.polname !~ '_in_session$');
end;
comment on function access.policies_on(regclass, text, name) is
  'The policies of a table for a privilege, other than those for the database''s own functions, the worker and backups, and those that require a session, in which the caller is; and whether each applies to the role.';


-- Rows, as a policy sees them


create or replace function access.visible_row(relation regclass, row_id integer) returns jsonb
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
comment on function access.visible_row(regclass, integer) is
  'A row as the caller reads it; null when there is none, or none that the caller may see.';


create or replace function access.row_with_defaults(relation regclass, new_values jsonb) returns jsonb
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
comment on function access.row_with_defaults(regclass, jsonb) is
  'A new row with these values, and elsewhere the defaults that the caller would get.';


create or replace function access.reads_all(relation regclass, role name) returns boolean
language sql stable parallel safe
set search_path = ''
as $$
  select has_any_column_privilege(role, relation, 'SELECT')
    and (not class.relrowsecurity
      or coalesce((
        select bool_or(pol.is_permissive and pol.is_using_true) and bool_and(pol.is_permissive)
        from access.policies_on(relation, 'SELECT', role) pol
        where pol.is_mine), false))
  from pg_catalog.pg_class class
  where class.oid = relation
$$;
comment on function access.reads_all(regclass, name) is
  'Whether a role reads every row of a table, in a session.';


create or replace function access.functions_in(policy oid) returns setof oid
language sql stable parallel safe
set search_path = ''
as $$
  select distinct found.id[1]::oid
  from pg_catalog.pg_policy pol
  cross join lateral regexp_matches(concat(pol.polqual, pol.polwithcheck), ':(?:op)?funcid (\d+)', 'g') found (id)
  where pol.oid = policy
$$;
comment on function access.functions_in(oid) is
  'The functions and operators in the expressions of a policy, those of PostgreSQL among them, which pg_depend leaves out.';


-- Another person's policy is evaluated with their claims, but as epic_owner: a security definer function may not change
-- the role. What could differ for their role is left open: who the current user is, and rows that either does not read.
create or replace function access.is_evaluable_for(policy oid, for_role name) returns boolean
language sql stable parallel safe
set search_path = ''
as $$
  select
    concat(pg_get_expr(pol.polqual, pol.polrelid), pg_get_expr(pol.polwithcheck, pol.polrelid))
      !~ '\m(CURRENT_USER|SESSION_USER|CURRENT_ROLE|SYSTEM_USER|CURRENT_SCHEMA)\M'
    and not exists (
      select from access.functions_in(policy) used (oid)
      join pg_catalog.pg_proc function on function.oid = used.oid
      where function.provolatile <> 'i'
        and case
          when function.pronamespace = 'pg_catalog'::regnamespace
            then function.proname ~ '^(current_(schemas?|setting|user)|session_user|getpgusername|has_.*_privilege|pg_has_role|row_security_active)$'
          else not function.prosecdef
            and function.pronamespace <> 'identity'::regnamespace
            and function.oid not in ('crm.current_employee_id()'::regprocedure, 'crm.current_department()'::regprocedure)
        end)
    and not exists (
      select from pg_catalog.pg_depend used
      where used.classid = 'pg_catalog.pg_policy'::regclass
        and used.objid = policy
        and used.refclassid = 'pg_catalog.pg_class'::regclass
        and used.refobjid <> pol.polrelid
        and not (access.reads_all(used.refobjid, for_role) and access.reads_all(used.refobjid, current_user)))
  from pg_catalog.pg_policy pol
  where pol.oid = policy
$$;
comment on function access.is_evaluable_for(oid, name) is
  'Whether a policy has the same value for the current role as for another one with the same claims: it calls nothing that asks for the role, other than what reads the claims, and reads other tables only where both roles read every row.';


create or replace function access.policy_holds(
  policy oid, for_role name, for_new_row boolean, candidate jsonb, unknown_columns text[] default '{}')
returns boolean
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  base    regclass;
  alias   name;
  answer  boolean;
  expression text;
begin
  if for_role <> current_user and not access.is_evaluable_for(policy, for_role) then
    return null;
  end if;
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
  into base, alias, expression
  from pg_catalog.pg_policy pol
  join pg_catalog.pg_class class on class.oid = pol.polrelid
  where pol.oid = policy;
  execute format('select (%s) from jsonb_populate_record(null::%s, $1) as %I', expression, base, alias)
  into answer
  using coalesce(candidate, '{}');
  return coalesce(answer, false);
end
$$;
comment on function access.policy_holds(oid, name, boolean, jsonb, text[]) is
  'Whether the USING expression of a policy (or, for a new row, its WITH CHECK) holds for a row and the present claims; null when it depends on a row, or on a column, that is not known, or cannot be evaluated for another role.';


-- Explanations


create or replace function access.explain_call(function_name text, for_role name)
returns setof crm.access_step
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
      grantee.oid is null or pg_has_role(for_role, grantee.oid, 'usage') as is_mine
    from function
    cross join lateral aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) entry
    left join pg_catalog.pg_roles grantee on grantee.oid = entry.grantee
    where entry.grantee <> function.proowner
  ),
  -- Whose call is the permission, needs the second factor.
  condition as (
    select condition.name, condition.sentence, condition.name is distinct from unmet.name as holds
    from function
    join access.business_verbs() business on business.function_name = function.proname
    cross join lateral access.second_factor_conditions('epic_management', business.verb) condition
    cross join lateral access.unmet_second_factor_condition(business.verb) unmet
    where has_function_privilege(for_role, function.oid, 'execute')
  ),
  steps as (
    select
      1 as part, 'grant' as kind, 'execute' as name, given.role::text, null as mode,
      given.is_mine, case when given.is_mine then true end as holds,
      format('%s may do this.', access.describe_role(given.role)) as sentence
    from given
    union all
    select 2, 'policy', condition.name, 'epic_management', 'restrictive', true, condition.holds, condition.sentence
    from condition
    union all
    select 3, 'verdict', coalesce(unmet.name, function.proname), for_role, null, true,
      has_function_privilege(for_role, function.oid, 'execute') and unmet.name is null,
      coalesce(
        unmet.sentence,
        case when not has_function_privilege(for_role, function.oid, 'execute') then 'Only ' end
          || (select string_agg(lower(access.describe_role(given.role)), ' or ' order by given.role) from given) || ' may do this.',
        (select string_agg(access.describe_role(given.role), ' or ' order by given.role) || ' may do this.' from given),
        'Nobody may do this.')
    from function
    left join condition unmet on not unmet.holds
  )
  select (row_number() over (order by part, not is_mine, role, name))::integer, kind, name, role, mode, null, is_mine, holds, sentence
  from steps
  order by 1
$$;
comment on function access.explain_call(text, name) is
  'Who may call a function of crm, as crm.explain_access says it to a role; no rows when there is no such function.';


create or replace function access.explain_statement(
  record     text,
  verb       text,
  for_role   name,
  row_id     integer default null,
  columns    text[]  default null,
  new_values jsonb   default null)
returns setof crm.access_step
language plpgsql stable security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  relation              regclass := (select oid from pg_catalog.pg_class where relnamespace = 'crm'::regnamespace and relname = record and relkind in ('r', 'v'));
  base                  regclass := access.base_table(relation);
  command               text     := case verb when 'read' then 'SELECT' when 'create' then 'INSERT' when 'update' then 'UPDATE' when 'delete' then 'DELETE' end;
  wanted_columns        text[]   := coalesce(columns, array(select jsonb_object_keys(new_values)), '{}');
  columns_without_value text[]   := array(select unnest(wanted_columns) except select jsonb_object_keys(new_values));
  unknown_names         text[];
  granted               boolean;  -- whether the caller's grants cover the wanted columns
  before                jsonb;    -- the row as it is, as far as the caller sees it
  after                 jsonb;    -- the row as it would become
  is_gone               boolean := false;
begin
  if relation is null or command is null then
    raise invalid_parameter_value using
      constraint = 'explained_record_and_verb_are_known', column = 'record',
      message = format('There is nothing to explain about %s %s.', verb, record),
      detail = jsonb_build_object('records', (
        select jsonb_agg(relname order by relname) from pg_catalog.pg_class
        where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v')));
  end if;
  unknown_names := array(
    select unnest(wanted_columns)
    except
    select attname from pg_catalog.pg_attribute where attrelid = relation and attnum > 0 and not attisdropped);
  if unknown_names <> '{}' then
    raise undefined_column using
      constraint = 'explained_columns_are_known', column = 'columns',
      message = format('There is no %s in %s.', array_to_string(unknown_names, ', '), record),
      detail = jsonb_build_object('columns', unknown_names);
  end if;
  if row_id is not null and not exists (
    select from pg_catalog.pg_attribute
    where attrelid = relation and attname = 'id' and atttypid in ('integer'::regtype, 'bigint'::regtype))
  then
    raise invalid_parameter_value using
      constraint = 'explained_row_has_a_number', column = 'row_id',
      message = format('The id of a %s is not a number. Ask without one.', record);
  end if;

  granted := case
    when command = 'DELETE'    then has_table_privilege(for_role, relation, command)
    when wanted_columns = '{}' then has_any_column_privilege(for_role, relation, command)
    else (select bool_and(has_column_privilege(for_role, relation, wish, command)) from unnest(wanted_columns) wish)
  end;
  if row_id is not null and has_any_column_privilege(for_role, relation, 'SELECT') then
    before  := access.visible_row(relation, row_id);
    is_gone := before is null and (for_role = current_user or access.reads_all(base, current_user));
  end if;
  if command = 'INSERT' and new_values is not null then
    after := access.row_with_defaults(relation, new_values);
  elsif command = 'UPDATE' then
    after := before || coalesce(new_values, '{}');
  end if;

  return query
  with
  given as (
    select given.*, given.columns is null or wanted_columns <@ given.columns as covers
    from access.grants_on(relation, command, for_role) given
  ),
  -- A row is read before anything is done with it.
  phase (position, privilege) as (
    select 1, 'SELECT' where command <> 'INSERT'
    union all
    select 2, command where command <> 'SELECT'
  ),
  policy as (
    select
      phase.position,
      pol.*,
      used.holds as uses,
      case
        when not pol.is_mine or used.holds is false then null
        when phase.privilege in ('INSERT', 'UPDATE') then pol.is_check_true or access.policy_holds(pol.policy, for_role, true, after, columns_without_value)
        when command = 'UPDATE' then pol.is_using_true or access.policy_holds(pol.policy, for_role, false, after, columns_without_value)  -- what is written must stay readable
        else true
      end as checks
    from phase
    cross join lateral access.policies_on(base, phase.privilege, for_role) pol
    cross join lateral (
      select case
        when not pol.is_mine then null
        when is_gone         then false
        when phase.privilege = 'INSERT' then true
        else pol.is_using_true or access.policy_holds(pol.policy, for_role, false, before)
      end as holds
      offset 0  -- computed once
    ) used
    where row_security_active(base)
      and (pol.is_mine or pol.is_permissive and phase.privilege = command and exists (select from given where given.role = pol.role and given.covers))
  ),
  -- 0: no; 1: it depends; 2: yes. Permissive policies are alternatives, restrictive ones conditions.
  graded as (
    select policy.*,
      case uses   when true then 2 when false then 0 else 1 end as use_grade,
      case checks when true then 2 when false then 0 else 1 end as check_grade
    from policy
    where is_mine
  ),
  outcome as (
    select case
      when not granted or is_gone        then 0
      when not row_security_active(base) then 2
      else (
        select min(least(best.uses, best.checks, best.conditions))
        from phase
        cross join lateral (
          select
            coalesce(max(use_grade)   filter (where is_permissive), 0) as uses,
            coalesce(max(check_grade) filter (where is_permissive), 0) as checks,
            coalesce(min(least(use_grade, check_grade)) filter (where not is_permissive), 2) as conditions
          from graded
          where graded.position = phase.position) best)
    end as grade
  ),
  deciding as (
    select policy.name, policy.sentence
    from policy, outcome
    where case
      when is_gone   then false
      when grade > 0 then is_mine and is_permissive and policy.position = (select max(position) from phase) and (uses and checks) is not false
      when granted   then is_mine and (uses and checks) is false
      else not is_mine
    end
  ),
  -- The wanted columns that no role may write; all wanted columns where each has a role that may.
  unwritable as (
    select case when written.by_no_role = '{}' then wanted_columns else written.by_no_role end as columns
    from (
      select array(
        select wish from unnest(wanted_columns) wish
        where not exists (select from given where given.columns is null or wish = any (given.columns)))
    ) written (by_no_role)
  ),
  steps as (
    select
      case when given.is_mine then 1 else 3 end as part, 0 as position, false as is_permissive,
      'grant' as kind,
      lower(command) || coalesce(' (' || array_to_string(given.columns, ', ') || ')', '') as name,
      given.role::text, null as mode, null as clause, given.is_mine,
      case when given.is_mine then given.covers end as holds,
      format('%s may %s%s.', access.describe_role(given.role), access.describe_action(verb, given.columns, record),
        case when not given.covers then ', but not ' || (
          select string_agg(wish.name, ', ' order by wish.position)
          from unnest(wanted_columns) with ordinality as wish (name, position)
          where wish.name <> all (given.columns)) end) as sentence
    from given
    where given.is_mine or given.covers
    union all
    select
      case when policy.is_mine then 2 else 4 end, policy.position, policy.is_permissive,
      'policy', policy.name, policy.role, case when policy.is_permissive then 'permissive' else 'restrictive' end,
      case when not uses then 'using' when not checks then 'with check' end, policy.is_mine,
      uses and checks,
      policy.sentence
    from policy
    union all
    select
      5, 0, false,
      'verdict', (select string_agg(deciding.name, ', ' order by deciding.name) from deciding), for_role, null, null, true,
      case outcome.grade when 2 then true when 0 then false end,
      coalesce(
        (select string_agg(deciding.sentence, ' ' order by deciding.name) from deciding),
        case
          when is_gone           then format('There is no %s %s.', record, row_id)
          when outcome.grade > 0 then format('Row-level security does not apply to %s.', for_role)
          else format('Nobody may %s.', access.describe_action(verb, nullif(unwritable.columns, '{}'), record))
        end)
    from outcome, unwritable
  )
  select (row_number() over (order by part, position, is_permissive, name))::integer, kind, name, role, mode, clause, is_mine, holds, sentence
  from steps
  order by 1;
end
$$;
comment on function access.explain_statement(text, text, name, integer, text[], jsonb) is
  'As crm.explain_access, for reading, creating, updating and deleting, and for any role: its grants and policies, with the present claims. For a role that is not the current one, what cannot be evaluated stays open.';


create or replace function access.business_verbs(
  out function_name text, out record text, out verb text, out phrase text,
  out statement text, out columns text[], out new_values jsonb)
returns setof record
language sql immutable parallel safe
set search_path = ''
as $$
  select known.function_name, known.record, known.verb, coalesce(known.phrase, replace(known.verb, '_', ' ')),
    known.statement, known.columns::text[], known.new_values::jsonb
  from (values
    ('sign_contract',       'contract', 'sign',           null,                    'update', null,                      '{"status": "signed"}'),
    ('cancel_contract',     'contract', 'cancel',         null,                    'update', null,                      '{"status": "cancelled"}'),
    ('record_payment',      'payment',  'record',         null,                    'create', '{contract_id,amount}',    null),
    ('correct_payment',     'payment',  'correct',        null,                    'create', null,                      '{"amount": -0.01}'),
    ('assign_support',      'event',    'assign',         null,                    'update', '{support_contact_id}',    null),
    ('unassign_support',    'event',    'unassign',       null,                    'update', null,                      '{"support_contact_id": null}'),
    ('hand_over_client',    'client',   'hand_over',      null,                    'update', '{commercial_contact_id}', null),
    ('record_contact',      'client',   'contact',        'record a contact with', 'update', '{full_name}',             null),
    ('deactivate_employee', 'employee', 'deactivate',     null,                    'update', null,                      '{"active": false}'),
    ('activate_employee',   'employee', 'activate',       null,                    'update', null,                      '{"active": true}'),
    ('move_employee',       'employee', 'move',           null,                    'update', '{department}',            null),
    ('erase_client',        'client',   'erase',          null,                    null,     null,                      null),
    ('finish_note',         'note',     'finish',         null,                    'update', '{done_at}',               null),
    ('reopen_note',         'note',     'reopen',         null,                    'update', null,                      '{"done_at": null}'),
    ('merge_clients',       'client',   'merge',          null,                    null,     null,                      null),
    ('export_client',       'client',   'export',         'export the data of',    null,     null,                      null),
    ('reset_password',      'employee', 'reset_password', 'reset the password of', null,     null,                      null)
  ) known (function_name, record, verb, phrase, statement, columns, new_values)
$$;
comment on function access.business_verbs() is
'The business verbs: the function of crm, the record and the verb that it stands for, the verb in words, and what it does to the record: create or update, and which columns and values it writes. Without a statement the call itself is the permission.
- `sign`: Sign a contract.
- `cancel`: Cancel a contract.
- `record`: Record a payment.
- `correct`: Take back a payment that was recorded by mistake.
- `assign`: Give an event a support contact.
- `unassign`: Take the support contact from an event.
- `hand_over`: Hand a client over to another sales contact.
- `contact`: Note that a client was contacted.
- `deactivate`: Deactivate an employee.
- `activate`: Let an employee who was deactivated log in again.
- `move`: Move an employee to another department.
- `erase`: Erase the personal data of a client.
- `finish`: Mark a note as done.
- `reopen`: Take back that a note is done.
- `merge`: Merge another client into a client.
- `export`: Export all there is about a client.
- `reset_password`: Give an employee a password for one login.';


create or replace function access.statement_of(
  inout record text, inout verb text, inout columns text[], inout new_values jsonb, out function_name text)
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  known record;
begin
  select business.* into known
  from access.business_verbs() business
  where business.record = statement_of.record and business.verb = statement_of.verb;
  if known.statement is null then
    function_name := known.function_name;
    return;
  end if;
  verb       := known.statement;
  new_values := coalesce(known.new_values || new_values, known.new_values, new_values);
  columns    := columns || known.columns || array(select jsonb_object_keys(new_values));
end
$$;
comment on function access.statement_of(text, text, text[], jsonb) is
  'What a verb does: to read, create, update or delete, which columns and values; or the function of crm whose call is the permission.';


create or replace function access.explain_verb(
  record     text,
  verb       text,
  for_role   name,
  row_id     integer,
  columns    text[],
  new_values jsonb)
returns setof crm.access_step
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  meant record;
begin
  select * into meant from access.statement_of(record, verb, columns, new_values);
  if meant.function_name is not null then
    return query select * from access.explain_call(meant.function_name, for_role);
  else
    return query select * from access.explain_statement(meant.record, meant.verb, for_role, row_id, meant.columns, meant.new_values);
  end if;
end
$$;
comment on function access.explain_verb(text, text, name, integer, text[], jsonb) is
  'As crm.explain_access, for a session that may write, and for any role, as access.explain_statement.';


create or replace function crm.explain_access(
  record     text,
  verb       text,
  row_id     integer default null,
  columns    text[]  default null,
  new_values jsonb   default null)
returns setof crm.access_step
language sql stable security invoker
set search_path = ''
as $$
  select
    steps.step,
    steps.kind,
    case when refused.by_session then 'session_is_read_only' else steps.name end,
    steps.role,
    steps.mode,
    steps.clause,
    steps.is_mine,
    steps.holds and not refused.by_session,
    case when refused.by_session then identity.read_only_refusal() else steps.sentence end
  from access.explain_verb(record, verb, current_user, row_id, columns, new_values) steps
  cross join lateral (
    select steps.kind = 'verdict' and steps.holds is not false and verb <> 'read' and identity.read_only_refusal() is not null
    offset 0  -- computed once
  ) refused (by_session)
  order by steps.step
$$;
comment on function crm.explain_access(text, text, integer, text[], jsonb) is
'Whether the caller may read, create, update or delete a record, step by step: each grant and policy in the order PostgreSQL asks them, those of other roles after the caller''s own, and last the verdict. A business verb is answered for what it writes, or, if it is a permission itself (erase a client), by who may call it. In a read-only session the verdict on what is otherwise allowed is no. Constraints and triggers are not asked. A verb, record or column that there is not is an error.
- `record`: The kind of record.
- `verb`: What is to be done to it.
- `row_id`: Which one. Without it, what depends on the row stays open.
- `columns`: The columns that are to be written, as the database names them. The answer is for these.
- `new_values`: What is to be written, by column. The answer is also for what the row would become.';


-- Refusals


create or replace function access.responsible_employee(record text, row_id integer, new_values jsonb) returns crm.employee
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  person crm.employee;
begin
  -- One statement for each kind of record: each plans, anew for every role, only what it reads.
  case
    when record = 'client' or record = 'contract' and row_id is null then
      select employee.* into person
      from crm.client
      join crm.employee on employee.id = client.commercial_contact_id
      where client.id = case record when 'client' then row_id else (new_values ->> 'client_id')::integer end;
    when record = 'contract' or record in ('event', 'payment') and row_id is null then
      select employee.* into person
      from crm.contract
      join crm.employee on employee.id = contract.commercial_id
      where contract.id = case record when 'contract' then row_id else (new_values ->> 'contract_id')::integer end;
    when record = 'event' then
      select employee.* into person
      from crm.event
      join crm.employee on employee.id = event.support_contact_id
      where event.id = row_id;
    when record = 'note' then
      select employee.* into person
      from crm.note
      join crm.employee on employee.id = note.author_id
      where note.id = row_id;
    else
      null;
  end case;
  return case when person.active then person end;
end
$$;
comment on function access.responsible_employee(text, integer, jsonb) is
  'The active employee who looks after a record, or, for one that is to be created, after what it belongs to; null when there is none.';


create or replace function access.refusal_sentence(record text, verb text, row_id integer) returns text
language sql immutable parallel safe
set search_path = ''
as $$
  select format('You may not %s %s.',
    coalesce(
      (select business.phrase from access.business_verbs() business
       where business.record = refusal_sentence.record and business.verb = refusal_sentence.verb),
      replace(verb, '_', ' ')),
    coalesce(record || ' ' || row_id, 'this ' || record))
$$;
comment on function access.refusal_sentence(text, text, integer) is
  'What a refused employee reads first: what they may not do.';


create or replace function crm.explain_refusal(
  record     text,
  verb       text,
  row_id     integer default null,
  columns    text[]  default null,
  new_values jsonb   default null)
returns crm.refusal
language sql stable security invoker
set search_path = ''
as $$
  with
  answer as materialized (
    select * from crm.explain_access(record, verb, row_id, columns, new_values)
  ),
  -- Who could do it: those whose grants cover it, the caller's own colleagues among them.
  able as (
    select answer.role, answer.is_mine from answer where answer.kind = 'grant' and answer.holds is not false
  )
  select
    seen.is_visible,
    case
      when seen.is_visible then access.refusal_sentence(record, verb, row_id)
      else access.absence_sentence(record, row_id)
    end,
    verdict.name,
    verdict.sentence,
    contact.id,
    contact.full_name,
    case when seen.is_visible and verdict.name is distinct from 'session_is_read_only' then coalesce(
      contact.department,
      (select substr(able.role, length('epic_') + 1) from able where not able.is_mine order by able.role limit 1))
    end
  from answer verdict
  cross join lateral (
    select case
      when row_id is null or verdict.name is not null then true
      else access.visible_row(to_regclass(format('crm.%I', record)), row_id) is not null
    end
    offset 0  -- computed once
  ) seen (is_visible)
  left join lateral (
    select responsible.id, responsible.full_name, responsible.department
    from access.responsible_employee(record, row_id, new_values) responsible
    where seen.is_visible
      and verdict.name is distinct from 'session_is_read_only'
      and responsible.id <> crm.current_employee_id()
      and exists (
        select from able
        where able.role = 'epic_' || responsible.department
          -- or what every department may do
          or able.role = 'epic_employee' and not exists (select from able other where other.role <> 'epic_employee'))
  ) contact on true
  where verdict.kind = 'verdict'
$$;
comment on function crm.explain_refusal(text, text, integer, text[], jsonb) is
'Why something was refused: whether the caller sees the row at all, what they may not do, the policies and their sentences, and who may: the person who looks after the record, or else a department.
- `record`: The kind of record, as in `explainAccess`.
- `verb`: What was refused, as in `explainAccess`.
- `row_id`: Which record it was about.
- `columns`: The columns that were to be written, as the database names them.
- `new_values`: What was to be written, by column.';


create or replace function crm.refusal_contact(refusal crm.refusal) returns crm.employee
language sql stable security invoker
set search_path = ''
as $$
  select employee.* from crm.employee where employee.id = refusal.contact_id
$$;
comment on function crm.refusal_contact(crm.refusal) is
  'The employee who may do it, where it is one, and how to reach them.';


create or replace function access.contact_of(contact_id integer, contact_name text, contact_department text) returns jsonb
language sql stable security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'id',         contact_id,
    'fullName',   contact_name,
    'department', contact_department,
    'email',      employee.email,
    'phone',      employee.phone)
  from (select) one
  left join crm.employee on employee.id = contact_id
  where contact_department is not null
$$;
comment on function access.contact_of(integer, text, text) is
  'Whom to ask, as errors tell it: the person and how to reach them, or a department.';


create or replace function access.explain_refused_call(
  function_name text,
  arguments     jsonb,
  out is_visible         boolean,
  out message            text,
  out policy             text,
  out reason             text,
  out contact_id         integer,
  out contact_name       text,
  out contact_department text)
language sql stable security invoker
set search_path = ''
as $$
  select refusal.*
  from access.business_verbs() business
  cross join lateral crm.explain_refusal(business.record, business.verb, (arguments ->> (business.record || '_id'))::integer) refusal
  where business.function_name = explain_refused_call.function_name
$$;
comment on function access.explain_refused_call(text, jsonb) is
  'As crm.explain_refusal, for a function of crm that was called with these arguments, by name; nulls when it is no business verb.';


create or replace function access.refuse(record text, verb text, row_id integer, new_values jsonb default null) returns void
language plpgsql stable security invoker
set search_path = ''
as $$
declare
  refusal record;
begin
  select * into refusal from crm.explain_refusal(record, verb, row_id, new_values => refuse.new_values);
  if not refusal.is_visible then
    raise no_data_found using
      constraint = record || '_pkey', column = record || '_id', message = refusal.message,
      detail = access.absence_facts(record, row_id);
  end if;
  raise insufficient_privilege using
    constraint = coalesce(refusal.policy, ''),
    message = refusal.message,
    detail = jsonb_strip_nulls(jsonb_build_object(
      'reason', refusal.reason,
      'contact', access.contact_of(refusal.contact_id, refusal.contact_name, refusal.contact_department))),
    hint = concat_ws(' ', refusal.reason, 'Ask ' || coalesce(refusal.contact_name, refusal.contact_department) || '.');
end
$$;
comment on function access.refuse(text, text, integer, jsonb) is
  'Raises that the caller may not do this to a record: P0002 when they do not see it, otherwise 42501 with the policy as its constraint, and as its detail a JSON object: the reason, and who may, as access.contact_of has it.';
