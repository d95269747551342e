-- Lints of the conditions of policies, read from their trees (39_expression.sql).

create view dba.lint_of_conditions with (security_invoker) as
with recursive clause as materialized (
  select * from dba.policy_clause
),
claim_reader as materialized (
  select oid from dba.claim_reader
),
node as materialized (
  select clause.policy_oid, clause.name as clause, clause.table_oid, node.*,
         -- A column of the row: a variable of the outermost query.
         case when node.kind = 'VAR' and dba.node_attribute(node.attributes, 'varlevelsup')::integer = node.queries
           then dba.node_attribute(node.attributes, 'varattno')::smallint
         end as own_column,
         case node.kind
           when 'FUNCEXPR'         then dba.node_attribute(node.attributes, 'funcid')::oid
           when 'OPEXPR'           then dba.node_attribute(node.attributes, 'opfuncid')::oid
           when 'SCALARARRAYOPEXPR' then dba.node_attribute(node.attributes, 'opfuncid')::oid
         end as function,
         -- current_user, current_role, user and session_user
         node.kind = 'SQLVALUEFUNCTION' and dba.node_attribute(node.attributes, 'op') in ('9', '10', '11', '12') as is_role
  from clause
  cross join lateral dba.expression_nodes(clause.tree) node
  where not clause.is_constant
),
claim as materialized (
  select node.*
  from node
  where node.is_role
     or node.kind = 'FUNCEXPR'
        and (node.function in ('pg_catalog.current_setting(text)'::regprocedure, 'pg_catalog.current_setting(text, boolean)'::regprocedure)
             or node.function in (select oid from claim_reader))
),
-- The columns that variables stand for: the row's, and those of the tables of sub-selects.
query_table as (
  select policy_oid, clause, parent as query, dba.node_attribute(attributes, 'relid')::oid as oid,
         row_number() over (partition by policy_oid, clause, parent order by n) as nth
  from node
  where kind = 'RANGETBLENTRY' and field = 'rtable'
),
variable as materialized (
  select node.policy_oid, node.clause, node.n, node.parent, node.own_column, node.table_oid, node.own_column as column_number
  from node
  where node.own_column is not null
  union all
  select node.policy_oid, node.clause, node.n, node.parent, null, query_table.oid, dba.node_attribute(node.attributes, 'varattno')::smallint
  from node
  join node query on query.policy_oid = node.policy_oid and query.clause = node.clause and query.kind = 'QUERY'
    and node.n between query.n and query.last
    and query.queries = node.queries - 1 - dba.node_attribute(node.attributes, 'varlevelsup')::integer
  join query_table on query_table.policy_oid = node.policy_oid and query_table.clause = node.clause
    and query_table.query = query.n and query_table.nth = dba.node_attribute(node.attributes, 'varno')::integer
  where node.kind = 'VAR' and node.own_column is null and query_table.oid is not null
),
comparison as materialized (
  select node.*, coalesce(operator.oprname, '=') as operator
  from node
  left join pg_catalog.pg_operator operator on operator.oid = dba.node_attribute(node.attributes, 'opno')::oid
  where node.kind in ('OPEXPR', 'SCALARARRAYOPEXPR', 'DISTINCTEXPR')
     or node.kind = 'SUBLINK' and dba.node_attribute(node.attributes, 'subLinkType') = '2'  -- in (select …)
),
-- Columns that are compared with a claim: of all comparisons around both, the inner one.
compared as materialized (
  select distinct on (variable.policy_oid, variable.clause, variable.n)
         variable.policy_oid, variable.clause, variable.own_column, variable.table_oid, variable.column_number,
         comparison.n as comparison, comparison.operator, comparison.kind, claim.is_role
  from variable
  join comparison on comparison.policy_oid = variable.policy_oid and comparison.clause = variable.clause
    and variable.n between comparison.n and comparison.last
  join claim on claim.policy_oid = variable.policy_oid and claim.clause = variable.clause
    and claim.n between comparison.n and comparison.last
  order by variable.policy_oid, variable.clause, variable.n, comparison.n desc
),
key as materialized (
  select distinct compared.policy_oid, compared.clause, compared.table_oid, attribute.attname as name, attribute.attnum, attribute.attnotnull
  from compared
  join pg_catalog.pg_attribute attribute on attribute.attrelid = compared.table_oid and attribute.attnum = compared.own_column
  where compared.operator = '=' and compared.kind <> 'DISTINCTEXPR'
),
-- What each clause says, in a form that its name and comment can be held against. An arm is what an `or` at the top joins.
joined_by_or as materialized (
  select policy_oid, clause from node
  where n = 1 and kind = 'BOOLEXPR' and dba.node_attribute(attributes, 'boolop') = 'or'
),
arm as (
  select policy_oid, clause, n, last, kind
  from node
  where parent = case when (policy_oid, clause) in (select policy_oid, clause from joined_by_or) then 1 else 0 end
),
unbound_arm as (
  select arm.policy_oid, arm.clause
  from arm
  where not exists (
      select from claim
      where claim.policy_oid = arm.policy_oid and claim.clause = arm.clause and claim.n between arm.n and arm.last)
    -- A row without an owner: the column is null that another arm compares.
    and not (arm.kind = 'NULLTEST' and exists (
      select from variable
      join key on key.policy_oid = variable.policy_oid and key.clause = variable.clause and key.attnum = variable.own_column
      where variable.policy_oid = arm.policy_oid and variable.clause = arm.clause and variable.n between arm.n and arm.last))
),
spoken as (
  select policy.oid, policy.object, policy.polname, policy.command, policy.polpermissive, policy.polroles,
         coalesce(obj_description(policy.oid, 'pg_policy'), '') as sentence,
         coalesce(substring(policy.polname from '(?:^|_)(own|mine|others)$'), '') as owner_word,
         policy.polname ~ '(^|_)(all|any|every|everything|everyone|public|open)(_|$)' as says_all,
         (select bool_and(clause.is_constant and dba.value_without_claims(clause.tree, '{}') = 'true')
          from clause where clause.policy_oid = policy.oid) as is_true,
         (select bool_and(clause.is_constant)
          from clause where clause.policy_oid = policy.oid and clause.name = 'using') as selects_all
  from dba.linted_policy policy
),
-- Tables that the policies of a table read; of a view that reads as its caller, those that it reads.
policy_reads as materialized (
  select distinct node.policy_oid, node.table_oid, dba.node_attribute(node.attributes, 'relid')::oid as read_oid
  from node
  where node.kind = 'RANGETBLENTRY' and dba.node_attribute(node.attributes, 'relid') <> '0'
  union
  select distinct node.policy_oid, node.table_oid, dependency.refobjid
  from node
  join pg_catalog.pg_proc function on function.oid = node.function and not function.prosecdef
  join pg_catalog.pg_depend dependency on dependency.classid = 'pg_catalog.pg_proc'::regclass and dependency.objid = function.oid
    and dependency.refclassid = 'pg_catalog.pg_class'::regclass
  where node.kind = 'FUNCEXPR'
  union
  -- A body that is text: the relations that it names after from or join.
  select node.policy_oid, node.table_oid, to_regclass(match.found[1])::oid
  from node
  join pg_catalog.pg_proc function on function.oid = node.function and not function.prosecdef and function.prosqlbody is null
  join pg_catalog.pg_language language on language.oid = function.prolang and language.lanname in ('sql', 'plpgsql')
  cross join lateral regexp_matches(function.prosrc, '\m(?:from|join)\s+((?:\w+\.)?\w+)', 'gi') match (found)
  where node.kind = 'FUNCEXPR' and function.pronamespace <> 'pg_catalog'::regnamespace
    and to_regclass(match.found[1]) is not null
),
-- What a role reads of one table when its policies are asked about another.
reading as materialized (
  select applicable.acting_oid, policy_reads.policy_oid, policy_reads.table_oid, policy_reads.read_oid,
         applicable.verb = 'select' as selects
  from policy_reads
  join dba.applicable_policy applicable on applicable.policy_oid = policy_reads.policy_oid
  union
  select acting.oid, null, view.oid, dependency.refobjid, true
  from dba.linted_relation view
  join pg_catalog.pg_rewrite rule      on rule.ev_class = view.oid
  join pg_catalog.pg_depend dependency on dependency.classid = 'pg_catalog.pg_rewrite'::regclass
                                      and dependency.objid = rule.oid
                                      and dependency.refclassid = 'pg_catalog.pg_class'::regclass
                                      and dependency.refobjid <> view.oid
  cross join dba.acting_role acting
  where view.kind = 'v'
    and view.oid in (select read_oid from policy_reads)
    and exists (select from pg_options_to_table(view.options) where option_name = 'security_invoker' and option_value::boolean)
),
reached (acting_oid, policy_oid, origin, oid) as (
  select acting_oid, policy_oid, table_oid, read_oid from reading where policy_oid is not null
  union
  select reached.acting_oid, reached.policy_oid, reached.origin, reading.read_oid
  from reached
  join reading on reading.acting_oid = reached.acting_oid and reading.table_oid = reached.oid and reading.selects
  where reached.oid <> reached.origin
)


