--! Previous: sha1:14dbf03e28485a364af63b3fab6e8b4732543a24
--! Hash: sha1:58ac1fada797dd54edf2bf8d7a087a9529f51bc7
--! Message: history

-- History that can be relied on: complete, cheap, never rewritten, and pruned only with a trace.


-- What history may lose, and when. Everything that reads or keeps these two rules asks here.

create function audit.minimum_age() returns interval
language sql immutable parallel safe
return interval '1 year';
comment on function audit.minimum_age() is
  'How old history must be before dba.prune_history may remove it. A deployment may keep it for longer, and for ever if it likes.';

create function audit.without_person(client jsonb) returns jsonb
language sql immutable parallel safe
return client - array['full_name', 'email', 'phone'];
comment on function audit.without_person(jsonb) is
  'What history keeps of a client whose personal data is erased: all but the name, the e-mail address and the phone number.';


-- An action is an enum rather than text with a check: PostgreSQL prepares a check anew for every statement that
-- inserts, which here is every statement that changes a record. No policy and no index compares it.

create type audit.action as enum ('insert', 'update', 'delete', 'prune');
comment on type audit.action is
  'What happened to a record: it was inserted, updated or deleted; or to history itself: it was pruned.';

drop view crm.history;
alter table audit.change drop constraint change_action_is_known;
-- Rewrites history once, during which nobody can change a record.
-- squawk-ignore changing-column-type
alter table audit.change alter action type audit.action using action::audit.action;

-- Who asks by time asks for the latest, and ids are given in the order of time: an index less to write to.
-- squawk-ignore require-concurrent-index-deletion
drop index audit.change_changed_at_idx;

comment on table  audit.change            is 'One row for every change of a record, and for every pruning of history. Rows are added, never changed.';
comment on column audit.change.record     is 'The kind of record: `client`, `contract`, …; `history` for a pruning.';
comment on column audit.change.row_id     is 'The id of the record; 0 for a pruning.';
comment on column audit.change.action     is '`insert`, `update` or `delete` of a record; `prune` of history.';
comment on column audit.change.old_values is 'Before: the columns that changed, or all of them for a delete. For a pruning, how many rows it removed (`rows`) and the time they were all older than (`before`).';


-- Every change of a record is written in one statement.

create or replace function audit.record_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  before jsonb;
  after  jsonb;
begin
  if tg_op = 'UPDATE' then
    before := to_jsonb(old);
    after  := to_jsonb(new);
    if after = before then
      return null;
    end if;
    insert into audit.change (record, row_id, action, old_values, new_values)
    select tg_table_name, new.id, 'update', before - same.columns, after - same.columns
    from (
      select array(
        select key
        from (select jsonb_object_keys(after) as key) keys
        where after -> key = before -> key) as columns
      offset 0) same;  -- so that they are looked for once
  elsif tg_op = 'INSERT' then
    insert into audit.change (record, row_id, action, new_values)
    values (tg_table_name, new.id, 'insert', to_jsonb(new));
  else
    insert into audit.change (record, row_id, action, old_values)
    values (tg_table_name, old.id, 'delete', to_jsonb(old));
  end if;
  return null;
end
$$;


-- Nothing escapes it: not a session that has switched triggers off (session_replication_role), and not truncate,
-- which asks no trigger of a row.

create function audit.records_are_not_truncated() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise check_violation using
    message = format('The %s records cannot be truncated: history would not know which they were.', tg_table_name),
    hint = format('Delete them instead: delete from crm.%I;', tg_table_name);
end
$$;

create procedure audit.keep_history(target regclass)
language plpgsql
set search_path = ''
as $$
declare
  record text := (select relname from pg_catalog.pg_class where oid = target);
begin
  execute format($sql$
    create or replace trigger %2$I after insert or update or delete on %1$s
      for each row execute function audit.record_change();
    create or replace trigger %3$I before truncate on %1$s
      for each statement execute function audit.records_are_not_truncated();
    alter table %1$s enable always trigger %2$I;
    alter table %1$s enable always trigger %3$I;
    comment on trigger %2$I on %1$s is 'Every change of this record is in the history.';
    comment on trigger %3$I on %1$s is 'Records are deleted one by one, so that each deletion is in the history.';
  $sql$, target, record || '_90_audit', record || '_90_is_not_truncated');
end
$$;
comment on procedure audit.keep_history(regclass) is
  'From now on every change of this table is written to history. The table needs an id.';

call audit.keep_history('crm.employee');
call audit.keep_history('crm.client');
call audit.keep_history('crm.contract');
call audit.keep_history('crm.payment');
call audit.keep_history('crm.event');
call audit.keep_history('crm.notification');


-- Append-only, for the owner and for superusers too. What these triggers ask for is in the data, so that no setting
-- and no role gets round them.

