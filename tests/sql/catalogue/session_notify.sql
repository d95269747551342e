-- The triggers that notify epic_session.

begin;
set local search_path = tap, public;
select plan(1);

select bag_eq(
  $$ select regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \S+ (.*) FOR EACH ROW (.*)EXECUTE FUNCTION .*\((.*)\)$', '\3 \1 \2')
     from pg_trigger where tgfoid = 'identity.notify_sessions_ended()'::regprocedure $$,
  $$ values ('''employee_id'' AFTER UPDATE OF revoked_at ON identity.session WHEN (((old.revoked_at IS NULL) AND (new.revoked_at IS NOT NULL))) '),
            ('''employee_id'' AFTER DELETE ON identity.session '),
            ('''id'' AFTER UPDATE OF department ON crm.employee WHEN ((old.department <> new.department)) ') $$,
  'revoking or deleting a session and moving an employee notify epic_session');

select * from finish();
rollback;