-- The condition as a whole

select 'open_without_claim' as name, clause.object,
       case
         when anyway.is_so             then format('Every row passes its %s, whatever else it asks.', clause.name)
         when not clause.is_permissive then format('With no claim set, its %s restricts nothing.', clause.name)
         else                               format('With no claim set, every row passes its %s.', clause.name)
       end as detail
from clause
cross join lateral (
  select exists (select from claim where claim.policy_oid = clause.policy_oid and claim.clause = clause.name) as is_so
) claimed
cross join lateral (
  select dba.value_without_claims(clause.tree, '{}') = 'true' and clause.expression !~ '\mcurrent_setting\(' as is_so
) anyway
where not clause.is_constant
  and (claimed.is_so or clause.tree ~ '\{BOOLEXPR :boolop or')
  and 'true' in (
    dba.value_without_claims(clause.tree, array(select oid from claim_reader)),
    dba.value_without_claims(clause.tree, array(select oid from claim_reader), ''))


union all
select 'check_forgets_owner', clause.object,
       format('Its using asks for %s, its with check does not.', string_agg(distinct key.name, ', ' order by key.name))
from clause
join key on key.policy_oid = clause.policy_oid and key.clause = 'using'
where clause.name = 'with check'
  and clause.is_permissive
  and not clause.is_constant
  and not exists (
    select from variable
    where variable.policy_oid = clause.policy_oid and variable.clause = 'with check' and variable.own_column = key.attnum)
  -- Read what is the team's, write what is one's own.
  and not (clause.command = 'all' and exists (
    select from key other where other.policy_oid = clause.policy_oid and other.clause = 'with check'))
