-- graphile_worker: the job queue, for e-mails and the business journal.
-- Triggers add jobs, as the owner. The servers deliver them as epic_worker, a login of its own; no other role but that of backups has access.

-- The tables and functions are graphile-worker's own, made by its own migrations: all of them are closed here, whatever
-- their names, and what the worker needs is granted below.
do $$
declare
  found record;
begin
  for found in
    select oid::regclass as name, relkind from pg_catalog.pg_class
    where relnamespace = 'graphile_worker'::regnamespace and relkind in ('r', 'v')
  loop
    call dba.close_table(found.name);
    if found.relkind = 'r' then
      -- Its functions and its migrations work as the owner, on every row.
      execute format('alter table %s no force row level security', found.name);
    else
      execute format('alter view %s set (security_invoker = true)', found.name);
    end if;
  end loop;

  for found in
    select oid::regprocedure as name from pg_catalog.pg_proc where pronamespace = 'graphile_worker'::regnamespace
  loop
    execute format('alter function %s set search_path = ''''', found.name);
  end loop;
end
$$;
call dba.close_schema('graphile_worker');

grant usage on schema graphile_worker to epic_worker, epic_backup;
grant select, delete on graphile_worker._private_jobs to epic_worker;
grant update (attempts, locked_at, locked_by, last_error, run_at, payload, max_attempts)
             on graphile_worker._private_jobs to epic_worker;
grant select on graphile_worker._private_job_queues to epic_worker;
grant update (locked_at, locked_by) on graphile_worker._private_job_queues to epic_worker;
grant select, insert (identifier) on graphile_worker._private_tasks to epic_worker;
-- Not granted: adding jobs. Only triggers do that, as the owner.

comment on schema   graphile_worker is 'The queue, and its only home: graphile-worker''s own tables and functions.';
comment on table    graphile_worker._private_jobs is 'What is to be delivered. A job that has been delivered is deleted.';
comment on table    graphile_worker._private_job_queues is 'Named queues, whose jobs run one after the other. We use none.';
comment on table    graphile_worker._private_tasks is 'The kinds of jobs.';


-- jobs

create policy worker_read_all on graphile_worker._private_jobs
  for select to epic_worker
  using (true);
comment on policy worker_read_all on graphile_worker._private_jobs is
  'The worker looks for jobs to deliver.';

create policy worker_update_any on graphile_worker._private_jobs
  for update to epic_worker
  using (true)
  with check (true);
comment on policy worker_update_any on graphile_worker._private_jobs is
  'The worker takes a job, and puts it back when it could not be delivered.';

create policy worker_delete_any on graphile_worker._private_jobs
  for delete to epic_worker
  using (true);
comment on policy worker_delete_any on graphile_worker._private_jobs is
  'The worker removes what it has delivered.';


-- named queues

create policy worker_read_all on graphile_worker._private_job_queues
  for select to epic_worker
  using (true);
comment on policy worker_read_all on graphile_worker._private_job_queues is
  'The worker looks whether the queue of a job is free.';

create policy worker_update_any on graphile_worker._private_job_queues
  for update to epic_worker
  using (true)
  with check (true);
comment on policy worker_update_any on graphile_worker._private_job_queues is
  'The worker takes the queue of a job, and frees it.';


-- kinds of jobs

create policy worker_read_all on graphile_worker._private_tasks
  for select to epic_worker
  using (true);
comment on policy worker_read_all on graphile_worker._private_tasks is
  'The worker looks up the kinds of jobs.';

create policy worker_create_known on graphile_worker._private_tasks
  for insert to epic_worker
  with check (identifier in ('journal', 'notification_mail'));
comment on policy worker_create_known on graphile_worker._private_tasks is
  'The worker adds the kinds of jobs that it runs, before there is a job.';
