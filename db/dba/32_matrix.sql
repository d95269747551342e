-- Who may do what with the records: dba.access_matrix, one row for each record, verb and role; and
-- dba.access_overview, the same in a word for each department.


-- The policies that decide about a verb of a role on a record, also through a view.

create view dba.record_policy with (security_invoker) as
select
  source.record_oid,
  asking.role,
  verb.privilege,
  policy.name,
  policy.mode,
  policy.sentence,
  dba.scope_of(policy.name::text, min(policy.role::text), verb.name,
               pg_get_expr(catalogued.polqual, catalogued.polrelid),
               pg_get_expr(catalogued.polwithcheck, catalogued.polrelid)) as scope,
  dba.readable(pg_get_expr(catalogued.polqual, catalogued.polrelid, true))      as using_expression,
  dba.readable(pg_get_expr(catalogued.polwithcheck, catalogued.polrelid, true)) as check_expression,
  bool_or(policy.role = asking.role and source.table_oid = source.record_oid) as is_named
from dba.record_source source
join dba.policy policy on policy.table_oid = source.table_oid
join (values ('select', 'read'), ('insert', 'create'), ('update', 'update'), ('delete', 'delete')) verb (privilege, name)
  on policy.command in (verb.privilege, 'all')
join pg_catalog.pg_policy catalogued on catalogued.oid = policy.oid
join (select name::text from dba.actor union all select 'public') asking (role) on true
join dba.reach reach
  on reach.role = coalesce(source.asked_as, asking.role)
 and reach.through = policy.role
group by source.record_oid, asking.role, verb.privilege, verb.name, policy.oid, policy.name, policy.mode, policy.sentence,
         catalogued.polqual, catalogued.polwithcheck, catalogued.polrelid;
comment on view dba.record_policy is
  'Every policy that applies when a role uses a privilege on a record: one row for each.';


-- Whether row-level security stands between a role and the rows of a record, and if not, why.

create view dba.record_guard with (security_invoker) as
select
  source.record_oid,
  asking.role,
  min(case
    when not origin.is_table               then 'row-level security does not protect it'
    when not origin.has_row_security       then 'row-level security is off'
    when answering.rolsuper                then 'asked as ' || answering.rolname || ', a superuser'
    when answering.rolbypassrls            then answering.rolname || ' bypasses row-level security'
    when not origin.is_forced
     and pg_has_role(answering.rolname, origin.owner::name, 'usage')
                                           then 'row-level security is not forced on the owner'
  end) as gap
from dba.record_source source
join dba.record origin on origin.oid = source.table_oid
join (select name::text from dba.actor union all select 'public') asking (role) on true
left join pg_catalog.pg_roles answering on answering.rolname = coalesce(source.asked_as, asking.role)
group by source.record_oid, asking.role;
comment on view dba.record_guard is
  'Why row-level security does not stand between a role and the rows of a record: null when it does.';


-- The matrix. Whoever is granted something that no policy lets through, or is named by a policy without a grant, is in
-- it too: closed, and why. (What an owner may do is not granted: it is in the matrix as far as policies let it.)

