-- Closes a table before its policy file opens it again.

create procedure dba.close_table(target regclass)
language plpgsql
set search_path = ''
as $$
declare
  found record;
begin
  for found in
    select distinct acl.grantee
    from (
      select (aclexplode(relacl)).grantee from pg_catalog.pg_class where oid = target
      union all
      select (aclexplode(attacl)).grantee from pg_catalog.pg_attribute where attrelid = target
    ) acl
    where acl.grantee <> (select relowner from pg_catalog.pg_class where oid = target)
  loop
    execute format('revoke all on table %s from %s', target,
      case found.grantee when 0 then 'public' else found.grantee::regrole::text end);
  end loop;

  for found in
    select polname from pg_catalog.pg_policy where polrelid = target
  loop
    execute format('drop policy %I on %s', found.polname, target);
  end loop;

  if (select relkind from pg_catalog.pg_class where oid = target) = 'r' then
    execute format('alter table %s enable row level security, force row level security', target);
    call dba.open_to_backups(target);
  end if;
end
$$;
comment on procedure dba.close_table(regclass) is
  'Takes every grant and every policy off a table or view, whatever their names, and forces row-level security on a table: afterwards only superusers and backups see its rows.';