create function audit.history_is_not_rewritten() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  forgotten audit.change := old;
begin
  forgotten.old_values := audit.without_person(old.old_values);
  forgotten.new_values := audit.without_person(old.new_values);
  if new is distinct from forgotten
    or old.record <> 'client'
    or not exists (select from crm.client where id = old.row_id and erased_at is not null)
  then
    raise check_violation using
      message = format('History is not rewritten: entry %s, about %s %s, stays as it is.', old.id, old.record, old.row_id),
      hint = 'Only the personal data of a client is ever taken out of it: select crm.erase_client(ID, confirm => true);';
  end if;
  return null;
end
$$;
comment on function audit.history_is_not_rewritten() is
  'Lets an update of audit.change pass if it takes the person out of the history of an erased client and does nothing else.';

create trigger change_10_is_not_rewritten
  after update on audit.change
  for each row execute function audit.history_is_not_rewritten();
comment on trigger change_10_is_not_rewritten on audit.change is
  'History is not rewritten, but for the personal data of a client who was erased.';


create function audit.history_is_pruned_with_a_trace() returns trigger
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
    and cutoff <= now() - audit.minimum_age()
    and (trace.old_values ->> 'rows')::bigint = (select count(*) from removed)
    and not exists (select from removed where changed_at >= cutoff or action = 'prune');
  if is_known is not true then
    raise check_violation using
      message = 'History is not deleted.',
      hint = format('What is older than %s can be pruned, which leaves a trace: select dba.prune_history(older_than => %L);',
        audit.minimum_age(), audit.minimum_age());
  end if;
  return null;
end
$$;
comment on function audit.history_is_pruned_with_a_trace() is
  'Lets a deletion from audit.change pass if the transaction has written how many rows it removes and from before when, and that is what it removes: old enough, and no traces of earlier prunings.';

create trigger change_20_is_pruned_with_a_trace
  after delete on audit.change
  referencing old table as removed
  for each statement execute function audit.history_is_pruned_with_a_trace();
comment on trigger change_20_is_pruned_with_a_trace on audit.change is
  'History is removed only when it is old enough, and leaves a trace of who pruned how much: dba.prune_history.';


create function audit.history_is_not_truncated() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise check_violation using
    message = 'History is not truncated.',
    hint = format('What is older than %s can be pruned, which leaves a trace: select dba.prune_history(older_than => %L);',
      audit.minimum_age(), audit.minimum_age());
end
$$;

create trigger change_30_is_not_truncated
  before truncate on audit.change
  for each statement execute function audit.history_is_not_truncated();
comment on trigger change_30_is_not_truncated on audit.change is
  'History is never truncated.';

alter table audit.change enable always trigger change_10_is_not_rewritten;
alter table audit.change enable always trigger change_20_is_pruned_with_a_trace;
alter table audit.change enable always trigger change_30_is_not_truncated;


-- History as employees read it. The login says something only where it is not the API's own: that of a DBA.

create view crm.history with (security_invoker) as
select
  id,
  changed_at,
  transaction_id::text::bigint as transaction_id,
  record,
  row_id,
  action::text as action,
  employee_id,
  nullif(database_user, 'epic_authenticator')::text as database_user,
  old_values,
  new_values
from audit.change;
comment on view   crm.history                is 'Who changed what, when, and from what: the part of audit.change that the caller may read.';
comment on column crm.history.changed_at     is 'When the change was made.';
comment on column crm.history.transaction_id is 'Changes that were made together, in one transaction, share it.';
comment on column crm.history.record         is 'The kind of record: `client`, `contract`, …; `history` when history itself was pruned.';
comment on column crm.history.row_id         is 'The id of the record; 0 when history itself was pruned.';
comment on column crm.history.action         is '`insert`, `update` or `delete`; `prune` when history itself was pruned.';
comment on column crm.history.employee_id    is 'Who did it; empty when it was done in the database itself.';
comment on column crm.history.database_user  is 'The login of whoever did it in the database itself, such as a DBA; empty when it was done through the API.';
comment on column crm.history.old_values     is 'Before: the columns that changed, or all of them for a delete.';
comment on column crm.history.new_values     is 'After: the columns that changed, or all of them for an insert.';


-- Erasing a client asks the one home of what is personal.

create or replace function crm.erase_client(client_id integer, confirm boolean default false) returns crm.client
language plpgsql volatile security definer  -- management writes no client otherwise; the grant of execute is its permission
set search_path = ''
as $$
declare
  erased crm.client;
begin
  if confirm is not true then
    raise check_violation using
      message = format('Erasing client %s cannot be undone.', erase_client.client_id),
      hint = 'Confirm it: set confirm to true.';
  end if;
  update crm.client
  set full_name = 'Erased client', email = null, phone = null, erased_at = now()
  where id = erase_client.client_id and erased_at is null
  returning * into erased;
  if not found then
    if exists (select from crm.client where id = erase_client.client_id) then
      raise check_violation using message = format('The personal data of client %s has been erased already.', erase_client.client_id);
    end if;
    raise no_data_found using message = format('There is no client %s.', erase_client.client_id);
  end if;

  -- History forgets the person too, and keeps that there was a change, when and by whom.
  update audit.change
  set old_values = audit.without_person(old_values),
      new_values = audit.without_person(new_values)
  where record = 'client' and row_id = erase_client.client_id;
  return erased;
end
$$;
