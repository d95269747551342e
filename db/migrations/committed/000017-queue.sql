--! Previous: sha1:bdaa5eaa9204f7f59ac28339794285fb4e1ee44f
--! Hash: sha1:65cea49b9e5857f2cbbf3f33f580c0cea61dc26c
--! Message: queue

-- The queue. What must leave the database, an e-mail or an entry of the business journal, is a job that is added in
-- the transaction that it tells of: committed with it or not at all. The servers deliver the jobs, as epic_courier.
--
-- The queue is graphile-worker's, in a schema of that name which it makes and keeps itself; a deployment sees to that
-- before the migrations. A job holds ids: what it is about is read when it is delivered.


-- The business journal: every employee created, changed or deleted, and every contract signed, from the record that
-- the database itself keeps of the change.

drop trigger employee_95_announce_created        on crm.employee;
drop trigger employee_95_announce_changed        on crm.employee;
drop trigger employee_95_announce_deleted        on crm.employee;
drop trigger contract_95_announce_entered_signed on crm.contract;
drop trigger contract_95_announce_signed         on crm.contract;
drop function audit.announce();

create function audit.enter_in_journal() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform graphile_worker.add_job('journal', json_build_object(
    'event', gen_random_uuid(),
    'kind', case
      when new.record = 'contract' then 'contract.signed'
      else 'employee.' || case new.action when 'insert' then 'created' when 'update' then 'changed' else 'deleted' end
    end,
    'id', new.row_id,
    'actor', new.employee_id,
    'change', new.id,
    'at', new.changed_at));
  return null;
end
$$;
comment on function audit.enter_in_journal() is
  'Adds a job `journal` with ids only. Its event is the id under which the entry is delivered, however often: a repeat can be told.';

create trigger change_95_enters_journal
  after insert on audit.change
  for each row
  when (new.record = 'employee' or new.record = 'contract' and new.new_values ->> 'status' = 'signed')
  execute function audit.enter_in_journal();
alter table audit.change enable always trigger change_95_enters_journal;
comment on trigger change_95_enters_journal on audit.change is
  'Every employee created, changed or deleted, and every contract signed, is entered in the business journal.';


-- E-mail: one for each notification. After everything else that waits, since a mail host may be slow.

create function crm.notifications_are_mailed() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform graphile_worker.add_jobs(array_agg(json_populate_record(null::graphile_worker.job_spec, json_build_object(
    'identifier', 'notification_mail',
    'payload', json_build_object('notification', id),
    'priority', 10))))
  from written
  having count(*) > 0;
  return null;
end
$$;

create trigger notification_95_is_mailed
  after insert on crm.notification
  referencing new table as written
  for each statement
  execute function crm.notifications_are_mailed();
comment on trigger notification_95_is_mailed on crm.notification is
  'Whoever is notified gets an e-mail too, where a mail host is configured.';
