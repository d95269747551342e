-- What the policies of a table come to for one role: the conditions that a statement by hand would have in its WHERE.


create function dba.policy_condition(relation regclass, role_name name, verb text)
returns table (condition text, depends_on text)
language sql stable
set search_path = ''
as $$
  with expression as (
    select asked.nth, asked.of_row, policy.polpermissive as is_permissive,
      pg_catalog.pg_get_expr(asked.tree, policy.polrelid) as text, asked.tree::text ~ '\{VAR ' as has_columns
    from pg_catalog.pg_policy policy
    cross join lateral (values
      (1, 'row',     'r', policy.polqual, verb <> 'insert'),  -- what is changed is read first
      (2, 'row',     'w', policy.polqual, verb = 'update'),
      (3, 'row',     'd', policy.polqual, verb = 'delete'),
      (4, 'new row', 'w', coalesce(policy.polwithcheck, policy.polqual), verb = 'update'),
      (5, 'new row', 'a', policy.polwithcheck, verb = 'insert')
    ) asked (nth, of_row, command, tree, is_asked)
    where policy.polrelid = relation
      and asked.is_asked
      and asked.tree is not null
      and policy.polcmd::text in (asked.command, '*')
      and exists (
        select from unnest(policy.polroles) role
        where role = 0 or pg_catalog.pg_has_role(role_name, role, 'usage'))
  )
  select distinct text, case when has_columns then of_row else 'nothing' end
  from (
    select text, of_row, has_columns from expression where not is_permissive
    union all
    select string_agg(format('(%s)', text), ' or ' order by text), of_row, bool_or(has_columns)
    from expression
    where is_permissive
    group by nth, of_row
    having not bool_or(text = 'true')
  ) conjunct
  where text <> 'true'
  order by 2, 1
$$;
comment on function dba.policy_condition(regclass, name, text) is
  'The conditions that the policies of a table set a role that reads (`select`), inserts, updates or deletes: one for each restrictive policy, and one for the permissive ones together. A row must meet all of them. They depend on the row, on the new row that is written, or on nothing: those need to be asked once for a statement.';
