-- The business journal: a job for each entry, in the transaction that causes it.


create or replace function audit.change_enqueue_journal() returns trigger
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
comment on function audit.change_enqueue_journal() is
  'Adds a job `journal` with ids only. Its event is the id under which the entry is delivered, however often: a repeat can be told.';

create or replace trigger change_95_enqueue_journal
  after insert on audit.change
  for each row
  when (new.record = 'employee' or new.record = 'contract' and new.new_values ->> 'status' = 'signed')
  execute function audit.change_enqueue_journal();
alter table audit.change enable always trigger change_95_enqueue_journal;
comment on trigger change_95_enqueue_journal on audit.change is
  'Every employee created, changed or deleted, and every contract signed, is entered in the business journal.';
