-- Lints of grants: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(23);


-- to whom

select test.lint_finds('grants', 'grant_to_public',
  'select (full_name) on crm.client to public', 'Every role of the cluster has it.',
  'grant select (full_name) on crm.client to public',
  'revoke select (full_name) on crm.client from public');

select test.lint_finds('grants', 'grant_to_public',
  'usage on schema audit to public', 'Every role of the cluster has it.',
  'grant usage on schema audit to public',
  'revoke usage on schema audit from public');

select test.lint_finds('grants', 'grant_to_public',
  format('connect on database %I to public', current_database()), 'Every role of the cluster has it.',
  format('grant connect on database %I to public', current_database()),
  format('revoke connect on database %I from public', current_database()));

select test.lint_finds('grants', 'execute_granted_to_public',
  'crm.erase_client(integer,boolean)', 'Every role of the cluster may call it.',
  'grant execute on function crm.erase_client(integer, boolean) to public',
  'revoke execute on function crm.erase_client(integer, boolean) from public');

select test.lint_finds('grants', 'execute_granted_to_public',
  'audit.trial()', 'Every role of the cluster may call it.',
  'create function audit.trial() returns integer language sql return 1;
   grant execute on function audit.trial() to public',
  'revoke execute on function audit.trial() from public');

select test.lint_finds('grants', 'grant_with_grant_option',
  'select on crm.client to epic_sales', 'epic_sales may grant it to anybody.',
  'grant select on crm.client to epic_sales with grant option',
  'revoke grant option for select on crm.client from epic_sales');

select test.lint_finds('grants', 'grant_with_grant_option',
  'epic_support to epic_management', 'epic_management may make anybody a member.',
  'grant epic_support to epic_management with admin option',
  'revoke admin option for epic_support from epic_management');


-- what

select test.lint_finds('grants', 'grant_bypassing_rls',
  'truncate on crm.notification to epic_support', 'No policy is asked about truncate.',
  'grant truncate on crm.notification to epic_support',
  'revoke truncate on crm.notification from epic_support');

select test.lint_finds('grants', 'grant_bypassing_rls',
  'update on crm.client_id_seq to epic_sales', 'No policy is asked about update.',
  'grant update on sequence crm.client_id_seq to epic_sales',
  'revoke update on sequence crm.client_id_seq from epic_sales');

select test.lint_finds('grants', 'table_wide_write_grant',
  'update on crm.client to epic_sales', 'It includes every column, and those yet to come.',
  'grant update on crm.client to epic_sales',
  'revoke update on crm.client from epic_sales');

select test.lint_finds('grants', 'create_granted',
  'create on schema crm to epic_management', 'epic_management may create objects of its own.',
  'grant create on schema crm to epic_management',
  'revoke create on schema crm from epic_management');

select test.lint_finds('grants', 'dba_tools_granted',
  'usage on schema dba to epic_support', 'Schema dba is for those who look after the database.',
  'grant usage on schema dba to epic_support',
  'revoke usage on schema dba from epic_support');

select test.lint_finds('grants', 'grant_without_comment',
  'crm_private.normalize_text(text)', 'epic_employee has been granted execute, and it has no comment.',
  'comment on function crm_private.normalize_text(text) is null',
  $$ comment on function crm_private.normalize_text(text) is 'The text as it is searched.' $$);

select test.lint_finds('grants', 'grant_without_comment',
  'schema crm', 'epic_employee, epic_worker has been granted usage, and it has no comment.',
  'comment on schema crm is null',
  $$ comment on schema crm is 'The records of Epic Events.' $$);


-- by default

select test.lint_finds('grants', 'default_privileges_open',
  'tables of epic_owner in crm', 'epic_sales will have insert, select on every new one.',
  'alter default privileges for role epic_owner in schema crm grant select, insert on tables to epic_sales',
  'alter default privileges for role epic_owner in schema crm revoke select, insert on tables from epic_sales');

select test.lint_finds('grants', 'default_privileges_open',
  'functions of epic_owner', 'public will have execute on every new one.',
  'alter default privileges for role epic_owner grant execute on functions to public',
  'alter default privileges for role epic_owner revoke execute on functions from public');


-- of PostgreSQL and of the cluster

select test.lint_finds('grants', 'system_privilege',
  'execute on function pg_read_file(text) to epic_sales', 'PostgreSQL does not give it to epic_sales.',
  'grant execute on function pg_read_file(text) to epic_sales',
  'revoke execute on function pg_read_file(text) from epic_sales');

select test.lint_finds('grants', 'system_privilege',
  'select on column rolpassword of table pg_authid to public', 'PostgreSQL does not give it to public.',
  'grant select (rolpassword) on pg_authid to public',
  'revoke select (rolpassword) on pg_authid from public');

select test.lint_finds('grants', 'system_privilege',
  'set on parameter log_statement to epic_management', 'PostgreSQL does not give it to epic_management.',
  'grant set on parameter log_statement to epic_management',
  'revoke set on parameter log_statement from epic_management');

select test.lint_finds('grants', 'large_object_granted',
  'execute on function lo_create(oid) to public', 'public may make large objects.',
  'grant execute on function lo_create(oid) to public',
  'revoke execute on function lo_create(oid) from public');

-- Where others use the cluster too, db/dedicated_cluster.sql was not run.
do $$
declare
  other name;
begin
  for other in select datname from pg_database where datname <> current_database() and datdba <> 'epic_owner'::regrole loop
    execute format('revoke connect on database %I from public', other);
  end loop;
end
$$;
select test.lint_finds('grants', 'other_database_granted',
  'connect on database template1 to public', 'public may connect to it.',
  'grant connect on database template1 to public',
  'revoke connect on database template1 from public');

select test.lint_finds('grants', 'other_database_granted',
  'connect on database template1 to epic_worker', 'epic_worker may connect to it.',
  'grant connect on database template1 to epic_worker',
  'revoke connect on database template1 from epic_worker');


select test.lint_covers('grants');

select * from finish();
rollback;
