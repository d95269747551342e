-- The journal: employees created, changed and deleted, and contracts signed, are announced on the channel
-- epic_journal when the change commits. Nothing commits here, so this file looks at the triggers; what arrives on
-- the channel is tested where transactions end, in tests/server.

begin;
set local search_path = tap, public;
select plan(1);

select bag_eq(
  $$ select regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \S+ (.*) FOR EACH ROW (.*)EXECUTE FUNCTION .*\((.*)\)$', '\3 \1 \2')
     from pg_trigger where tgfoid = 'audit.announce()'::regprocedure $$,
  $$ values ('''employee.created'' AFTER INSERT ON crm.employee '),
            ('''employee.changed'' AFTER UPDATE ON crm.employee WHEN ((old.* IS DISTINCT FROM new.*)) '),
            ('''employee.deleted'' AFTER DELETE ON crm.employee '),
            ('''contract.signed'' AFTER INSERT ON crm.contract WHEN ((new.status = ''signed''::text)) '),
            ('''contract.signed'' AFTER UPDATE OF status ON crm.contract WHEN (((old.status <> ''signed''::text) AND (new.status = ''signed''::text))) ') $$,
  'employees created, changed and deleted, and contracts signed, are announced');

select * from finish();
rollback;
