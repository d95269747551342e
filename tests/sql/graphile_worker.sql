-- graphile_worker, the job queue: which jobs triggers add, and who may read and change them.

begin;
set local search_path = tap, public;
select plan(54);
call test.load_company();
delete from graphile_worker._private_jobs;

create temp view job as
  select jobs.*, tasks.identifier as task
  from graphile_worker._private_jobs jobs join graphile_worker._private_tasks tasks on tasks.id = task_id;

create function pg_temp.entries() returns text
language sql
return (select string_agg(format('%s %s by %s', payload ->> 'kind', payload ->> 'id', payload ->> 'actor'), ', ' order by id)
        from job where task = 'journal');

create function pg_temp.mails() returns text
language sql
return (
  select string_agg(format('%s: %s', notification.kind, employee.full_name), ', ' order by notification.kind, full_name)
  from job
  join crm.notification on notification.id = (payload ->> 'notification')::integer
  join crm.employee     on employee.id = recipient_id
  where task = 'notification_mail');


-- the business journal

select test.results_in('emma', $$ insert into crm.employee (full_name, email, department) values ('New', 'new@epic.example', 'sales') $$,
  $$ pg_temp.entries() = format('employee.created %s by %s', (select max(id) from crm.employee), test.id('emma')) $$, 'true',
  'creating an employee adds a journal entry');
select test.results_in('emma', $$ update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$, 'pg_temp.entries()',
  format('employee.changed %s by %s', test.id('bruno'), test.id('emma')),
  'changing an employee adds a journal entry');
select test.results_in('emma', $$ delete from crm.employee where id = test.id('basile') $$, 'pg_temp.entries()',
  format('employee.deleted %s by %s', test.id('basile'), test.id('emma')),
  'deleting an employee adds a journal entry');
select test.results_in('emma', $$ update crm.employee set full_name = full_name where id = test.id('bruno') $$, 'pg_temp.entries()', null,
  'an update that changes nothing adds no journal entry');
select test.results_in('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, 'pg_temp.entries()',
  format('contract.signed %s by %s', test.id('acme_draft'), test.id('alice')),
  'signing a contract adds a journal entry');
select test.results_in('dba', $$ insert into crm.contract (client_id, total_amount, status) values (test.id('acme'), 1, 'signed') $$,
  $$ pg_temp.entries() = format('contract.signed %s by ', (select max(id) from crm.contract)) $$, 'true',
  'a contract that a DBA enters as signed adds a journal entry without an actor');
select test.results_in('dba', $$ set local session_replication_role = replica; update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$,
  'pg_temp.entries()', format('employee.changed %s by ', test.id('bruno')),
  'session_replication_role does not switch the journal off');
select test.results_in('emma', what, 'pg_temp.entries()', null, format('another change adds no journal entry: %s', what))
from unnest(array[
  $$ update crm.contract set total_amount = 1 where id = test.id('acme_draft') $$,
  $$ update crm.contract set status = 'cancelled' where id = test.id('acme_signed') $$,
  $$ update crm.contract set total_amount = 6000 where id = test.id('acme_signed') $$,
  $$ update crm.event set status = 'confirmed' where id = test.id('gala') $$,
  $$ update crm.client set commercial_contact_id = test.id('bruno') where id = test.id('acme') $$]) what;
select test.results_in('emma', $$ update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$,
  $$ select string_agg(word, ', ' order by word) from job, json_object_keys(payload) word where task = 'journal' $$,
  'actor, at, change, event, id, kind',
  'a journal entry holds ids, a kind and a time, and nothing that a person typed');
select test.results_in('emma', $$ update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$,
  $$ select (payload ->> 'at')::timestamptz = now()
       and (payload ->> 'change')::bigint = (select max(id) from audit.change)
       and (payload ->> 'event')::uuid is not null
     from job where task = 'journal' $$, 'true',
  'a journal entry holds its time, its row of history and its delivery id');
select test.results_in('emma', $$ update crm.employee set email = email || '.new' $$,
  $$ select count(distinct payload ->> 'event') = (select count(*) from crm.employee) from job where task = 'journal' $$, 'true',
  'every journal entry has its own delivery id');


-- e-mails

select test.results_in('emma', $$ update crm.event set support_contact_id = test.id('denis') where id = test.id('gala') $$, 'pg_temp.mails()',
  'event_assigned: Alice, event_assigned: Denis, event_unassigned: Chloe',
  'every notification adds a mail job');
select test.results_in('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, 'pg_temp.mails()',
  'contract_signed: Emma, contract_signed: Felix',
  'every recipient of a notification gets a mail job');
select test.results_in('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$,
  $$ select bool_and(payload::jsonb = jsonb_build_object('notification', payload -> 'notification')) from job where task = 'notification_mail' $$,
  'true', 'the job of an e-mail holds the id of the notification and nothing else');
select test.results_in('dba', $$ insert into crm.notification (recipient_id, kind) select id, 'event_moved' from crm.employee where false $$,
  $$ select count(*) from job $$, '0',
  'a statement that notifies no employee adds no job');
select test.results_in('emma', $$ update crm.notification set read_at = now() where recipient_id = test.id('emma') $$, 'pg_temp.mails()', null,
  'reading a notification adds no mail job');
select test.results_in('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$,
  $$ select string_agg(task, ', ' order by priority, run_at, id) from job $$, 'journal, notification_mail, notification_mail',
  'journal entries have priority over mail jobs');
