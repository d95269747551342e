--! Previous: sha1:1f9d15d74d8b43fba3224c4787bd66c56697e33b
--! Hash: sha1:45e6fb464617bc28653f344f6fb654f220141e42
--! Message: explanations

-- Why something was refused, in the words of the policy that refused it.
-- Read from the catalogue, so that an explanation cannot drift from the policies.


create function crm.rule_sentence(schema_name text, table_name text, constraint_name text) returns text
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
comment on function crm.rule_sentence(text, text, text) is
  'The sentence of a broken constraint or unique index: its comment; null when it has none.';


create function crm.explain_access(
  record  text,
  verb    text,
  row_id  integer default null,
  columns text[]  default null)
returns table (policy text, role text, is_mine boolean, holds boolean, sentence text)
language plpgsql stable security invoker  -- rows are looked at through the caller's own policies
set search_path = ''
as $$
declare
  relation  regclass := to_regclass(format('crm.%I', record));
  privilege text := upper(case verb when 'read' then 'select' when 'create' then 'insert' else verb end);
  found_policy record;
begin
  if relation is null or privilege not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE') then
    raise invalid_parameter_value using
      message = format('There is nothing to explain about %s %s.', verb, record),
      hint = 'Verbs: read, create, update, delete. Records: employee, client, contract, payment, event, notification, history.';
  end if;

  for found_policy in
    select
      pol.polname,
      grantee.oid as role_oid,
      grantee.rolname,
      pg_get_expr(pol.polqual, pol.polrelid) as using_expression,
      obj_description(pol.oid, 'pg_policy') as comment
    from pg_catalog.pg_policy pol
    join pg_catalog.pg_roles grantee on grantee.oid = any (pol.polroles)
    where pol.polrelid = relation
      and pol.polcmd = case privilege when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w' else 'd' end
      and grantee.rolname <> 'epic_owner'
      -- A policy is of use only to a role that also has the grant, on every column in question.
      and case privilege
        when 'DELETE' then has_table_privilege(grantee.oid, relation, privilege)
        else has_any_column_privilege(grantee.oid, relation, privilege)
      end
      and not exists (
        select from unnest(columns) asked
        where privilege in ('INSERT', 'UPDATE')
          and not has_column_privilege(grantee.oid, relation, asked, privilege))
    order by pg_has_role(grantee.oid, 'usage') desc, pol.polname
  loop
    policy   := found_policy.polname;
    role     := found_policy.rolname;
    is_mine  := pg_has_role(found_policy.role_oid, 'usage');
    sentence := found_policy.comment;
    holds    := null;
    if is_mine and row_id is not null and found_policy.using_expression is not null then
      execute format('select exists (select from %s where id = $1 and (%s))', relation, found_policy.using_expression)
      into holds using row_id;
    end if;
    return next;
  end loop;
end
$$;
comment on function crm.explain_access(text, text, integer, text[]) is
  'The policies that bear on a verb (read, create, update, delete) of a record, with a grant on the given columns: the caller''s own first, each with whether it holds for the given row as the caller sees it, and its sentence.';


create function crm.explain_refusal(
  record  text,
  verb    text,
  row_id  integer default null,
  columns text[]  default null,
  out is_visible boolean,
  out policy     text,
  out sentence   text)
language sql stable security invoker
set search_path = ''
as $$
  with access as (
    select * from crm.explain_access(record, verb, row_id, columns)
  ),
  relevant as (
    select * from access where is_mine or not exists (select from access where is_mine)
  )
  select
    row_id is null or exists (select from crm.explain_access(record, 'read', row_id) where holds),
    (select string_agg(relevant.policy, ', ') from relevant),
    coalesce((select string_agg(relevant.sentence, ' ') from relevant), format('Nobody may %s this %s.', verb, record))
$$;
comment on function crm.explain_refusal(text, text, integer, text[]) is
  'Whether the caller sees the row at all, and the policies and sentences that explain a refusal: those of the caller''s own department, or, when it has none, those of the departments that may.';


create function crm.explain_refused_call(function_name text) returns text
language sql stable security invoker
set search_path = ''
as $$
  select format('Only %s may do this.', string_agg(distinct substr(grantee.rolname, length('epic_') + 1), ' or '))
  from pg_catalog.pg_proc function
  cross join lateral aclexplode(function.proacl) privilege
  join pg_catalog.pg_roles grantee on grantee.oid = privilege.grantee
  where function.pronamespace = 'crm'::regnamespace
    and function.proname = function_name
    and privilege.grantee <> function.proowner
  having count(*) > 0
$$;
comment on function crm.explain_refused_call(text) is
  'Which departments may call a function of crm, as a sentence; null when none may.';
