-- Who may do what with the records: dba.access_matrix has one row for each record, verb and role; dba.access_overview
-- has one word for each department.


-- The policies that apply to a verb of a role on a record, also through a view.

create view dba.record_policy with (security_invoker) as
with verb (privilege, name) as (
  values ('select', 'read'), ('insert', 'create'), ('update', 'update'), ('delete', 'delete')
),
worded as materialized (
  select
    policy.oid, policy.polrelid as table_oid, verb.privilege,
    dba.policy_scope(verb.name, case when policy.polpermissive then 'permissive' else 'restrictive' end,
                     pg_get_expr(policy.polqual, policy.polrelid), pg_get_expr(policy.polwithcheck, policy.polrelid),
                     relation.relname::text) as scope,
    dba.pretty_expression(pg_get_expr(policy.polqual, policy.polrelid, true))      as using_expression,
    dba.pretty_expression(pg_get_expr(policy.polwithcheck, policy.polrelid, true)) as check_expression
  from pg_catalog.pg_policy policy
  join pg_catalog.pg_class relation on relation.oid = policy.polrelid
  join verb on policy.polcmd in ('*', case verb.privilege when 'select' then 'r' when 'insert' then 'a' when 'update' then 'w' else 'd' end::"char")
)
select
  source.record_oid,
  reader.role,
  worded.privilege,
  policy.name,
  policy.mode,
  policy.sentence,
  worded.scope,
  worded.using_expression,
  worded.check_expression,
  bool_or(policy.role = reader.role and source.table_oid = source.record_oid) as is_named
from dba.record_source source
join dba.policy policy on policy.table_oid = source.table_oid and not policy.requires_session
join worded            on worded.oid = policy.oid
join (select name::text from dba.role union all select 'public') reader (role) on true
join dba.effective_role effective
  on effective.role = coalesce(source.read_as, reader.role)
 and effective.granted_to = policy.role
group by source.record_oid, reader.role, worded.privilege, policy.oid, policy.name, policy.mode, policy.sentence,
         worded.scope, worded.using_expression, worded.check_expression;
comment on view dba.record_policy is
  'Every policy that applies when a role uses a privilege on a record, other than those that require a session: one row for each.';


-- Whether row-level security applies to a role that reads or writes the rows of a record, and if not, why.

create view dba.rls_gap with (security_invoker) as
select
  source.record_oid,
  reader.role,
  min(case
    when not source_table.is_table               then 'row-level security does not protect it'
    when not source_table.has_row_security       then 'row-level security is off'
    when checked.rolsuper                then 'asked as ' || checked.rolname || ', a superuser'
    when checked.rolbypassrls            then checked.rolname || ' bypasses row-level security'
    when not source_table.is_forced
     and pg_has_role(checked.rolname, source_table.owner::name, 'usage')
                                           then 'row-level security is not forced on the owner'
  end) as gap
from dba.record_source source
join dba.record source_table on source_table.oid = source.table_oid
join (select name::text from dba.role union all select 'public') reader (role) on true
left join pg_catalog.pg_roles checked on checked.rolname = coalesce(source.read_as, reader.role)
group by source.record_oid, reader.role;
comment on view dba.rls_gap is
  'Why row-level security does not apply to a role on a record: null when it does.';


-- The matrix. A grant without a policy and a policy without a grant are in it too, as closed, with the reason. An owner
-- needs no grant: it is in the matrix as far as policies allow.

