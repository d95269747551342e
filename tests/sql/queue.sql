-- The queue: what is put on it, by whom and with what, and who comes near it.

begin;
set local search_path = tap, public;
select plan(56);
call test.open_the_company();
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

select test.leaves('emma', $$ insert into crm.employee (full_name, email, department) values ('New', 'new@epic.example', 'sales') $$,
  $$ pg_temp.entries() = format('employee.created %s by %s', (select max(id) from crm.employee), test.id('emma')) $$, 'true',
  'an employee who is created is entered in the journal');
select test.leaves('emma', $$ update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$, 'pg_temp.entries()',
  format('employee.changed %s by %s', test.id('bruno'), test.id('emma')),
  'so is one who is changed');
select test.leaves('emma', $$ delete from crm.employee where id = test.id('basile') $$, 'pg_temp.entries()',
  format('employee.deleted %s by %s', test.id('basile'), test.id('emma')),
  'and one who is deleted');
select test.leaves('emma', $$ update crm.employee set full_name = full_name where id = test.id('bruno') $$, 'pg_temp.entries()', null,
  'a change that changes nothing is not');
select test.leaves('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, 'pg_temp.entries()',
  format('contract.signed %s by %s', test.id('acme_draft'), test.id('alice')),
  'a contract that is signed is entered in the journal');
select test.leaves('dba', $$ insert into crm.contract (client_id, total_amount, status) values (test.id('acme'), 1, 'signed') $$,
  $$ pg_temp.entries() = format('contract.signed %s by ', (select max(id) from crm.contract)) $$, 'true',
  'so is one that is entered as signed; by nobody, when it was done in the database itself');
select test.leaves('dba', $$ set local session_replication_role = replica; update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$,
  'pg_temp.entries()', format('employee.changed %s by ', test.id('bruno')),
  'a session that switches triggers off does not escape the journal');
select test.leaves('emma', what, 'pg_temp.entries()', null, format('no other change is in it: %s', what))
from unnest(array[
  $$ update crm.contract set total_amount = 1 where id = test.id('acme_draft') $$,
  $$ update crm.contract set status = 'cancelled' where id = test.id('acme_signed') $$,
  $$ update crm.contract set total_amount = 6000 where id = test.id('acme_signed') $$,
  $$ update crm.event set status = 'confirmed' where id = test.id('gala') $$,
  $$ update crm.client set commercial_contact_id = test.id('bruno') where id = test.id('acme') $$]) what;
select test.leaves('emma', $$ update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$,
  $$ select string_agg(word, ', ' order by word) from job, json_object_keys(payload) word where task = 'journal' $$,
  'actor, at, change, event, id, kind',
  'an entry holds ids, a kind and a time, and nothing that a person typed');
select test.leaves('emma', $$ update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$,
  $$ select (payload ->> 'at')::timestamptz = now()
       and (payload ->> 'change')::bigint = (select max(id) from audit.change)
       and (payload ->> 'event')::uuid is not null
     from job where task = 'journal' $$, 'true',
  'it says when, in which row of history, and under which id it is delivered');
select test.leaves('emma', $$ update crm.employee set email = email || '.new' $$,
  $$ select count(distinct payload ->> 'event') = (select count(*) from crm.employee) from job where task = 'journal' $$, 'true',
  'every entry has an id of its own');


-- e-mails

select test.leaves('emma', $$ update crm.event set support_contact_id = test.id('denis') where id = test.id('gala') $$, 'pg_temp.mails()',
  'event_assigned: Alice, event_assigned: Denis, event_unassigned: Chloe',
  'whoever is notified gets an e-mail, and so nobody of what they did themselves');
select test.leaves('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$, 'pg_temp.mails()',
  'contract_signed: Emma, contract_signed: Felix',
  'each of those who hear of something gets one');
select test.leaves('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$,
  $$ select bool_and(payload::jsonb = jsonb_build_object('notification', payload -> 'notification')) from job where task = 'notification_mail' $$,
  'true', 'the job of an e-mail holds the id of the notification and nothing else');
select test.leaves('dba', $$ insert into crm.notification (recipient_id, kind) select id, 'event_moved' from crm.employee where false $$,
  $$ select count(*) from job $$, '0',
  'where nobody is notified nothing is put on the queue');
select test.leaves('emma', $$ update crm.notification set read_at = now() where recipient_id = test.id('emma') $$, 'pg_temp.mails()', null,
  'reading a notification sends no e-mail');
select test.leaves('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$,
  $$ select string_agg(task, ', ' order by priority, run_at, id) from job $$, 'journal, notification_mail, notification_mail',
  'the journal does not wait for a slow mail host');
select test.leaves('emma', $$ do $do$ begin
    update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno');
    update crm.event set support_contact_id = test.id('denis') where id = test.id('gala');
    raise exception 'no';
  exception when others then null;
  end $do$ $$,
  $$ select count(*) from job $$, '0',
  'what is rolled back is neither entered in the journal nor mailed');


-- what the worker does: this is how graphile-worker takes a job, gives it up, puts it back and removes it

call test.given('emma', $$ update crm.event set support_contact_id = test.id('denis') where id = test.id('gala') $$);
call test.given('emma', $$ update crm.employee set full_name = 'Bruno B.' where id = test.id('bruno') $$);