select test.results_in('emma', $$ do $do$ begin
    update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno');
    update crm.event set support_contact_id = test.id('denis') where id = test.id('gala');
    raise exception 'no';
  exception when others then null;
  end $do$ $$,
  $$ select count(*) from job $$, '0',
  'a change that is rolled back adds no job');


-- what the worker may do: take, fail, release and delete a job, as graphile-worker does

call test.given('emma', $$ update crm.event set support_contact_id = test.id('denis') where id = test.id('gala') $$);
call test.given('emma', $$ update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$);

select test.reads_all('worker', 'graphile_worker._private_jobs', 'the worker reads every job');
select test.reads_all('worker', 'graphile_worker._private_tasks', 'the worker reads every kind of job');
select test.column_privileges_are('worker', 'update', 'graphile_worker._private_jobs',
  'payload, run_at, attempts, max_attempts, last_error, locked_at, locked_by',
  'the worker updates the payload, the lock, the attempts and the time of a job');
select test.column_privileges_are('worker', 'insert', 'graphile_worker._private_jobs', '', 'the worker cannot add a job');
select test.results_in('worker', $$ update graphile_worker._private_jobs set locked_by = 'me', locked_at = now(), attempts = attempts + 1 $$,
  $$ select bool_and(locked_by = 'me' and not is_available) from job $$, 'true',
  'the worker locks any job');
select test.results_in('worker', $$ delete from graphile_worker._private_jobs $$, $$ select count(*) from job $$, '0',
  'the worker deletes any job');
select test.forbids('worker', $$ truncate graphile_worker._private_jobs $$,
  'the worker cannot truncate the queue');
select test.results_in('worker', $$
    update graphile_worker._private_jobs set locked_by = 'dead', locked_at = now();
    update graphile_worker._private_jobs set locked_by = null, locked_at = null where locked_by = 'dead' $$,
  $$ select bool_and(locked_by is null and is_available) from job $$, 'true',
  'the worker unlocks the jobs of a server that has died');

call test.given('dba', $$ insert into graphile_worker._private_job_queues (queue_name, locked_by, locked_at) values ('one', 'dead', now()) $$);
select test.reads_all('worker', 'graphile_worker._private_job_queues', 'the worker reads the named queues');
select test.column_privileges_are('worker', 'update', 'graphile_worker._private_job_queues', 'locked_at, locked_by', 'the worker updates the lock of a named queue');
select test.column_privileges_are('worker', 'insert', 'graphile_worker._private_job_queues', '', 'the worker cannot add a named queue');
select test.results_in('worker', $$ update graphile_worker._private_job_queues set locked_by = null, locked_at = null where locked_by = 'dead' $$,
  $$ select locked_by is null from graphile_worker._private_job_queues $$, 'true',
  'the worker unlocks the named queue of a server that has died');

call test.given('dba', $$ delete from graphile_worker._private_tasks $$);
select test.allows('worker', format('insert into graphile_worker._private_tasks (identifier) values (%L)', task),
  format('the worker adds a kind of job: %s', task))
from unnest(array['journal', 'notification_mail']) task;
select test.forbids('worker', $$ insert into graphile_worker._private_tasks (identifier) values ('other') $$,
  'the worker cannot add an unknown kind of job');
select test.column_privileges_are('worker', 'insert', 'graphile_worker._private_tasks', 'identifier', 'the worker inserts only the name of a kind of job');
select test.column_privileges_are('worker', 'update', 'graphile_worker._private_tasks', '', 'the worker cannot update a kind of job');


-- what the worker reads to write an e-mail

select test.column_privileges_are('worker', 'select', 'crm.notification', 'id, recipient_id, kind, event_id, contract_id, employee_id, subject, old_values, new_values, created_at, note_id',
  'the worker reads the columns of a notification that an e-mail needs');
select test.column_privileges_are('worker', 'select', 'crm.employee', 'id, full_name, email', 'the worker reads the name and the e-mail address of an employee');
call test.given('chloe', $$ update crm.notification set read_at = now() where recipient_id = test.id('chloe') $$);
select test.reads('worker', $$ select count(*) from crm.notification where id = test.id('note_to_alice') $$, '1',
  'the worker reads unread notifications');
select test.reads('worker', $$ select count(*) from crm.notification where id = test.id('note_to_chloe') $$, '0',
  'the worker does not see notifications that were read');
select test.reads('worker', $$ select string_agg(full_name, ', ' order by id) from crm.employee where id in (test.id('felix'), test.id('gaston')) $$,
  'Felix', 'the worker sees active employees only');
select test.forbids('worker', statement, format('the worker has no right to: %s', statement))
from unnest(array[
  'select from crm.client', 'select from crm.contract', 'select from crm.event', 'select from crm.payment', 'select from audit.change',
  'select from identity.credential', 'update crm.notification set read_at = now()', 'select identity.enter(null, null, null)']) statement;


-- other roles

create temp table outside (who text);
insert into outside values ('alice'), ('denis'), ('emma'), ('anonymous'), ('authenticator');
select is_empty($$
    select who, relation
    from outside, (select oid::regclass as relation from pg_class where relnamespace = 'graphile_worker'::regnamespace and relkind in ('r', 'v')) r
    where (test.attempt(who, format('select from %s', relation))).state is distinct from '42501' $$,
  'no department and no anonymous request reads the queue');
select is_empty($$
    select who from outside
    where (test.attempt(who, $q$ select graphile_worker.add_job('notification_mail', '{"notification": 1}') $q$)).state is distinct from '42501' $$,
  'no department and no anonymous request adds a job');
select * from finish();
rollback;
