-- Those who are logged out, deactivated, moved or removed are cut off at once: their id is sent on the channel
-- epic_session when the change commits. Nothing commits here, so this file looks at the triggers; what arrives on the
-- channel is tested where transactions end, in tests/server.

begin;
set local search_path = tap, public;
select plan(3);
call test.open_the_company();

select bag_eq(
  $$ select regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \S+ (.*) FOR EACH ROW (.*)EXECUTE FUNCTION .*\((.*)\)$', '\3 \1 \2')
     from pg_trigger where tgfoid = 'auth.notify_sessions_ended()'::regprocedure $$,
  $$ values ('''employee_id'' AFTER UPDATE OF revoked_at ON auth.session WHEN (((old.revoked_at IS NULL) AND (new.revoked_at IS NOT NULL))) '),
            ('''employee_id'' AFTER DELETE ON auth.session '),
            ('''id'' AFTER UPDATE OF department ON crm.employee WHEN ((old.department <> new.department)) ') $$,
  'sessions that are revoked or deleted, and employees who move, ring');

select test.leaves('alice', 'select auth.log_out()',
  $$ select revoked_at is not null from auth.session where id = test.session('alice') $$, 'true',
  'logging out goes through');
select test.leaves('emma', $$ update crm.employee set department = 'support' where id = test.id('basile') $$,
  $$ select department from crm.employee where id = test.id('basile') $$, 'support',
  'and so does moving');

select * from finish();
rollback;
