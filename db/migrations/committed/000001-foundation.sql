--! Previous: -
--! Hash: sha1:5972d9e37117810d099ab9532c278cc0e7cf029c
--! Message: foundation

-- Schemas, extensions, and the claims of a session.
--
-- The migrations hold what cannot be replaced in place: tables, types, constraints, indexes, and the few functions
-- that an index, a default or a constraint needs. Every other function, view and trigger is in db/functions.

-- Nothing is executable or readable by default: db/policies opens what is meant to be open.
alter default privileges revoke execute on functions from public;

create schema crm;
comment on schema crm is 'The records of Epic Events. This schema is the API: what is in it, and granted, is in GraphQL.';

create schema crm_private;
comment on schema crm_private is 'What the records need and the API does not show: triggers, what is searched, how values are written.';

create schema access;
comment on schema access is 'How access is explained: what crm.explain_access is made of. Never exposed.';

create schema staging;
comment on schema staging is 'Imports under way. Never exposed.';

create schema identity;
comment on schema identity is 'Credentials and sessions. Never exposed.';

create schema audit;
comment on schema audit is 'What was changed, when and by whom. Append-only. Never exposed.';

create schema deployment;
comment on schema deployment is 'What was deployed to this database. Never exposed.';

-- Some platforms have it already.
do $$
begin
  if to_regnamespace('extensions') is null then
    create schema extensions;
    comment on schema extensions is 'Objects of extensions, kept out of the way of the API.';
  end if;
end
$$;

create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;


-- The claims of a session: settings local to the transaction, set by identity.enter, read by every policy, and the defaults of
-- columns. Anyone can set them, so they are null unless they are proven, which identity.in_session says. Always wrapped in
-- policies: `(select crm.current_employee_id())` runs once a statement, not once a row. After a commit PostgreSQL leaves
-- such a setting as '' rather than unset, hence nullif.

create function crm.current_employee_id() returns integer
language plpgsql stable parallel restricted
set search_path = ''
as $$
begin
  return case when identity.in_session() then nullif(current_setting('jwt.claims.employee_id', true), '')::integer end;
end
$$;
comment on function crm.current_employee_id() is
  'The id of the employee whose session this is; null outside a session, and where the claims are not proven.';

create function identity.current_session_id() returns uuid
language plpgsql stable parallel restricted
set search_path = ''
as $$
begin
  return case when identity.in_session() then nullif(current_setting('jwt.claims.session_id', true), '')::uuid end;
end
$$;
comment on function identity.current_session_id() is
  'The id of the session that this transaction has entered; null outside a session.';


-- What was deployed of db/functions, db/dba and db/policies: a deployment applies only what has changed since.

create table deployment.applied (
  name   text not null,
  digest text not null,

  constraint applied_pkey primary key (name)
);
alter table deployment.applied enable row level security, force row level security;

comment on table  deployment.applied        is 'What the last deployment left here: a function, view, trigger or policy file, or `release` for all of it.';
comment on column deployment.applied.name   is 'Kind and name, such as `function crm.sign_contract`, or the path of a file in db/.';
comment on column deployment.applied.digest is 'SHA-256 of its text, in hexadecimal.';
