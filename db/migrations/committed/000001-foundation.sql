--! Previous: -
--! Hash: sha1:c8ab6f5efccde8a82cfa75c43143933730612699
--! Message: foundation

-- Schemas, extensions, the claims of a session, and the procedure that every policy file begins with.

-- Nothing is executable or readable by default: db/policies opens what is meant to be open.
alter default privileges revoke execute on functions from public;

create schema crm;
comment on schema crm is 'The records of Epic Events. This schema is the API: what is in it, and granted, is in GraphQL.';

create schema auth;
comment on schema auth is 'Credentials and sessions. Never exposed.';

create schema audit;
comment on schema audit is 'What was changed, when and by whom. Append-only.';

create schema dba;
comment on schema dba is 'Tools for those who look after the database. Granted to no role of the API.';

create schema extensions;
comment on schema extensions is 'Objects of extensions, kept out of the way of the API.';

create extension pg_trgm with schema extensions;
create extension unaccent with schema extensions;


-- Who is asking. The claims are settings local to the transaction, set by auth.enter and read by every policy.
-- Always wrap the call: `(select crm.current_employee_id())` runs once for a statement, not once for a row.
-- After a commit PostgreSQL leaves such a setting as '' rather than unset, hence nullif.

create function crm.current_employee_id() returns integer
language sql stable parallel safe
return nullif(current_setting('jwt.claims.employee_id', true), '')::integer;
comment on function crm.current_employee_id() is
  'The id of the employee whose session this is; null outside a session.';

create function crm.current_department() returns text
language sql stable parallel safe
return nullif(current_setting('jwt.claims.department', true), '');
comment on function crm.current_department() is
  'The department of the employee whose session this is; null outside a session.';

create function auth.current_session_id() returns uuid
language sql stable parallel safe
return nullif(current_setting('jwt.claims.session_id', true), '')::uuid;
comment on function auth.current_session_id() is
  'The id of the session that this transaction has entered; null outside a session.';


-- How text is compared in a search: without case, accents, hyphens and apostrophes.

create function crm.folded(value text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$ select translate(lower(extensions.unaccent('extensions.unaccent', value)), '-''’', '   ') $$;
comment on function crm.folded(text) is
  'The text as it is searched: without case and accents, and with spaces for hyphens and apostrophes. Immutable as long as the unaccent dictionary is not edited.';


-- How the sentences of the database write money.

create function crm.euros(amount numeric) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$ select replace(to_char(amount, 'FM999,999,999,999,990.00'), ',', ' ') || ' €' $$;
comment on function crm.euros(numeric) is
  'An amount for people to read: 12 500.00 €.';


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
  end if;
end
$$;
comment on procedure dba.close_table(regclass) is
  'Takes every grant and every policy off a table or view, whatever their names, and forces row-level security on a table: afterwards nobody but a superuser sees a row of it.';