create view dba.access_matrix with (security_invoker) as
with verb (privilege, name, position) as (
  values ('select', 'read', 1), ('insert', 'create', 2), ('update', 'update', 3), ('delete', 'delete', 4),
         ('truncate', 'truncate', 5), ('references', 'references', 6), ('trigger', 'trigger', 7),
         ('maintain', 'maintain', 8)
),
granted as (
  select
    held.record_oid, held.role, held.privilege,
    array_agg(distinct number) filter (where number is not null) as columns,
    bool_and(held.is_owner)                                       as only_as_owner,
    case when count(distinct held.columns) <= 1
      then string_agg(distinct held.via collate "C", ', ')
      else string_agg(distinct (held.via || ': ' || column_list.names) collate "C", '; ')
    end as via
  from dba.record_privilege held
  left join lateral unnest(held.columns) number on true
  left join lateral (
    select case when bool_and(attnum = any (held.columns)) then 'every column'
             else string_agg(attname, ', ' order by attnum) filter (where attnum = any (held.columns)) end
    from pg_catalog.pg_attribute
    where attrelid = held.record_oid and attnum > 0 and not attisdropped) column_list (names) on true
  group by held.record_oid, held.role, held.privilege
),
policed as (
  select
    record_oid, role, privilege,
    bool_or(is_named)                                                     as is_named,
    bool_or(mode = 'permissive')                                          as is_open,
    case
      when bool_or(mode = 'permissive' and scope = 'all') then 'all'
      else string_agg(distinct scope collate "C", ' + ') filter (where mode = 'permissive')
    end                                                                   as scope,
    string_agg(distinct case when scope ~ ' or ' then '(' || scope || ')' else scope end collate "C", ' & ')
      filter (where mode = 'restrictive' and scope <> 'all')              as limits,
    array_agg(name::text       order by mode, name)                       as policies,
    array_agg(mode             order by mode, name)                       as modes,
    array_agg(sentence         order by mode, name)                       as sentences,
    array_agg(using_expression order by mode, name)                       as using_expressions,
    array_agg(check_expression order by mode, name)                       as check_expressions
  from dba.record_policy
  group by record_oid, role, privilege
),
subject as (
  select record_oid, role, privilege from granted
  union
  select record_oid, role, privilege from policed where is_named
),
explained as (
  select
    record.name as record, verb.name as verb, verb.position, subject.role,
    (select array_agg(attname::text order by attnum) from pg_catalog.pg_attribute
     where attrelid = record.oid and attnum = any (granted.columns)) as columns,
    (select array_agg(attname::text order by attnum) from pg_catalog.pg_attribute
     where attrelid = record.oid and attnum > 0 and not attisdropped and not attnum = any (granted.columns)) as withheld,
    granted.via, granted.only_as_owner, concat_ws(' & ',
      case when policed.limits is not null and policed.scope ~ ' (\+|or|→) ' then '(' || policed.scope || ')' else policed.scope end,
      policed.limits) as scope, policed.limits,
    policed.policies, policed.modes, policed.sentences, policed.using_expressions, policed.check_expressions,
    case
      when granted.via is null                       then 'a policy, but no grant'
      when schema_usage.role is null                  then 'no usage of schema ' || record.schema_name
      when rls.gap is null and verb.position <= 4
       and rls.role is not null
       and policed.is_open is not true              then 'a grant, but no policy'
    end as obstacle,
    case
      when verb.position > 4                         then 'row-level security does not apply'
      when rls.role is null                     then 'it reads no table'
      else rls.gap
    end as gap
  from subject
  join verb                        using (privilege)
  join dba.record record           on record.oid = subject.record_oid
  left join granted                   using (record_oid, role, privilege)
  left join policed                  using (record_oid, role, privilege)
  left join dba.rls_gap rls        using (record_oid, role)
  left join dba.schema_usage  on schema_usage.role = subject.role and schema_usage.schema_name = record.schema_name
  union all
  select
    'new tables' || coalesce(' of ' || defaults.schema_name, ''), verb.name, verb.position, effective.role, null, null,
    case effective.via when 'directly' then '' else effective.via || ', ' end || 'by default privileges of ' || defaults.creator,
    false, null, null, null, null, null, null, null, null, 'a new table has no row-level security'
  from dba.default_privilege defaults
  join verb      on verb.privilege = defaults.privilege
  join dba.effective_role effective on effective.granted_to = defaults.role and effective.role <> defaults.creator
  where defaults.kind = 'table'
)
select
  record,
  verb,
  role,
  case when obstacle is not null then 'closed' when gap is not null then 'all' else scope end as rows,
  case when obstacle is null and gap is null then limits end as limits,
  columns,
  withheld,
  via,
  policies,
  sentences,
  using_expressions,
  check_expressions,
  modes,
  coalesce(obstacle, gap) as note
from explained
where obstacle is null or only_as_owner is not true
order by
  starts_with(record, 'new tables'), strpos(record, '.') > 0, record collate "C", position,
  dba.role_position(role), role collate "C", via collate "C";
comment on view dba.access_matrix is
  'Who may do what: one row for each record, verb and role that has a grant or a policy; what is not in it is denied.';
comment on column dba.access_matrix.record            is 'A table or view, without its schema if that is crm or public; `new tables` is what default privileges will give.';
comment on column dba.access_matrix.verb              is 'read, create, update or delete; also truncate, references, trigger and maintain.';
comment on column dba.access_matrix.role              is 'The role, superusers apart; public is every role.';
comment on column dba.access_matrix.rows              is 'Which rows, in words of the policies'' expressions: all, own, own draft, …; closed when the grant or the policy is missing.';
comment on column dba.access_matrix.limits            is 'The words of restrictive policies at the end of rows.';
comment on column dba.access_matrix.columns           is 'The columns that the grants cover; null where a verb is about whole rows.';
comment on column dba.access_matrix.withheld          is 'The columns that the grants leave out.';
comment on column dba.access_matrix.via               is 'How the role gets the privilege: directly, by a role it inherits from, by PUBLIC, as owner.';
comment on column dba.access_matrix.policies          is 'The names of the policies that apply; permissive ones add up, restrictive ones limit.';
comment on column dba.access_matrix.sentences         is 'Their comments, in the same order.';
comment on column dba.access_matrix.using_expressions is 'Which rows are seen and touched, in the same order.';
comment on column dba.access_matrix.check_expressions is 'What a written row must satisfy, in the same order; null: the same as using.';
comment on column dba.access_matrix.modes             is 'permissive or restrictive, in the same order.';
comment on column dba.access_matrix.note              is 'Why it is closed, or why no policy applies.';


create view dba.access_overview with (security_invoker) as
with cell as (
  select record, verb, role, rows from dba.access_matrix
  where not starts_with(record, 'new tables')
),
listed (record, verb) as (
  select record.name, verb
  from dba.record record
  cross join unnest(array['read', 'create', 'update', 'delete']) verb
  where record.schema_name = 'crm' and (record.is_table or verb = 'read')
  union
  select record, verb from cell
  where role in (select department.role from dba.department)
)
select
  listed.record,
  listed.verb,
  coalesce(max(cell.rows) filter (where cell.role = 'epic_sales'),      '–') as sales,
  coalesce(max(cell.rows) filter (where cell.role = 'epic_support'),    '–') as support,
  coalesce(max(cell.rows) filter (where cell.role = 'epic_management'), '–') as management
from listed
left join cell using (record, verb)
group by listed.record, listed.verb
order by
  strpos(listed.record, '.') > 0, listed.record collate "C",
  array_position(array['read', 'create', 'update', 'delete'], listed.verb), listed.verb collate "C";
comment on view dba.access_overview is
  'dba.access_matrix of Epic Events in a word for each department: which rows, or – for none.';
