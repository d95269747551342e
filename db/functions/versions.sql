-- Optimistic locking: an update that sends a version expects the row to be at it, and raises EP409 if it is not; and when a
-- record was last changed.
--
-- A row is locked before its triggers run, and `old` is what was committed last: of two updates that expect the same
-- version, the second is refused.


create or replace function crm_private.check_version() returns trigger
language plpgsql volatile security invoker
set search_path = ''
as $$
declare
  last_change record;
begin
  new.version := coalesce(new.version, old.version);
  if new.version <> old.version then
    select coalesce(employee.full_name, history.database_user) as changed_by, history.changed_at
    into last_change
    from crm.history
    left join crm.employee on employee.id = history.employee_id
    where history.record = tg_table_name
      and history.row_id = old.id
    order by history.id desc
    limit 1;
    raise sqlstate 'EP409' using
      constraint = 'version_is_current', column = 'version',
      message = format('%s %s is at version %s, not %s: read it again.', initcap(tg_table_name), old.id, old.version, new.version),
      detail = jsonb_build_object('version', old.version, 'changedBy', last_change.changed_by, 'changedAt', last_change.changed_at);
  end if;
  if tg_nargs > 0 then
    new.updated_at := old.updated_at;
  end if;
  if new is distinct from old then
    new.version := old.version + 1;
    if tg_nargs > 0 then
      new.updated_at := now();
    end if;
  end if;
  return new;
end
$$;
comment on function crm_private.check_version() is
  'Raises EP409 when an update expects another version than the row''s; otherwise counts the update, and sets `updated_at` where its trigger names that column, unless it changes nothing.';

-- Every table of crm with a version.
do $$
declare
  target  regclass;
  record  text;
  dated   text;  -- updated_at, of a table that has it
begin
  for target, record, dated in
    select class.oid, class.relname, has_updated_at.attname
    from pg_catalog.pg_class class
    join pg_catalog.pg_attribute attribute on attribute.attrelid = class.oid and attribute.attname = 'version'
    left join pg_catalog.pg_attribute has_updated_at on has_updated_at.attrelid = class.oid and has_updated_at.attname = 'updated_at'
    where class.relnamespace = 'crm'::regnamespace
      and class.relkind = 'r'
      and not exists (
        select from pg_catalog.pg_trigger
        where tgrelid = class.oid and tgfoid = 'crm_private.check_version()'::regprocedure and tgenabled = 'O'
          and (tgnargs > 0) = (has_updated_at.attname is not null))
    order by class.relname
  loop
    execute format($sql$
      create or replace trigger %2$I before update on %1$s
        for each row execute function crm_private.check_version(%3$s);
      comment on trigger %2$I on %1$s is
        'An update that expects another version of the record is refused; the version, and the time of the change where it has one, are kept by the database.';
    $sql$, target, record || '_05_check_version', coalesce(quote_literal(dated), ''));
  end loop;
end
$$;
