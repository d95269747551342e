-- Lets backups read a table, and the position of its sequence.

create procedure dba.open_to_backups(target regclass)
language plpgsql
set search_path = ''
as $$
declare
  sequence regclass;
begin
  execute format('grant select on table %s to epic_backup', target);

  for sequence in
    select class.oid
    from pg_catalog.pg_depend
    join pg_catalog.pg_class class on class.oid = objid and class.relkind = 'S'
    where classid = 'pg_catalog.pg_class'::regclass and refclassid = classid and refobjid = target
  loop
    execute format('grant select on sequence %s to epic_backup', sequence);
  end loop;

  -- A policy for a role that no policy is asked for would look like a limit.
  if not (select rolbypassrls from pg_catalog.pg_roles where rolname = 'epic_backup') then
    execute format('create policy backup_read_all on %s for select to epic_backup using (true)', target);
    execute format('comment on policy backup_read_all on %s is %L', target, 'Backups hold every row.');
  end if;
end
$$;
comment on procedure dba.open_to_backups(regclass) is
  'Lets epic_backup read every row of a table: by a grant and, where row-level security applies to that role, by a policy. dba.close_table calls it, so that no backup lacks a table.';