create view dba.access_matrix with (security_invoker) as
with verb (privilege, name, place) as (
  values ('select', 'read', 1), ('insert', 'create', 2), ('update', 'update', 3), ('delete', 'delete', 4),
         ('truncate', 'truncate', 5), ('references', 'references', 6), ('trigger', 'trigger', 7),
         ('maintain', 'maintain', 8)
),
held as (
  select
    way.record_oid, way.role, way.privilege,
    array_agg(distinct number) filter (where number is not null) as columns,
    bool_and(way.is_owner)                                       as only_as_owner,
    case when count(distinct way.columns) <= 1
      then string_agg(distinct way.way collate "C", ', ')
      else string_agg(distinct (way.way || ': ' || column_list.names) collate "C", '; ')
    end as via
  from dba.record_privilege way
  left join lateral unnest(way.columns) number on true
  left join lateral (
    select case when bool_and(attnum = any (way.columns)) then 'every column'
             else string_agg(attname, ', ' order by attnum) filter (where attnum = any (way.columns)) end
    from pg_catalog.pg_attribute
    where attrelid = way.record_oid and attnum > 0 and not attisdropped) column_list (names) on true
  group by way.record_oid, way.role, way.privilege
),
ruled as (
  select
    record_oid, role, privilege,
    bool_or(is_named)                                                     as is_named,
    bool_or(mode = 'permissive')                                          as is_open,
    case
      when bool_or(mode = 'permissive' and scope = 'all') then 'all'
      else string_agg(distinct scope collate "C", ' + ') filter (where mode = 'permissive')
    end                                                                   as scope,
    string_agg(distinct scope collate "C", ' & ')
      filter (where mode = 'restrictive')                                 as limits,
    array_agg(name::text       order by mode, name)                       as policies,
    array_agg(mode             order by mode, name)                       as modes,
    array_agg(sentence         order by mode, name)                       as sentences,
    array_agg(using_expression order by mode, name)                       as using_expressions,
    array_agg(check_expression order by mode, name)                       as check_expressions
  from dba.record_policy
  group by record_oid, role, privilege
),
subject as (
  select record_oid, role, privilege from held
  union
  select record_oid, role, privilege from ruled where is_named
),
judged as (
  select
    record.name as record, verb.name as verb, verb.place, subject.role,
    (select array_agg(attname::text order by attnum) from pg_catalog.pg_attribute
     where attrelid = record.oid and attnum = any (held.columns)) as columns,
    (select array_agg(attname::text order by attnum) from pg_catalog.pg_attribute
     where attrelid = record.oid and attnum > 0 and not attisdropped and not attnum = any (held.columns)) as withheld,
    held.via, held.only_as_owner, concat_ws(' & ', ruled.scope, ruled.limits) as scope,
    ruled.policies, ruled.modes, ruled.sentences, ruled.using_expressions, ruled.check_expressions,
    case
      when held.via is null                       then 'a policy, but no grant'
      when entrance.role is null                  then 'no usage of schema ' || record.schema_name
      when guard.gap is null and verb.place <= 4
       and guard.role is not null
       and ruled.is_open is not true              then 'a grant, but no policy'
    end as obstacle,
    case
      when verb.place > 4                         then 'row-level security does not apply'
      when guard.role is null                     then 'it reads no table'
      else guard.gap
    end as gap
  from subject
  join verb                        using (privilege)
  join dba.record record           on record.oid = subject.record_oid
  left join held                   using (record_oid, role, privilege)
  left join ruled                  using (record_oid, role, privilege)
  left join dba.record_guard guard using (record_oid, role)
  left join dba.entrance entrance  on entrance.role = subject.role and entrance.schema_name = record.schema_name
  union all
  select
    'new tables' || coalesce(' of ' || defaults.schema_name, ''), verb.name, verb.place, reach.role, null, null,
    case reach.way when 'directly' then '' else reach.way || ', ' end || 'by default privileges of ' || defaults.creator,
    false, null, null, null, null, null, null, null, 'a new table has no row-level security'
  from dba.default_privilege defaults
  join verb      on verb.privilege = defaults.privilege
  join dba.reach on reach.through = defaults.role and reach.role <> defaults.creator
  where defaults.kind = 'table'
)
select
  record,
  verb,
  role,
  case when obstacle is not null then 'closed' when gap is not null then 'all' else scope end as rows,
  columns,
  withheld,
  via,
  policies,
  sentences,
  using_expressions,
  check_expressions,
  modes,
  coalesce(obstacle, gap) as note
from judged
where obstacle is null or only_as_owner is not true
order by
  starts_with(record, 'new tables'), strpos(record, '.') > 0, record collate "C", place,
  dba.place_of_role(role), role collate "C", via collate "C";
comment on view dba.access_matrix is
  'Who may do what: one row for each record, verb and role that has a grant or a policy; what is not in it is denied.';
comment on column dba.access_matrix.record            is 'A table or view, without its schema if that is crm; `new tables` is what default privileges will give.';
comment on column dba.access_matrix.verb              is 'read, create, update or delete; also truncate, references, trigger and maintain.';
comment on column dba.access_matrix.role              is 'Who: every role that anything reaches, superusers apart; public is everybody.';
comment on column dba.access_matrix.rows              is 'Which rows, in the word of the policies'' names: all, own, …; closed when nothing gets through.';
comment on column dba.access_matrix.columns           is 'The columns that the grants cover; null where a verb is about whole rows.';
comment on column dba.access_matrix.withheld          is 'The columns that the grants leave out.';
comment on column dba.access_matrix.via               is 'How the grant comes to the role: directly, by a role it inherits from, by PUBLIC, as owner.';
comment on column dba.access_matrix.policies          is 'The names of the policies that apply; permissive ones add up, restrictive ones limit.';
comment on column dba.access_matrix.sentences         is 'Their comments, in the same order.';
comment on column dba.access_matrix.using_expressions is 'Which rows are seen and touched, in the same order.';
comment on column dba.access_matrix.check_expressions is 'What a written row must satisfy, in the same order; null: the same as using.';
comment on column dba.access_matrix.modes             is 'permissive or restrictive, in the same order.';
comment on column dba.access_matrix.note              is 'Why it is closed, or why no policy stands in the way.';


create view dba.access_overview with (security_invoker) as
with cell as (
  select record, verb, role, rows from dba.access_matrix
  where not starts_with(record, 'new tables')
),
line (record, verb) as (
  select record.name, verb
  from dba.record record
  cross join unnest(array['read', 'create', 'update', 'delete']) verb
  where record.schema_name = 'crm' and (record.is_table or verb = 'read')
  union
  select record, verb from cell
  where role in (select department.role from dba.department)
)
select
  line.record,
  line.verb,
  coalesce(max(cell.rows) filter (where cell.role = 'epic_sales'),      '–') as sales,
  coalesce(max(cell.rows) filter (where cell.role = 'epic_support'),    '–') as support,
  coalesce(max(cell.rows) filter (where cell.role = 'epic_management'), '–') as management
from line
left join cell using (record, verb)
group by line.record, line.verb
order by
  strpos(line.record, '.') > 0, line.record collate "C",
  array_position(array['read', 'create', 'update', 'delete'], line.verb), line.verb collate "C";
comment on view dba.access_overview is
  'dba.access_matrix in a word for each department: which rows, or – for none.';
