-- Lints of roles: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(19);


select test.lint_finds('roles', 'privileged_api_role',
  'epic_sales', 'epic_sales bypasses row-level security.',
  'alter role epic_sales bypassrls',
  'alter role epic_sales nobypassrls');

-- The API's login is no member of epic_owner; its security definer functions act as it all the same.
select test.lint_finds('roles', 'privileged_api_role',
  'epic_owner', 'epic_owner is a superuser, creates roles, creates databases, replicates.',
  'alter role epic_owner superuser createrole createdb replication',
  'alter role epic_owner nosuperuser nocreaterole nocreatedb noreplication');

create role epic_copier;
select test.lint_finds('roles', 'bypassing_role',
  'epic_copier', 'It bypasses row-level security, and may access crm.client.',
  'grant select on crm.client to epic_copier; alter role epic_copier bypassrls',
  'revoke select on crm.client from epic_copier');

create role epic_operator;
select test.lint_finds('roles', 'bypassing_role',
  'epic_copier to epic_operator', 'epic_operator can become epic_copier, which bypasses row-level security.',
  'grant epic_copier to epic_operator',
  'alter role epic_copier nobypassrls');

select test.lint_finds('roles', 'preset_claim',
  'jwt.claims.department of epic_authenticator', 'Every connection of epic_authenticator begins with it.',
  $$ alter role epic_authenticator set jwt.claims.department = 'management' $$,
  'alter role epic_authenticator reset jwt.claims.department');

create procedure pg_temp.change_database(change text)
language plpgsql
as $$ begin execute format('alter database %I %s', current_database(), change); end $$;
select test.lint_finds('roles', 'preset_claim',
  format('jwt.claims.employee_id of every role in database %s', current_database()),
  format('Every connection of every role in database %s begins with it.', current_database()),
  $$ call pg_temp.change_database('set jwt.claims.employee_id = 1') $$,
  $$ call pg_temp.change_database('reset jwt.claims.employee_id') $$);

select test.lint_finds('roles', 'preset_claim',
  'role of epic_authenticator', 'Every connection of epic_authenticator begins with it.',
  'alter role epic_authenticator set role = epic_management',
  'alter role epic_authenticator reset role');

select test.lint_finds('roles', 'predefined_api_role',
  'pg_read_all_data to epic_employee', 'epic_employee is a member of pg_read_all_data.',
  'grant pg_read_all_data to epic_employee',
  'revoke pg_read_all_data from epic_employee');

select test.lint_finds('roles', 'owning_api_role',
  'epic_sales', 'epic_sales owns table crm.trial.',
  'create table crm.trial (); alter table crm.trial owner to epic_sales',
  'alter table crm.trial owner to epic_owner');

-- Before PostgreSQL 16 the login inherits from all its roles or from none; hence the others are taken from it first.
create role epic_trial;
select test.lint_finds('roles', 'login_inherits_rights',
  'epic_trial to epic_authenticator', 'epic_authenticator inherits the rights of epic_trial.',
  'revoke epic_anonymous, epic_sales, epic_support, epic_management from epic_authenticator;
   alter role epic_authenticator inherit;
   grant epic_trial to epic_authenticator',
  'revoke epic_trial from epic_authenticator;
   alter role epic_authenticator noinherit;
   grant epic_anonymous, epic_sales, epic_support, epic_management to epic_authenticator');

select test.lint_finds('roles', 'logins_not_separate',
  'epic_worker to epic_authenticator', 'epic_authenticator can become epic_worker.',
  'grant epic_worker to epic_authenticator',
  'revoke epic_worker from epic_authenticator');

select test.lint_finds('roles', 'logins_not_separate',
  'epic_anonymous to epic_worker', 'epic_worker can become epic_anonymous.',
  'grant epic_anonymous to epic_worker',
  'revoke epic_anonymous from epic_worker');

create role epic_somebody login;
select test.lint_finds('roles', 'login_with_api_role',
  'epic_somebody', 'epic_somebody logs in, and can act as epic_employee, epic_sales.',
  'grant epic_sales to epic_somebody',
  'revoke epic_sales from epic_somebody');

select test.lint_finds('roles', 'login_with_api_role',
  'epic_support', 'epic_support logs in, and can act as epic_employee, epic_support.',
  'alter role epic_support login',
  'alter role epic_support nologin');

select test.lint_finds('roles', 'login_without_timeout',
  'statement_timeout of epic_authenticator', 'epic_authenticator has no statement_timeout.',
  'alter role epic_authenticator set statement_timeout = 0',
  $$ alter role epic_authenticator set statement_timeout = '15s' $$);

select test.lint_finds('roles', 'login_without_timeout',
  'lock_timeout of epic_worker', 'epic_worker has no lock_timeout.',
  'alter role epic_worker reset lock_timeout',
  $$ alter role epic_worker set lock_timeout = '5s' $$);

create procedure pg_temp.change_in_database(change text)
language plpgsql
as $$ begin execute format('alter role epic_worker in database %I %s', current_database(), change); end $$;
select test.lint_finds('roles', 'login_without_timeout',
  'statement_timeout of epic_worker', 'epic_worker has no statement_timeout.',
  $$ call pg_temp.change_in_database('set statement_timeout = 0') $$,
  $$ call pg_temp.change_in_database('set statement_timeout = 1000') $$);

select test.lint_finds('roles', 'owner_mismatch',
  'crm_private.format_euros(numeric)', 'epic_trial owns it, not epic_owner.',
  'alter function crm_private.format_euros(numeric) owner to epic_trial',
  'alter function crm_private.format_euros(numeric) owner to epic_owner');


select test.lint_covers('roles');

select * from finish();
rollback;
