-- Findings as a whole: none on a database as it is deployed, and none that is hidden without a reason.

begin;
set local search_path = tap, public;
select plan(17);


select is_empty($$ select level, name, object, detail from dba.finding where level <> 'INFO' $$,
  'a database as it is deployed has no finding');

select columns_are('dba', 'lint', array['number', 'name', 'level', 'object', 'detail', 'why', 'fix', 'exposure']);
select columns_are('dba', 'finding', array['number', 'name', 'level', 'object', 'detail', 'why', 'fix', 'exposure']);


-- the rules

select is_empty($$ select name from dba.lint_rule group by name having count(*) > 1 $$,
  'no two rules share a name');
select is_empty($$ select number from dba.lint_rule group by number having count(*) > 1 $$,
  'no two rules share a number');
select is(
  (select string_agg(format('%s %s', number, name), E'\n' order by number) from dba.lint_rule),
  '101 privileged_api_role
102 bypassing_role
103 preset_claim
104 predefined_api_role
105 owning_api_role
106 login_inherits_rights
107 logins_not_separate
108 login_with_api_role
109 login_without_timeout
110 owner_mismatch
201 rls_disabled
202 session_not_required
203 rls_not_forced
204 rls_without_policy
205 no_primary_key
206 autovacuum_disabled
207 view_without_security_invoker
208 materialized_view_exposed
209 foreign_table_exposed
210 secret_column_exposed
211 missing_audit_trigger
212 disabled_trigger
213 constraint_not_valid
214 upgrade_blocking_type
215 personal_data_forgotten
301 policy_without_role
302 policy_for_all_commands
303 policy_without_comment
304 multiple_permissive_policies
305 policy_without_grant
306 grant_without_policy
307 always_true_write_policy
308 policy_column_without_index
309 leaky_index
310 false_policy
311 restrictive_without_effect
312 idle_restrictive_policy
313 duplicate_policy
314 placeholder_policy
315 write_before_login
316 policy_for_bypassing_role
317 reference_reveals_rows
318 unique_reveals_rows
319 owner_column_ignored
401 per_row_function_call
402 open_without_claim
403 check_forgets_owner
404 subquery_not_bound
405 policy_ignores_row
406 nullable_policy_key
407 literal_not_allowed
408 policy_for_one_value
409 policy_by_database_role
410 policy_by_pattern
411 claim_without_prefix
412 claim_must_be_set
413 volatile_policy
414 wrapped_policy_column
415 policy_reads_open_table
416 recursive_policy
417 policy_disagrees
501 grant_to_public
502 execute_granted_to_public
503 grant_with_grant_option
504 grant_bypassing_rls
505 table_wide_write_grant
506 create_granted
507 dba_tools_granted
508 grant_without_comment
509 default_privileges_open
510 system_privilege
511 large_object_granted
512 other_database_granted
601 mutable_search_path
602 immutable_claim_reader
603 temporary_objects_first
604 security_definer_exposed
605 leakproof_function
606 extension_in_exposed_schema
607 outdated_extension
701 type_without_comment
702 column_without_comment
703 argument_without_comment
704 value_without_comment
705 comment_not_a_sentence
801 unindexed_foreign_key
802 duplicate_index
803 invalid_index
804 unused_index
901 stale_suppression',
  'a rule keeps its number');
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


-- what a finding costs

grant truncate on crm.client to epic_sales;
select is((select exposure from dba.finding where name = 'grant_bypassing_rls'),
  (select count(*)::integer from dba.department),
  'a finding says how many roles of requests reach its table');
alter role epic_sales bypassrls;
select is((select exposure from dba.finding where name = 'privileged_api_role' and object = 'epic_sales'),
  (select count(*)::integer from dba.api_role where is_entered),
  'a finding about a role may be about everything that requests reach');
alter role epic_sales nobypassrls;
revoke truncate on crm.client from epic_sales;


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