select test.reads_all('worker', 'graphile_worker._private_jobs', 'the worker sees every job');
select test.reads_all('worker', 'graphile_worker._private_tasks', 'and every kind of job');
select test.opens('worker', 'update', 'graphile_worker._private_jobs',
  'payload, run_at, attempts, max_attempts, last_error, locked_at, locked_by',
  'it writes down who delivers a job, how often it was tried, and when it will be again');
select test.opens('worker', 'insert', 'graphile_worker._private_jobs', '', 'it adds no job');
select test.leaves('worker', $$ update graphile_worker._private_jobs set locked_by = 'me', locked_at = now(), attempts = attempts + 1 $$,
  $$ select bool_and(locked_by = 'me' and not is_available) from job $$, 'true',
  'it takes any job');
select test.leaves('worker', $$ delete from graphile_worker._private_jobs $$, $$ select count(*) from job $$, '0',
  'it removes any job');
select test.forbids('worker', $$ truncate graphile_worker._private_jobs $$,
  'it does not empty the queue without looking');
select test.leaves('worker', $$
    update graphile_worker._private_jobs set locked_by = 'dead', locked_at = now();
    update graphile_worker._private_jobs set locked_by = null, locked_at = null where locked_by = 'dead' $$,
  $$ select bool_and(locked_by is null and is_available) from job $$, 'true',
  'it frees the jobs of a server that has died');

call test.given('dba', $$ insert into graphile_worker._private_job_queues (queue_name, locked_by, locked_at) values ('one', 'dead', now()) $$);
select test.reads_all('worker', 'graphile_worker._private_job_queues', 'it sees the named queues');
select test.opens('worker', 'update', 'graphile_worker._private_job_queues', 'locked_at, locked_by', 'and takes them');
select test.opens('worker', 'insert', 'graphile_worker._private_job_queues', '', 'it makes none');
select test.leaves('worker', $$ update graphile_worker._private_job_queues set locked_by = null, locked_at = null where locked_by = 'dead' $$,
  $$ select locked_by is null from graphile_worker._private_job_queues $$, 'true',
  'it frees the queue of a server that has died');

call test.given('dba', $$ delete from graphile_worker._private_tasks $$);
select test.allows('worker', format('insert into graphile_worker._private_tasks (identifier) values (%L)', task),
  format('it names a kind of job that it delivers: %s', task))
from unnest(array['journal', 'notification_mail']) task;
select test.forbids('worker', $$ insert into graphile_worker._private_tasks (identifier) values ('other') $$,
  'it names no other');
select test.opens('worker', 'insert', 'graphile_worker._private_tasks', 'identifier', 'of a kind of job it gives the name');
select test.opens('worker', 'update', 'graphile_worker._private_tasks', '', 'it renames none');


-- what the worker reads in order to write an e-mail

select test.opens('worker', 'select', 'crm.notification', 'id, recipient_id, kind, event_id, contract_id, employee_id, subject, old_values, new_values, created_at',
  'of a notification the worker reads what is sent');
select test.opens('worker', 'select', 'crm.employee', 'id, full_name, email', 'of an employee, where it goes');
call test.given('chloe', $$ update crm.notification set read_at = now() where recipient_id = test.id('chloe') $$);
select test.reads('worker', $$ select count(*) from crm.notification where id = test.id('note_to_alice') $$, '1',
  'it reads notifications that nobody has read');
select test.reads('worker', $$ select count(*) from crm.notification where id = test.id('note_to_chloe') $$, '0',
  'and none that somebody has');
select test.reads('worker', $$ select string_agg(full_name, ', ' order by id) from crm.employee where id in (test.id('felix'), test.id('gaston')) $$,
  'Felix', 'it reads who works here, and nobody who has left');
select test.forbids('worker', statement, format('the worker does not: %s', statement))
from unnest(array[
  'select from crm.client', 'select from crm.contract', 'select from crm.event', 'select from crm.payment', 'select from audit.change',
  'select from auth.credential', 'update crm.notification set read_at = now()', 'select auth.enter(null, null, null)']) statement;


-- nobody else

create temp table outside (who text);
insert into outside values ('alice'), ('denis'), ('emma'), ('stranger'), ('login');
select is_empty($$
    select who, relation
    from outside, (select oid::regclass as relation from pg_class where relnamespace = 'graphile_worker'::regnamespace and relkind in ('r', 'v')) r
    where (test.attempt(who, format('select from %s', relation))).state is distinct from '42501' $$,
  'no department and no stranger reads the queue');
select is_empty($$
    select who from outside
    where (test.attempt(who, $q$ select graphile_worker.add_job('notification_mail', '{"notification": 1}') $q$)).state is distinct from '42501' $$,
  'no department and no stranger adds a job');
select is_empty($$
    select oid::regclass from pg_class
    where relnamespace = 'graphile_worker'::regnamespace and relkind = 'r' and not relrowsecurity $$,
  'every table of the queue has row-level security');
select is_empty($$
    select oid::regprocedure from pg_proc
    where pronamespace = 'graphile_worker'::regnamespace
      and (has_function_privilege('public', oid, 'execute') or not 'search_path=""' = any (coalesce(proconfig, '{}'))) $$,
  'no function of the queue is executable by PUBLIC, and none depends on the search_path of its caller');

select * from finish();
rollback;
