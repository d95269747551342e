-- History: every change of a record, written by triggers, read through crm.history, never rewritten.


-- What may be removed from history, and when.


create or replace function audit.minimum_retention() returns interval
language sql immutable parallel safe
return interval '1 year';
comment on function audit.minimum_retention() is
  'How old history must be before dba.prune_history may remove it. A deployment may keep it for longer.';


-- One statement for all rows of the caller's statement: an insert for each row costs many times as much. A row and what it
-- was have the same id: an identity can only be set to a new default, which is recorded as the end of one row and the
-- start of another. A full join is never a nested loop, whose plan for one row would be kept for thousands.
create or replace function audit.record_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  actor   constant integer := crm.current_employee_id();
  session constant uuid    := case when actor is not null then nullif(current_setting('jwt.claims.session_id', true), '')::uuid end;
begin
  if tg_op = 'UPDATE' then
    insert into audit.change (employee_id, session_id, record, row_id, action, old_values, new_values)
    select actor, session, tg_table_name, id,
      case when before is null then 'insert' when after is null then 'delete' else 'update' end::audit.action, before, after
    from (
      select id, before - unchanged as before, after - unchanged as after
      from (
        select id, before, after, array(
          select key
          from (select jsonb_object_keys(coalesce(after, before)) as key) keys
          where key in ('version', 'updated_at') or after -> key = before -> key) as unchanged
        from (
          select coalesce(written.id, replaced.id) as id, to_jsonb(replaced) as before, to_jsonb(written) as after
          from replaced
          full join written on written.id = replaced.id
          offset 0) pair  -- each is computed once
        offset 0) compared
      offset 0) change
    where after is null or after <> '{}';
  elsif tg_op = 'INSERT' then
    insert into audit.change (employee_id, session_id, record, row_id, action, new_values)
    select actor, session, tg_table_name, id, 'insert', to_jsonb(written) - array['version', 'updated_at']
    from written;
  else
    insert into audit.change (employee_id, session_id, record, row_id, action, old_values)
    select actor, session, tg_table_name, id, 'delete', to_jsonb(replaced) - array['version', 'updated_at']
    from replaced;
  end if;
  return null;
end
$$;
comment on function audit.record_change() is
  'Writes audit.change, one row for each row that was inserted, updated or deleted: for an update the columns that changed, otherwise all of them; never the version, nor `updated_at`, which is when the change was made.';


create or replace function audit.refuse_truncate() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise check_violation using
    constraint = 'records_are_not_truncated',
    message = format('The %s records cannot be truncated: history would not know which they were.', tg_table_name),
    hint = format('Delete them instead: delete from crm.%I;', tg_table_name);
end
$$;


-- The triggers are `enable always`: a session with session_replication_role = replica writes history too. A truncate
-- leaves no rows to write of, and is refused.

create or replace procedure audit.track(target regclass)
language plpgsql
set search_path = ''
as $$
declare
  record text := (select relname from pg_catalog.pg_class where oid = target);
begin
  execute format($sql$
    drop trigger if exists %6$I on %1$s;
    create or replace trigger %2$I after insert on %1$s
      referencing new table as written
      for each statement execute function audit.record_change();
    create or replace trigger %3$I after update on %1$s
      referencing old table as replaced new table as written
      for each statement execute function audit.record_change();
    create or replace trigger %4$I after delete on %1$s
      referencing old table as replaced
      for each statement execute function audit.record_change();
    create or replace trigger %5$I before truncate on %1$s
      for each statement execute function audit.refuse_truncate();
    alter table %1$s enable always trigger %2$I;
    alter table %1$s enable always trigger %3$I;
    alter table %1$s enable always trigger %4$I;
    alter table %1$s enable always trigger %5$I;
    comment on trigger %2$I on %1$s is 'Every record that is entered is in the history.';
    comment on trigger %3$I on %1$s is 'Every change of this record is in the history.';
    comment on trigger %4$I on %1$s is 'Every record that is deleted is in the history.';
    comment on trigger %5$I on %1$s is 'Records are deleted one by one, so that each deletion is in the history.';
  $sql$, target, record || '_90_record_insert', record || '_90_record_update', record || '_90_record_delete',
    record || '_91_refuse_truncate', record || '_90_record_change');
end
$$;
comment on procedure audit.track(regclass) is
  'From now on every change of this table is written to history. The table needs an id.';

-- Every table of crm except notifications: their history would show everyone who reads what.
do $$
declare
  target regclass;
begin
  for target in
    select oid
    from pg_catalog.pg_class
    where relnamespace = 'crm'::regnamespace
      and relkind = 'r'
      and relname <> 'notification'
      and 3 <> (
        select count(*) from pg_catalog.pg_trigger
        where tgrelid = pg_class.oid and tgfoid = 'audit.record_change()'::regprocedure and tgenabled = 'A')
    order by relname
  loop
    call audit.track(target);
  end loop;
end
$$;


-- History is append-only, for the owner and superusers too: what these triggers check is in the data, so no setting and no
-- role bypasses them.
create or replace function audit.change_check_update() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  redacted  audit.change := old;
  client_id integer := case old.record when 'client' then old.row_id when 'note' then crm_private.note_client(old.row_id) end;
