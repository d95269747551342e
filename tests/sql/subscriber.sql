-- Becoming the subscriber of a logical replication, and no longer being one: dba.prepare_subscriber, dba.finish_subscriber. The
-- replication itself is in tests/operations/upgrade.ts.

begin;
set local search_path = tap, public;
select plan(8);

create temp view enabled_always as
  select tgrelid::regclass::text as target, tgname from pg_trigger where tgenabled = 'A';
create temp table before as table enabled_always;

-- A database that was copied from a template has lost its privileges.
create temp table copied as
  select datacl is null as is_copy from pg_database where datname = current_database();

create function pg_temp.connecting() returns text
language sql
return (
  select string_agg(rolname, ', ' order by rolname)
  from pg_roles
  where rolname in ('epic_authenticator', 'epic_worker', 'epic_backup') and has_database_privilege(oid, current_database(), 'connect'));

call dba.prepare_subscriber();
select is_empty('table enabled_always', 'no trigger of a subscriber fires for what it receives');
select is_empty('select from identity.configuration union all select from graphile_worker.migrations union all select from deployment.applied',
  'a subscriber has no row of its own deployment');
select case when is_copy then skip('this database is a copy')
  else is(pg_temp.connecting(), 'epic_backup', 'no server works on a subscriber') end
from copied;

-- as a subscription writes; other tests have moved the sequence
create temp table received as
  select coalesce(pg_sequence_last_value('crm.employee_id_seq'), 0) + 1 as id;
set local session_replication_role = replica;
insert into crm.employee (id, full_name, email, department) overriding system value
select id, 'Alice', 'alice@epic.example', 'sales' from received;
set local session_replication_role = origin;
select is_empty('select from audit.change union all select from graphile_worker._private_jobs',
  'what a subscriber receives writes no history, and no job');

select throws_ok('call dba.finish_subscriber()', '55000', format('The sequence crm.employee_id_seq is behind its table, which has %s.', id),
  'a database does not go on while it would give an id again')
from received;
do $$ begin perform nextval('crm.employee_id_seq'); end $$;
call dba.finish_subscriber();
select bag_eq('table enabled_always', 'table before', 'afterwards every trigger fires again, whatever the session is set to');
select case when is_copy then skip('this database is a copy')
  else is(pg_temp.connecting(), 'epic_authenticator, epic_backup, epic_worker', 'afterwards servers may connect') end
from copied;
select throws_ok('call dba.prepare_subscriber()', '55000',
  'This database holds records: only one that was just deployed becomes a subscriber.',
  'a database with records is not emptied');

select * from finish();
rollback;
