-- NOTIFY epic_session: sent when an employee is logged out, deactivated, moved or deleted, so that subscriptions are
-- closed at once. Nothing commits here, so this file checks the triggers; delivery is tested in tests/server.

begin;
set local search_path = tap, public;
select plan(3);
call test.load_company();

select bag_eq(
  $$ select regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \S+ (.*) FOR EACH ROW (.*)EXECUTE FUNCTION .*\((.*)\)$', '\3 \1 \2')
     from pg_trigger where tgfoid = 'auth.notify_sessions_ended()'::regprocedure $$,
  $$ values ('''employee_id'' AFTER UPDATE OF revoked_at ON auth.session WHEN (((old.revoked_at IS NULL) AND (new.revoked_at IS NOT NULL))) '),
            ('''employee_id'' AFTER DELETE ON auth.session '),
            ('''id'' AFTER UPDATE OF department ON crm.employee WHEN ((old.department <> new.department)) ') $$,
  'revoking or deleting a session and moving an employee notify epic_session');

select test.results_in('alice', 'select auth.log_out()',
  $$ select revoked_at is not null from auth.session where id = test.session('alice') $$, 'true',
  'logging out succeeds with the trigger');
select test.results_in('emma', $$ update crm.employee set department = 'support' where id = test.id('basile') $$,
  $$ select department from crm.employee where id = test.id('basile') $$, 'support',
  'moving an employee succeeds with the trigger');

select * from finish();
rollback;
