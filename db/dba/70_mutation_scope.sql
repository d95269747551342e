-- Mutants: small changes of the rules, one at a time, each of which a test of tests/sql must catch. They are derived from
-- the catalogue, so new objects get theirs automatically. `epic-server policies mutate` applies each in a copy of the
-- database and runs the tests there.
--
-- Of graphile_worker only the grants and policies are mutated: its tables and functions are another program's. Left out:
-- schema dba, which is granted to no role of the API and holds no data; graphile_migrate, another program's; and roles,
-- which belong to the cluster, so that copies cannot differ in them (tests/sql/roles.sql compares them with db/roles.sql).


create view dba.mutation_schema with (security_invoker) as
select oid, name, name <> 'graphile_worker' as is_ours
from dba.schema
where owner = 'epic_owner'
  and name not in ('dba', 'graphile_migrate');
comment on view dba.mutation_schema is
  'The schemas whose rules are mutated; of one that is not ours, only its grants and policies.';

create view dba.mutation_table with (security_invoker) as
select relation.oid, relation.oid::regclass::text as name, schema.name as schema_name, relation.relkind = 'r' as has_rows, schema.is_ours
from pg_catalog.pg_class relation
join dba.mutation_schema schema on schema.oid = relation.relnamespace
where relation.relkind in ('r', 'p', 'v');
comment on view dba.mutation_table is
  'The tables and views whose rules are mutated.';

-- A department is a role that inherits epic_employee. Backups may read everything, past policies: what is granted to them by
-- mistake, tests/sql/backup.sql finds.
create view dba.mutation_role with (security_invoker) as
select
  role.rolname::text as name,
  role.oid,
  exists (
    select from pg_catalog.pg_auth_members membership
    join pg_catalog.pg_roles employee on employee.oid = membership.roleid
    where membership.member = role.oid and employee.rolname = 'epic_employee') as is_department
from pg_catalog.pg_roles role
where role.rolname like 'epic\_%'
  and role.rolname not in ('epic_owner', 'epic_employee', 'epic_backup');
comment on view dba.mutation_role is
  'The roles that a mutant may give another role''s privileges to: the departments, anonymous requests, and the login of the API.';


-- Conditions under which a mutant is equivalent: a grant needs usage of a schema, a policy needs a grant, and an
-- unqualified name another object that it could mean. Mutants name them; epic-server evaluates them before it runs a test.

create function dba.lacks_schema(role text, schema_name text) returns boolean
language sql stable
set search_path = ''
as $$ select not has_schema_privilege(role, schema_name, 'usage') $$;
comment on function dba.lacks_schema(text, text) is
  'Whether a role has no usage of a schema, so that a grant on an object in it gives nothing.';

create function dba.every_user_may_call(function text) returns boolean
language sql stable
set search_path = ''
as $$
  select not exists (
    select from dba.mutation_role role
    join pg_catalog.pg_proc called on called.oid = function::regprocedure
    where has_schema_privilege(role.oid, called.pronamespace, 'usage')
      and not has_function_privilege(role.oid, called.oid, 'execute'))
$$;
comment on function dba.every_user_may_call(text) is
  'Whether every role of the API that uses the schema of a function may call it, so that a grant to PUBLIC gives nothing.';

create function dba.no_role_may(policy_role text, target text, privilege text) returns boolean
language sql stable
set search_path = ''
as $$
  select not bool_or(
    case when privilege = 'delete' then has_table_privilege(role.oid, target, privilege)
         else has_any_column_privilege(role.oid, target, privilege) end)
  from pg_catalog.pg_roles role
  where pg_has_role(role.oid, policy_role, 'usage')
    and not role.rolsuper
$$;
comment on function dba.no_role_may(text, text, text) is
  'Whether no role that a policy applies to holds the privilege that the policy narrows.';

