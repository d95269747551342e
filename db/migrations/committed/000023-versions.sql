--! Previous: sha1:4793b52cd7626a8858c183c38bc06642d2ad97a7
--! Hash: sha1:62aa16e79d03044e121cb3f37118e3cd8fe5e8e4
--! Message: versions

-- Nobody overwrites what they have not seen: the records that people edit count their versions, and an update that
-- expects another version than the row's is refused.

-- Up to PostgreSQL 15, a table whose rows a function takes apart gets no column that has a default. The next migration
-- makes this one anew.
drop function crm.client_matches(crm.client, text);

alter table crm.employee add column version integer not null default 1;
alter table crm.client   add column version integer not null default 1;
alter table crm.contract add column version integer not null default 1;
alter table crm.event    add column version integer not null default 1;

comment on column crm.employee.version is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';
comment on column crm.client.version   is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';
comment on column crm.contract.version is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';
comment on column crm.event.version    is 'Goes up by one with every change. An update that sends it expects the record to be at this version, and is refused if it is not.';


-- The row is locked when its triggers are asked, and `old` is the row that the last to commit has left: of two who
-- expect the same version, the second is refused, whoever began first.

create function crm.version_is_kept() returns trigger
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  last_change text;
begin
  new.version := coalesce(new.version, old.version);
  if new.version <> old.version then
    select format(': %s changed it on %s', coalesce(employee.full_name, history.database_user),
      to_char(history.changed_at at time zone 'UTC', 'YYYY-MM-DD "at" HH24:MI "UTC"'))
    into last_change
    from crm.history
    left join crm.employee on employee.id = history.employee_id
    where history.record = tg_table_name
      and history.row_id = old.id
    order by history.id desc
    limit 1;
    raise sqlstate 'EP409' using
      message = format('%s %s is at version %s, not %s%s.', initcap(tg_table_name), old.id, old.version, new.version, last_change),
      hint = 'Read it again, then send the change with the version it has now.';
  end if;
  if new is distinct from old then
    new.version := old.version + 1;
  end if;
  return new;
end
$$;
comment on function crm.version_is_kept() is
  'Raises EP409 when an update expects another version than the row''s; otherwise counts the update, unless it changes nothing.';

create trigger employee_05_version_is_kept before update on crm.employee for each row execute function crm.version_is_kept();
create trigger client_05_version_is_kept   before update on crm.client   for each row execute function crm.version_is_kept();
create trigger contract_05_version_is_kept before update on crm.contract for each row execute function crm.version_is_kept();
create trigger event_05_version_is_kept    before update on crm.event    for each row execute function crm.version_is_kept();

comment on trigger employee_05_version_is_kept on crm.employee is 'An update that expects another version of the employee is refused; the version is kept by the database.';
comment on trigger client_05_version_is_kept   on crm.client   is 'An update that expects another version of the client is refused; the version is kept by the database.';
comment on trigger contract_05_version_is_kept on crm.contract is 'An update that expects another version of the contract is refused; the version is kept by the database.';
comment on trigger event_05_version_is_kept    on crm.event    is 'An update that expects another version of the event is refused; the version is kept by the database.';


-- A version says that something changed. History says what: without it.

create or replace function audit.record_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  before jsonb;
  after  jsonb;
begin
  if tg_op = 'UPDATE' then
    before := to_jsonb(old) - 'version';
    after  := to_jsonb(new) - 'version';
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
    values (tg_table_name, new.id, 'insert', to_jsonb(new) - 'version');
  else
    insert into audit.change (record, row_id, action, old_values)
    values (tg_table_name, old.id, 'delete', to_jsonb(old) - 'version');
  end if;
  return null;
end
$$;
comment on column audit.change.old_values is 'Before: the columns that changed, or all of them for a delete, but never the version. For a pruning, how many rows it removed (`rows`) and the time they were all older than (`before`).';
comment on column audit.change.new_values is 'After: the columns that changed, or all of them for an insert, but never the version.';


-- To send a version is to expect one, not to change something: it is not told among what somebody may do.

create or replace function access.act_in_words(verb text, columns text[], record text) returns text
language sql stable parallel safe
return concat_ws(' ',
  verb,
  case when verb <> 'create' then array_to_string(nullif(array_remove(columns, 'version'), '{}'), ', ') || ' of' end,
  case when record = 'history' then 'the history' when record ~ '^[aeiou]' then 'an ' || record else 'a ' || record end,
  case when verb = 'create' then 'with ' || array_to_string(columns, ', ') end);
