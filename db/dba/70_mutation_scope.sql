-- Mutants: small changes of the rules, one at a time, each of which some test of tests/sql must notice. They are read
-- from the catalogue, so that whatever is added has its mutants by itself. These files only write them down:
-- `epic-server policies mutate` carries them out, each in a copy of the database, and runs the tests there.
--
-- Of graphile_worker only the grants and policies are mutated: its tables and functions are another program's.
-- Left out: schema dba, which is granted to no role of the API, holds no data and is made anew by every deploy;
-- graphile_migrate, which is another program's; and what is a matter of roles, which belong to the whole cluster,
-- so that one copy could not have them differently from another (tests/sql/roles.sql holds them to db/roles.sql).


create view dba.mutation_schema with (security_invoker) as
select oid, name, name <> 'graphile_worker' as is_ours
from dba.schema
where owner = 'epic_owner'
  and name not in ('dba', 'graphile_migrate');
comment on view dba.mutation_schema is
  'The schemas whose rules are mutated; of one that is not ours, only who may come near it.';

create view dba.mutation_table with (security_invoker) as
select relation.oid, relation.oid::regclass::text as name, relation.relkind = 'r' as has_rows, schema.is_ours
from pg_catalog.pg_class relation
join dba.mutation_schema schema on schema.oid = relation.relnamespace
where relation.relkind in ('r', 'p', 'v');
comment on view dba.mutation_table is
  'The tables and views whose rules are mutated.';

-- A department is a role that inherits epic_employee.
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
  and role.rolname not in ('epic_owner', 'epic_employee');
comment on view dba.mutation_role is
  'The roles to which a mutant may give what belongs to another: the departments, anonymous requests, and the login of the API.';


-- Conditions in SQL text

create function dba.tokens(source text) returns table (word text, place integer, depth integer)
language sql immutable strict parallel safe
set search_path = ''
as $$
  with token as (
    select
      match[1] as word,
      nth,
      1 + sum(length(match[1])) over (order by nth) - length(match[1]) as place,
      case lower(match[1]) when '(' then 1 when 'case' then 1 when ')' then -1 when 'end' then -1 else 0 end as step
    from regexp_matches(source, '(--[^\n]*|''(?:[^'']|'''')*''|"[^"]*"|[[:alpha:]_][[:alnum:]_]*|\s+|.)', 'g')
      with ordinality as found (match, nth)
  )
  select lower(word), place::integer, (sum(step) over (order by nth) - greatest(step, 0))::integer
  from token
  where word !~ '^(--|\s)'
  order by nth
$$;
comment on function dba.tokens(text) is
  'The words and signs of a text in SQL or PL/pgSQL, in lower case, without blanks and comments: where each begins, and inside how many brackets or case expressions it stands.';

create function dba.conditions(source text) returns table (keyword text, place integer, condition text)
language sql immutable strict parallel safe
set search_path = ''
as $$
  with token as materialized (
    select *, lag(word) over (order by place) as previous
    from dba.tokens(source)
  )
  select
    opening.word,
    opening.place + length(opening.word) + 1,
    rtrim(substr(source, opening.place + length(opening.word) + 1,
                 closing.place - opening.place - length(opening.word) - 1), E' \n')
  from token opening
  cross join lateral (
    select coalesce(min(token.place), length(source) + 1) as place
    from token
    where token.place > opening.place
      and (token.depth < opening.depth
        or token.depth = opening.depth
          and (token.word in (',', ';', 'then', 'loop', 'as', 'into', 'where', 'group', 'having', 'window', 'order',
                              'limit', 'offset', 'for', 'returning', 'union', 'intersect', 'except', 'on')
            or token.word = 'from' and token.previous <> 'distinct'))
  ) closing
  where opening.word in ('where', 'if', 'elsif', 'when', 'select', ',')
    and opening.previous is distinct from 'end'
$$;
comment on function dba.conditions(text) is
  'What follows where, if, elsif and when in the body of a function, and each expression that is selected: these too may be conditions.';

create function dba.parts(condition text) returns table (connective text, place integer, part text)
language sql immutable strict parallel safe
set search_path = ''
as $$
  with word as (
    select word, place, lag(word) over (order by place) as previous
    from dba.tokens(condition)
    where depth = 0
      and word in ('and', 'or', 'between')
  ),
  cut as (
    select word, place from word
    where word <> 'between'
      and (word, previous) is distinct from ('and', 'between')  -- between 1 and 200
  ),
  piece as (
    select cut.word, coalesce(cut.place + length(cut.word), 1) as start,
           lead(cut.place, 1, length(condition) + 1) over (order by cut.place nulls first) as finish
    from (select null as word, null::integer as place union all select * from cut) cut
  )
  select
    (select min(word) from cut),
    start + length(text) - length(ltrim(text, E' \n')),
    btrim(text, E' \n')
  from piece
  cross join lateral substr(condition, start, finish - start) as text
  where (select count(distinct word) from cut) = 1
$$;
comment on function dba.parts(text) is
  'The parts of a condition that are joined by and, or all by or, and where each begins; nothing when there is but one, or and and or are mixed.';