group by clause.object


union all
select 'policy_ignores_row', clause.object, 'It asks who the caller is, and nothing of the row.'
from clause
where clause.is_permissive
group by clause.object, clause.policy_oid
having bool_or(not clause.is_constant)
  and not exists (
    select from variable where variable.policy_oid = clause.policy_oid and variable.own_column is not null)


-- A policy must ask of the row or of the caller, by a column that is unique: having some client is not having this one.

union all
select 'subquery_not_bound', clause.object, format('Its %s asks whether there is any such row in %s.', clause.name,
         string_agg(distinct query_table.oid::regclass::text, ', '))
from clause
join node sublink on sublink.policy_oid = clause.policy_oid and sublink.clause = clause.name
  and sublink.kind = 'SUBLINK' and dba.node_attribute(sublink.attributes, 'subLinkType') = '0'
join node query on query.policy_oid = sublink.policy_oid and query.clause = sublink.clause
  and query.parent = sublink.n and query.kind = 'QUERY'
join query_table on query_table.policy_oid = query.policy_oid and query_table.clause = query.clause
  and query_table.query = query.n and query_table.oid is not null
where not exists (
    select from variable
    where variable.policy_oid = sublink.policy_oid and variable.clause = sublink.clause
      and variable.own_column is not null and variable.n between sublink.n and sublink.last)
  and not exists (
    select from compared
    join pg_catalog.pg_index index on index.indrelid = compared.table_oid and index.indisunique
      and index.indnkeyatts = 1 and index.indkey[0] = compared.column_number and index.indpred is null
    where compared.policy_oid = sublink.policy_oid and compared.clause = sublink.clause
      and compared.comparison between sublink.n and sublink.last and compared.operator = '=')
group by clause.object, clause.name


-- Its columns and values