begin
  redacted.old_values := audit.redact(old.record, old.old_values);
  redacted.new_values := audit.redact(old.record, old.new_values);
  if new is distinct from redacted
    or not exists (
      select from crm.client
      where erased_at is not null
        and id = coalesce(crm_private.merged_into(client_id), client_id))
  then
    raise check_violation using
      constraint = 'history_is_not_rewritten',
      message = format('History is not rewritten: entry %s, about %s %s, stays as it is.', old.id, old.record, old.row_id),
      hint = 'Only the personal data of a client is ever taken out of it: select crm.erase_client(ID, confirm => true);';
  end if;
  return null;
end
$$;
comment on function audit.change_check_update() is
  'Lets an update of audit.change pass if it takes the person out of the history of an erased client and does nothing else.';

create or replace trigger change_10_check_update
  after update on audit.change
  for each row execute function audit.change_check_update();
alter table audit.change enable always trigger change_10_check_update;
comment on trigger change_10_check_update on audit.change is
  'History is not rewritten, but for the personal data of a client who was erased.';


create or replace function audit.change_check_delete() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  trace    audit.change;
  cutoff   timestamptz;
  is_known boolean;  -- null when the trace does not say
begin
  select * into trace from audit.change where record = 'history' and row_id = 0 order by id desc limit 1;
  cutoff   := trace.old_values ->> 'before';
  is_known := trace.action = 'prune'
    and trace.transaction_id = pg_current_xact_id()
    and cutoff <= now() - audit.minimum_retention()
    and (trace.old_values ->> 'rows')::bigint = (select count(*) from removed)
    and not exists (select from removed where changed_at >= cutoff or action = 'prune');
  if is_known is not true then
    raise check_violation using
      constraint = 'history_is_not_deleted',
      message = 'History is not deleted.',
      hint = format('What is older than %s can be pruned, which leaves a trace: select dba.prune_history(older_than => %L);',
        audit.minimum_retention(), audit.minimum_retention());
  end if;
  return null;
end
$$;
comment on function audit.change_check_delete() is
  'Lets a deletion from audit.change pass if the transaction has written how many rows it removes and from before when, and that is what it removes: old enough, and no traces of earlier prunings.';

create or replace trigger change_20_check_delete
  after delete on audit.change
  referencing old table as removed
  for each statement execute function audit.change_check_delete();
alter table audit.change enable always trigger change_20_check_delete;
comment on trigger change_20_check_delete on audit.change is
  'History is removed only when it is old enough, and leaves a trace of who pruned how much: dba.prune_history.';


create or replace function audit.change_refuse_truncate() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise check_violation using
    constraint = 'history_is_not_truncated',
    message = 'History is not truncated.',
    hint = format('What is older than %s can be pruned, which leaves a trace: select dba.prune_history(older_than => %L);',
      audit.minimum_retention(), audit.minimum_retention());
end
$$;

create or replace trigger change_30_refuse_truncate
  before truncate on audit.change
  for each statement execute function audit.change_refuse_truncate();
alter table audit.change enable always trigger change_30_refuse_truncate;
comment on trigger change_30_refuse_truncate on audit.change is
  'History is never truncated.';


create or replace view crm.history with (security_invoker) as
select
  id,
  changed_at,
  transaction_id::text::bigint as transaction_id,
  record,
  row_id,
  action::text as action,
  employee_id,
  case when employee_id is not null then service_account end as service_account,
  case when employee_id is null or database_user <> 'epic_authenticator' then database_user::text end as database_user,
  old_values,
  new_values
from audit.change;
comment on view   crm.history                is 'Who changed what, when, and from what: the part of audit.change that the caller may read.';
comment on column crm.history.changed_at     is 'When the change was made.';
comment on column crm.history.transaction_id is 'Changes that were made together, in one transaction, share it.';
comment on column crm.history.record         is 'The kind of record: `client`, `contract`, …; `history` when history itself was pruned.';
comment on column crm.history.row_id         is 'The id of the record; 0 when history itself was pruned.';
comment on column crm.history.employee_id    is 'Who did it; empty when it was done outside a session.';
comment on column crm.history.service_account is 'The service account of the program through which they did it; empty when they did it themselves.';
comment on column crm.history.database_user  is 'The database login, where the change was not made by an employee through the API: a DBA''s, or the API''s own.';
comment on column crm.history.old_values     is 'Before: the columns that changed, or all of them for a delete.';
comment on column crm.history.new_values     is 'After: the columns that changed, or all of them for an insert.';
comment on column crm.history.action is
'What was done to the record.
- `insert`: It was created.
- `update`: It was changed.
- `delete`: It was deleted.
- `prune`: None of these: what is old was removed from history itself.';


-- A filter of the API's list, like those of filters.sql.
create or replace function crm_private.history_filter_ids(history crm.history, ids bigint[]) returns boolean
language sql immutable parallel safe
return history.id = any (ids);
comment on function crm_private.history_filter_ids(crm.history, bigint[]) is
  'Only the entries with one of these ids.';
