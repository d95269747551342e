-- Findings as a whole: none on a database as it is deployed, and none that is hidden without a reason.

begin;
set local search_path = tap, public;
select plan(13);


select is_empty($$ select level, name, object, detail from dba.finding where level <> 'INFO' $$,
  'a database as it is deployed has no finding');

select columns_are('dba', 'lint', array['name', 'level', 'object', 'detail', 'why', 'fix']);
select columns_are('dba', 'finding', array['name', 'level', 'object', 'detail', 'why', 'fix']);


-- the rules

select is_empty($$ select name from dba.lint_rule group by name having count(*) > 1 $$,
  'no two rules share a name');
select is_empty(
  $$ select name from dba.lint_rule
     where name !~ '^[a-z]+(_[a-z]+)*$' or level not in ('ERROR', 'WARN', 'INFO') or why !~ '^.{20,}\.$' or fix !~ '^.{10,}$' $$,
  'every rule has a name, a level, a sentence that says why, and a fix');
select results_eq(
  $$ select name from dba.lint_rule rule
     where not exists (
       select from pg_class
       where relnamespace = 'dba'::regnamespace and relname ~ '^lint_of_'
         and pg_get_viewdef(oid) ~ format('''%s''', rule.name)) $$,
  $$ values ('stale_suppression') $$,
  'every rule but the one about suppressions is found, and tested, in a view of its subject');
select is_empty(
  $$ select relname from pg_class
     where relnamespace = 'dba'::regnamespace and relname ~ '^lint_of_'
       and pg_get_viewdef('dba.lint'::regclass) !~ relname $$,
  'the findings of every subject are in dba.lint');


-- suppressions

select is_empty($$ select rule, object from dba.suppression group by 1, 2 having count(*) > 1 $$,
  'nothing is suppressed twice');
select is_empty(
  $$ select rule, object from dba.suppression where rule not in (select name from dba.lint_rule) or reason !~ '^.{15,}\.$' $$,
  'every suppression is of a rule, and has a reason');
select ok(exists (select from dba.lint where name = 'rls_disabled' and object = 'graphile_migrate.migrations'),
  'a finding that is suppressed is in dba.lint, and not in dba.finding');

create temp view stale as
  select object, detail from dba.finding where name = 'stale_suppression';
select is_empty('select * from stale', 'stale_suppression: clean');
drop policy management_delete_any on crm.event;
select results_eq('select * from stale',
  $$ values ('always_true_write_policy: management_delete_any on crm.event', 'Its reason was: Management deletes any event.') $$,
  'stale_suppression: broken');
create policy management_delete_any on crm.event for delete to epic_management using (true);
select is_empty('select * from stale', 'stale_suppression: fixed');

select * from finish();
rollback;