union all
select 'nullable_policy_key', format('%s.%I', relation.object, key.name),
       format('A row without it has no owner: %s %s it with a claim.', string_agg(distinct policy.polname, ', ' order by policy.polname),
         case count(distinct policy.polname) when 1 then 'compares' else 'compare' end)
from key
join dba.linted_relation relation on relation.oid = key.table_oid
join pg_catalog.pg_policy policy  on policy.oid = key.policy_oid
where not key.attnotnull
group by relation.object, key.name


union all
select 'literal_not_allowed', clause.object,
       format('%s is never %s.', attribute.attname, string_agg(distinct quote_literal(literal.value), ' or '))
from clause
join comparison on comparison.policy_oid = clause.policy_oid and comparison.clause = clause.name
  and comparison.kind in ('OPEXPR', 'SCALARARRAYOPEXPR')
join variable on variable.policy_oid = comparison.policy_oid and variable.clause = comparison.clause
  and variable.n between comparison.n and comparison.last
join pg_catalog.pg_attribute attribute on attribute.attrelid = variable.table_oid and attribute.attnum = variable.column_number
join node constant on constant.policy_oid = comparison.policy_oid and constant.clause = comparison.clause
  and constant.n between comparison.n and comparison.last
  and constant.kind = 'CONST' and dba.node_attribute(constant.attributes, 'consttype') in ('25', '1043')
  and constant.parent in (comparison.n, constant.n - 1, variable.n + 1)
cross join lateral dba.node_text(constant.attributes) as literal (value)
where comparison.operator in ('=', '<>')
  and not exists (
    select from node nested
    where nested.policy_oid = comparison.policy_oid and nested.clause = comparison.clause
      and nested.n between comparison.n and comparison.last and nested.kind in ('FUNCEXPR', 'SUBLINK'))
  and exists (
    select from pg_catalog.pg_constraint rule
    cross join lateral (
      select array_agg(dba.node_text(part.attributes)) filter (where part.kind = 'CONST') as allowed,
             bool_and(part.kind in ('SCALARARRAYOPEXPR', 'OPEXPR', 'ARRAYEXPR', 'ARRAYCOERCEEXPR', 'RELABELTYPE', 'VAR', 'CONST', 'BOOLEXPR')
                      and (part.kind <> 'BOOLEXPR' or dba.node_attribute(part.attributes, 'boolop') = 'or')
                      and (part.kind <> 'CONST' or dba.node_attribute(part.attributes, 'consttype') in ('25', '1043'))
                      and (part.kind not in ('SCALARARRAYOPEXPR', 'OPEXPR') or exists (
                        select from pg_catalog.pg_operator
                        where oid = dba.node_attribute(part.attributes, 'opno')::oid and oprname = '='))) as is_closed
      from dba.expression_nodes(rule.conbin::text) part
    ) closed_set
    where rule.conrelid = variable.table_oid and rule.contype = 'c' and rule.conkey = array[variable.column_number]
      and closed_set.is_closed
      and literal.value <> all (closed_set.allowed))
group by clause.object, attribute.attname


union all
select 'policy_for_one_value', clause.object, format('It is about one fixed %s, not about the caller''s.', attribute.attname)
from clause
join comparison on comparison.policy_oid = clause.policy_oid and comparison.clause = clause.name
  and comparison.kind = 'OPEXPR' and comparison.operator = '='
join variable on variable.policy_oid = comparison.policy_oid and variable.clause = comparison.clause
  and variable.parent = comparison.n and variable.own_column is not null
join node constant on constant.policy_oid = comparison.policy_oid and constant.clause = comparison.clause
  and constant.parent = comparison.n and constant.kind = 'CONST'
join pg_catalog.pg_attribute attribute on attribute.attrelid = variable.table_oid and attribute.attnum = variable.own_column
where exists (
  select from pg_catalog.pg_constraint
  where conrelid = variable.table_oid and contype in ('p', 'f') and conkey = array[variable.own_column])
group by clause.object, attribute.attname


union all
select 'policy_by_database_role', clause.object,
       format('It compares %s with the role of PostgreSQL.', string_agg(distinct attribute.attname, ', '))
