-- Closes a schema before db/policies opens it again.

create procedure dba.close_schema(target regnamespace)
language plpgsql
set search_path = ''
as $$
declare
  found record;
begin
  for found in
    select 'schema' as kind, target::text as object, entry.grantee
    from pg_catalog.pg_namespace, aclexplode(nspacl) entry
    where oid = target and nspowner = current_user::regrole and entry.grantee <> nspowner
    union
    select 'routine', pg_proc.oid::regprocedure::text, entry.grantee
    from pg_catalog.pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) entry
    where pronamespace = target
      and proowner = current_user::regrole and entry.grantee <> proowner
      -- Functions of an extension stay as the extension made them.
      and not exists (
        select from pg_catalog.pg_depend
        where classid = 'pg_catalog.pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
  loop
    execute format('revoke all on %s %s from %s', found.kind, found.object,
      case found.grantee when 0 then 'public' else found.grantee::regrole::text end);
  end loop;
end
$$;
comment on procedure dba.close_schema(regnamespace) is
  'Takes every grant on a schema and on its functions from every role but the owner, where the caller is the owner.';