create function dba.no_role_creates_objects() returns boolean
language sql stable
set search_path = ''
as $$
  select not exists (
    select from dba.mutation_role role
    where has_database_privilege(role.oid, current_database(), 'temporary')
       or exists (
         select from pg_catalog.pg_namespace namespace
         where has_schema_privilege(role.oid, namespace.oid, 'create')))
$$;
comment on function dba.no_role_creates_objects() is
  'Whether no role of the API may create an object, so that an unqualified name can only mean one of pg_catalog.';


-- Parsing conditions

create function dba.sql_tokens(source text) returns table (word text, start integer, depth integer)
language sql immutable strict parallel safe
set search_path = ''
as $$
  with token as (
    select
      match[1] as word,
      n,
      1 + sum(length(match[1])) over (order by n) - length(match[1]) as start,
      case lower(match[1]) when '(' then 1 when 'case' then 1 when ')' then -1 when 'end' then -1 else 0 end as step
    from regexp_matches(source, '(--[^\n]*|''(?:[^'']|'''')*''|"[^"]*"|[[:alpha:]_][[:alnum:]_]*|\s+|.)', 'g')
      with ordinality as found (match, n)
  )
  select lower(word), start::integer, (sum(step) over (order by n) - greatest(step, 0))::integer
  from token
  where word !~ '^(--|\s)'
  order by n
$$;
comment on function dba.sql_tokens(text) is
  'The tokens of a text in SQL or PL/pgSQL, in lower case, without whitespace and comments: where each starts, and in how many brackets and case expressions it is nested.';

create function dba.sql_conditions(source text) returns table (keyword text, start integer, condition text)
language sql immutable strict parallel safe
set search_path = ''
as $$
  with token as materialized (
    select *, lag(word) over (order by start) as previous
    from dba.sql_tokens(source)
  )
  select
    opening.word,
    opening.start + length(opening.word) + 1,
    rtrim(substr(source, opening.start + length(opening.word) + 1,
                 closing.start - opening.start - length(opening.word) - 1), E' \n')
  from token opening
  cross join lateral (
    select coalesce(min(token.start), length(source) + 1) as start
    from token
    where token.start > opening.start
      and (token.depth < opening.depth
        or token.depth = opening.depth
          and (token.word in (',', ';', 'then', 'loop', 'as', 'into', 'where', 'group', 'having', 'window', 'order',
                              'limit', 'offset', 'for', 'returning', 'union', 'intersect', 'except', 'on')
            or token.word = 'from' and token.previous <> 'distinct'))
  ) closing
  where opening.word in ('where', 'if', 'elsif', 'when', 'select', ',')
    and opening.previous is distinct from 'end'
$$;
comment on function dba.sql_conditions(text) is
  'The expressions after where, if, elsif and when in the body of a function, and each expression that is selected, which may be a condition too.';

create function dba.condition_operands(condition text) returns table (operator text, start integer, operand text)
language sql immutable strict parallel safe
set search_path = ''
as $$
  with word as (
    select word, start, lag(word) over (order by start) as previous
    from dba.sql_tokens(condition)
    where depth = 0
      and word in ('and', 'or', 'between')
  ),
  operator as (
    select word, start from word
    where word <> 'between'
      and (word, previous) is distinct from ('and', 'between')  -- between 1 and 200
  ),
  piece as (
    select coalesce(operator.start + length(operator.word), 1) as start,
           lead(operator.start, 1, length(condition) + 1) over (order by operator.start nulls first) as finish
    from (select null as word, null::integer as start union all select * from operator) operator
  )
  select
    (select min(word) from operator),
    start + length(text) - length(ltrim(text, E' \n')),
    btrim(text, E' \n')
  from piece
  cross join lateral substr(condition, start, finish - start) as text
  where (select count(distinct word) from operator) = 1
$$;
comment on function dba.condition_operands(text) is
  'The operands of a condition that is joined by and throughout, or by or throughout, and where each starts; no rows when there is only one operand, or and and or are mixed.';