from clause
join compared on compared.policy_oid = clause.policy_oid and compared.clause = clause.name and compared.is_role
join pg_catalog.pg_attribute attribute on attribute.attrelid = compared.table_oid and attribute.attnum = compared.own_column
where compared.kind <> 'SUBLINK'
group by clause.object


union all
select 'policy_by_pattern', clause.object, format('A claim decides which pattern %s matches.', comparison.operator)
from clause
join comparison on comparison.policy_oid = clause.policy_oid and comparison.clause = clause.name
where comparison.operator in ('~~', '~~*', '!~~', '!~~*', '~', '~*', '!~', '!~*')
  and exists (
    select from claim
    where claim.policy_oid = comparison.policy_oid and claim.clause = comparison.clause
      and claim.n between comparison.n and comparison.last)
group by clause.object, comparison.operator


union all
select case when literal.value !~ '\.' then 'claim_without_prefix' else 'claim_must_be_set' end, clause.object,
       case
         when literal.value !~ '\.' then format('There is no setting %s.', quote_literal(literal.value))
         else format('Without %s it fails, and every statement with it.', literal.value)
       end
from clause
join node call on call.policy_oid = clause.policy_oid and call.clause = clause.name
  and call.kind = 'FUNCEXPR'
  and call.function in ('pg_catalog.current_setting(text)'::regprocedure, 'pg_catalog.current_setting(text, boolean)'::regprocedure)
join node constant on constant.policy_oid = call.policy_oid and constant.clause = call.clause
  and constant.parent = call.n and constant.kind = 'CONST' and dba.node_attribute(constant.attributes, 'consttype') = '25'
cross join lateral dba.node_text(constant.attributes) as literal (value)
where literal.value !~ '\.' and not exists (select from pg_catalog.pg_settings where pg_settings.name = lower(literal.value))
   or literal.value ~ '\.' and call.function = 'pg_catalog.current_setting(text)'::regprocedure
group by clause.object, literal.value


-- What it calls and reads

union all
select 'volatile_policy', clause.object,
       format('It calls %s, which may differ from row to row.',
         string_agg(distinct dba.signature(function.oid), ', ' order by dba.signature(function.oid)))
from clause
join node on node.policy_oid = clause.policy_oid and node.clause = clause.name
join pg_catalog.pg_proc function on function.oid = node.function and function.provolatile = 'v'
group by clause.object


-- Calls that PostgreSQL repeats for each row although no argument depends on it: they are not in a sub-select of their
-- own. PostgreSQL's own functions are cheap and serve indexes (now()), except current_setting.

union all
select 'per_row_function_call', clause.object,
       format('It calls %s for each row.', string_agg(distinct dba.signature(function.oid), ', ' order by dba.signature(function.oid)))
from clause
join node call on call.policy_oid = clause.policy_oid and call.clause = clause.name and call.kind = 'FUNCEXPR'
join pg_catalog.pg_proc function
  on function.oid = call.function
  and function.provolatile <> 'i'
  and (function.pronamespace <> 'pg_catalog'::regnamespace or function.proname = 'current_setting')
left join lateral (
  select sublink.n, sublink.last
  from node sublink
  where sublink.policy_oid = call.policy_oid and sublink.clause = call.clause
    and sublink.kind = 'SUBLINK' and call.n between sublink.n and sublink.last
  order by sublink.n desc
  limit 1
) around on true
where not exists (
    select from node var
    where var.policy_oid = call.policy_oid and var.clause = call.clause and var.kind = 'VAR'
      and var.n between call.n and call.last)
  and (around.n is null or exists (
    select from node var
    where var.policy_oid = call.policy_oid and var.clause = call.clause and var.kind = 'VAR'
      and var.n between around.n and around.last))
group by clause.object


union all
select 'wrapped_policy_column', clause.object,
       format('Its index on %s does not serve %s.', string_agg(distinct attribute.attname, ', '),
         string_agg(distinct dba.signature(call.function), ', '))
from clause
join node call on call.policy_oid = clause.policy_oid and call.clause = clause.name
  and call.kind = 'FUNCEXPR' and dba.node_attribute(call.attributes, 'funcformat') = '0'
join variable on variable.policy_oid = call.policy_oid and variable.clause = call.clause
  and variable.parent = call.n and variable.own_column is not null
