-- NOTIFY epic_session: sent when an employee is logged out, deactivated, moved or deleted, so that subscriptions are
-- closed at once. A notification leaves at commit, and nothing commits here: the function that sends it is replaced by one
-- that notes it. Delivery is tested in tests/server.

begin;
set local search_path = tap, public;
select plan(7);
call test.load_company();

create or replace function identity.notify_sessions_ended() returns trigger
language plpgsql
as $$
begin
  perform set_config('test.notified',
    concat_ws(' ', nullif(current_setting('test.notified', true), ''), to_jsonb(coalesce(new, old)) ->> tg_argv[0]), true);
  return null;
end
$$;

create function pg_temp.notified() returns text
language sql
return coalesce(current_setting('test.notified', true), '');

select test.results_in(who, statement, 'pg_temp.notified()', test.id(notified)::text, format('%s notifies the subscriptions of the employee', what))
from (values
  ('alice', 'select identity.log_out()', 'alice', 'logging out'),
  ('dba', $$ delete from identity.session where id = test.session('alice') $$, 'alice', 'deleting a session'),
  ('emma', $$ update crm.employee set department = 'support' where id = test.id('basile') $$, 'basile', 'moving an employee')
) change (who, statement, notified, what);
select test.results_in('emma', $$ update crm.employee set active = false where id = test.id('basile') $$, 'pg_temp.notified()', test.id('basile')::text,
  'deactivating an employee, which ends their sessions, notifies their subscriptions');
select test.results_in(who, statement, 'pg_temp.notified()', '', format('%s notifies no subscription', what))
from (values
  ('dba', $$ update identity.session set last_used_at = now() $$, 'using a session'),
  ('dba', $$ update identity.session set revoked_at = null $$, 'a session that stays open'),
  ('emma', $$ update crm.employee set department = department, full_name = 'New' where id = test.id('basile') $$, 'another name')
) change (who, statement, what);

select * from finish();
rollback;
