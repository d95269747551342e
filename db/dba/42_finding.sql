-- All findings together, and those that are not suppressed.

create view dba.lint with (security_invoker) as
with found as (
  select name, object, detail from dba.lint_of_roles
  union all
  select name, object, detail from dba.lint_of_tables
  union all
  select name, object, detail from dba.lint_of_policies
  union all
  select name, object, detail from dba.lint_of_grants
  union all
  select name, object, detail from dba.lint_of_functions
  union all
  select name, object, detail from dba.lint_of_indexes
  union all
  select name, object, detail from dba.lint_of_comments
),
found_or_stale as (
  select * from found
  union all
  select 'stale_suppression', format('%s: %s', suppression.rule, suppression.object),
         format('Its reason was: %s', suppression.reason)
  from dba.suppression
  where suppression.rule <> 'drift'  -- a difference from db/, which `policies diff` looks for
    and not exists (select from found where found.name = suppression.rule and found.object = suppression.object)
)
select rule.name, rule.level, found_or_stale.object collate "default", found_or_stale.detail collate "default", rule.why, rule.fix
from found_or_stale
join dba.lint_rule rule on rule.name = found_or_stale.name;
comment on view dba.lint is
  'Every finding, suppressed or not: the rule and its level, the object, what about it, why it matters and what to do.';


create view dba.finding with (security_invoker) as
select lint.*
from dba.lint
where not exists (
  select from dba.suppression
  where suppression.rule = lint.name and suppression.object = lint.object);
comment on view dba.finding is
  'The findings of dba.lint that are not in dba.suppression: what epic-server policies lint prints.';