join comparison on comparison.policy_oid = call.policy_oid and comparison.clause = call.clause and comparison.n = call.parent
join pg_catalog.pg_attribute attribute on attribute.attrelid = variable.table_oid and attribute.attnum = variable.own_column
where clause.name = 'using'
  and exists (
    select from pg_catalog.pg_index
    where indrelid = variable.table_oid and indisvalid and indkey[0] = variable.own_column)
  and not exists (
    select from pg_catalog.pg_index
    where indrelid = variable.table_oid and indisvalid and indkey[0] = 0
      and indexprs::text ~ (':funcid ' || call.function || '\M'))
group by clause.object


union all
select distinct 'policy_reads_open_table', policy.object,
       format('%s has no row-level security: its rows decide what this policy opens.', relation.object)
from policy_reads
join dba.linted_policy policy     on policy.oid = policy_reads.policy_oid
join dba.linted_relation relation on relation.oid = policy_reads.read_oid
where relation.kind in ('r', 'p') and not relation.has_rls


union all
select distinct 'recursive_policy', policy.object, format('It reads %s, whose policies are asked in turn.', policy.table_name)
from reached
join dba.linted_policy policy on policy.oid = reached.policy_oid
where reached.oid = reached.origin
  -- Where no policy for reading the table reads another, that is the end.
  and exists (
    select from reading
    where reading.acting_oid = reached.acting_oid and reading.table_oid = reached.origin
      and reading.policy_oid is not null and reading.selects)


-- What it says of itself: name, comment and expression

union all
select 'policy_disagrees', spoken.object, said.detail
from spoken
cross join lateral (
  select case
    when spoken.is_true and not spoken.says_all
      then 'Its name says less: every row passes.'
    when spoken.is_true and spoken.sentence ~* '\m(only (the|their|those|for|while|until|as)|own)\M'
      then 'Its comment says less: every row passes.'
    when spoken.owner_word <> '' and (exists (select from unbound_arm where unbound_arm.policy_oid = spoken.oid)
                                  or exists (select from clause where clause.policy_oid = spoken.oid and clause.expression = 'true'))
      then format('Its name says %s, and rows pass that are not compared with the caller.', spoken.owner_word)
    when spoken.sentence ~* '\m(their own|his own|her own|one''s own)\M' and exists (select from clause where clause.policy_oid = spoken.oid)
         and not exists (select from claim where claim.policy_oid = spoken.oid)
      then 'Its comment says own, and it does not ask who the caller is.'
    when spoken.polname ~ '(^|_)all$' and not spoken.selects_all
      then 'Its name says all, and not every row passes.'
    when spoken.polname ~ '(^|_)any$' and exists (select from key where key.policy_oid = spoken.oid and key.clause = 'using')
      then 'Its name says any, and only the caller''s rows pass.'
    when verb.said is not null and verb.said <> spoken.command
      then format('Its name says %s, and it is for %s.', verb.word, spoken.command)
    when named.role is not null
      then format('Its name says %s, and it is for %s.', named.role,
             (select string_agg(role.rolname, ', ' order by role.rolname)
              from unnest(spoken.polroles) as grantee (oid) join pg_catalog.pg_roles role using (oid)))
  end as detail
  from (
    select word.found[1] as word,
           case word.found[1] when 'read' then 'select' when 'create' then 'insert' else word.found[1] end as said
    from (select regexp_match(spoken.polname, '^[a-z]+_(read|create|insert|select|update|delete)(?:_|$)') as found) word
  ) verb
  left join lateral (
    -- epic_sales is sales in the names of policies
    select case when starts_with(spoken.polname, role.name || '_') then role.name else role.short_name end as role
    from dba.policy_role role
    where not (role.oid = any (spoken.polroles)) and spoken.polroles <> '{0}'
      and (starts_with(spoken.polname, role.name || '_') or starts_with(spoken.polname, role.short_name || '_'))
      and not exists (
        select from dba.policy_role own
        where own.oid = any (spoken.polroles)
          and (starts_with(spoken.polname, own.name || '_') or starts_with(spoken.polname, own.short_name || '_')))
    limit 1
  ) named on true
) said
where spoken.polpermissive and said.detail is not null;
comment on view dba.lint_of_conditions is
  'Findings about the conditions of policies.';
