-- The roles of db/roles.sql, their memberships, and the schemas and functions that they may use.

begin;
set local search_path = tap, public;
select plan(19 + 2 * (select count(*)::integer from dba.department));


-- attributes

select bag_eq(
  $$ select rolname::text from pg_roles where rolname like 'epic\_%' $$,
  $$ values ('epic_owner'), ('epic_authenticator'), ('epic_anonymous'), ('epic_employee'), ('epic_worker')
     union all select role from dba.department $$,
  'the roles are the owner, the two logins, anonymous, employee and one for each department');

select is_empty(
  $$ select rolname from pg_roles
     where rolname like 'epic\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication) $$,
  'no role is a superuser, bypasses row-level security, creates roles or databases, or replicates');

select bag_eq(
  $$ select rolname::text from pg_roles where rolname like 'epic\_%' and rolcanlogin $$,
  $$ values ('epic_authenticator'), ('epic_worker') $$,
  'only the API and the job queue log in');

select is_empty(
  $$ select rolname from pg_roles where rolname like 'epic\_%' and shobj_description(oid, 'pg_authid') is null $$,
  'every role says in a comment what it is for');


-- memberships

select bag_eq(
  $$ select member.rolname::text as member, role.rolname::text as role
     from pg_auth_members membership
     join pg_roles member on member.oid = membership.member
     join pg_roles role   on role.oid = membership.roleid
     where member.rolname like 'epic\_%' $$,
  $$ values ('epic_authenticator', 'epic_anonymous')
     union all select role, 'epic_employee' from dba.department
     union all select 'epic_authenticator', role from dba.department $$,
  'departments inherit epic_employee; the API''s login may become anonymous or a department');

select is_empty(
  $$ select member.rolname
     from pg_auth_members membership join pg_roles member on member.oid = membership.member
     where member.rolname like 'epic\_%' and membership.admin_option $$,
  'no role may grant its membership');

select is(pg_has_role(department, 'epic_employee', 'usage'), true, format('%s has the rights of every employee', department))
from (select role from dba.department) departments (department);

select is_empty(
  $$ select role.rolname from pg_roles role
     where role.rolname like 'epic\_%' and role.rolname <> 'epic_authenticator'
       and pg_has_role('epic_authenticator', role.oid, 'usage') $$,
  'the API''s login has the rights of no other role until it enters a session');

select is_empty(
  $$ select one.rolname, other.rolname from pg_roles one, pg_roles other
     where one.rolname like 'epic\_%' and one.rolname not in ('epic_owner', 'epic_authenticator')
       and other.rolname like 'epic\_%' and other.rolname <> 'epic_employee'
       and one.oid <> other.oid and pg_has_role(one.oid, other.oid, 'member') $$,
  'no department is a member of another, and the job queue''s login of none');

select is(pg_has_role(login, other, 'member'), false, format('%s cannot become %s', login, other))
from (values ('epic_authenticator', 'epic_worker'), ('epic_worker', 'epic_authenticator')) pair (login, other);


-- timeouts

select bag_eq(
  format($$ select unnest(setconfig) from pg_db_role_setting where setdatabase = 0 and setrole = %L::regrole $$, login),
  $$ values ('statement_timeout=15s'), ('lock_timeout=5s'), ('idle_in_transaction_session_timeout=30s')
     union all
     select 'transaction_timeout=60s' from pg_settings where name = 'transaction_timeout' $$,
  format('a statement of %s ends after 15 seconds, its wait for a lock after 5, an idle transaction after 30, any after 60', login))
from unnest(array['epic_authenticator', 'epic_worker']) login;


-- the database and its schemas

-- A database that was copied from a template has lost its privileges, and has nothing to show here.
select case
  when (select datacl is null from pg_database where datname = current_database()) then skip('this database is a copy')
  else bag_eq(
    $$ select role::text, privilege
       from (select rolname as role from pg_roles where rolname like 'epic\_%' and rolname <> 'epic_owner') roles,
            unnest(array['connect', 'create', 'temporary']) privilege
       where has_database_privilege(role, current_database(), privilege) $$,
    $$ values ('epic_authenticator', 'connect'), ('epic_worker', 'connect') $$,
    'the two logins connect; no role creates schemas or temporary tables')
  end;

select bag_eq(
  $$ select role::text, nspname::text
     from (select rolname as role from pg_roles where rolname like 'epic\_%' and rolname not in ('epic_owner', 'epic_employee')) roles, pg_namespace
     where (nspowner = 'epic_owner'::regrole or nspname = 'public')
       and has_schema_privilege(role, oid, 'usage') $$,
  $$ values ('epic_worker', 'crm'), ('epic_worker', 'graphile_worker'),
            ('epic_authenticator', 'auth'), ('epic_anonymous', 'auth')
     union all
     select role, schema
     from dba.department, unnest(array['crm', 'crm_private', 'access', 'staging', 'auth', 'audit', 'extensions']) schema $$,
  'each role has usage of the schemas it needs, and none of dba or public');

select is_empty(
  $$ select role, nspname
     from (select rolname as role from pg_roles where rolname like 'epic\_%' and rolname not in ('epic_owner', 'epic_employee')) roles, pg_namespace
     where (nspowner = 'epic_owner'::regrole or nspname = 'public')
       and has_schema_privilege(role, oid, 'create') $$,
  'no role creates objects in any schema');
select is_empty(
  $$ select nspname, privilege_type from pg_namespace cross join lateral aclexplode(nspacl) acl
     where nspowner = 'epic_owner'::regrole and acl.grantee = 0 $$,
  'no schema is granted to PUBLIC');


-- the functions of our schemas

create function pg_temp.functions_of(role name) returns text
language sql
return (
  with allowed as (
    select nspname || '.' || proname as name
    from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
    where nspowner = (select oid from pg_roles where rolname = 'epic_owner')
      and nspname <> 'extensions'
      and has_function_privilege(role, pg_proc.oid, 'execute'))
  select string_agg(name, ', ' order by name) from allowed);

select is(pg_temp.functions_of('epic_authenticator'),
  'auth.enter, auth.open_session, auth.restore_timeouts',
  'the API''s login may call what enters a session, and nothing else');
select is(pg_temp.functions_of('epic_anonymous'),
  'auth.authenticate_service, auth.deployed_release, auth.log_in, auth.password_parameters, auth.refresh',
  'an anonymous request may call what logs in and auth.deployed_release, and nothing else');
create temp view called_by_every_department as
  select unnest(string_to_array(
    'access.describe_action, access.business_verbs, access.explain_call, access.explain_refused_call, '
    'access.explain_statement, access.grants_on, access.policies_on, access.policy_holds, '
    'access.require_second_factor, access.second_factor_conditions, access.unmet_second_factor_condition, '
    'access.refusal_sentence, access.refuse, access.responsible_employee, access.describe_role, '
    'access.row_with_defaults, access.visible_row, access.base_table, audit.position_snapshot, audit.clamp_snapshot, '
    'audit.signal_retention, audit.current_position, audit.signals_between, auth.change_password, auth.create_read_only_token, auth.read_only_refusal, access.explain_verb, '
    'auth.begin_second_factor, auth.confirm_second_factor, auth.disable_second_factor, auth.enable_second_factor, '
    'auth.replace_recovery_codes, auth.second_factor_confirmed, auth.second_factor_enrolled, crm.my_second_factor, '
    'auth.current_service_account, auth.current_session_id, auth.in_session, auth.in_writable_session, auth.log_out, auth.my_password_parameters, crm.activate_employee, '
    'crm.assign_support, crm.cancel_contract, crm.contract_is_overdue, crm.correct_payment, '
    'crm.current_department, crm.current_employee_id, crm.deactivate_employee, crm.explain_access, '
    'crm.explain_refusal, crm.hand_over_client, crm.load_by_support_contact, crm.mark_notifications_read, '
    'crm.move_employee, crm.overdue_by_salesperson, crm.pipeline_by_age, crm.record_contact, '
    'crm.record_payment, crm.revenue_by_month, crm.revenue_by_salesperson, crm.revoke_other_sessions, '
    'crm.revoke_service_account, crm.revoke_session, crm.run_import, crm.search, crm.sign_contract, crm.similar_clients, '
    'crm.stage_import, crm.unassign_support, crm_private.change_employee, crm_private.clients_containing, crm_private.clients_spelt_like, crm_private.clients_with_email, crm_private.clients_with_phone, '
    'crm_private.client_search_text, crm_private.contract_refuse_repetition, '
    'crm_private.employee_search_text, crm_private.events_containing, crm_private.event_search_text, '
    'crm_private.format_euros, crm_private.hand_over_work, crm_private.is_email_address, '
    'crm_private.is_one_line, crm_private.is_phone_number, crm_private.normalize_text, '
    'crm_private.phone_digits, crm_private.rule_sentence, crm_private.search_exact, '
    'crm_private.search_fuzzy, crm_private.transpositions, crm_private.lowest_word_similarity, '
    'crm_private.client_filter_current, crm_private.client_filter_first_contact_from, '
    'crm_private.client_filter_first_contact_to, crm_private.client_filter_ids, '
    'crm_private.client_filter_mine, crm_private.client_filter_not_contacted_since, '
    'crm_private.client_filter_search, crm_private.contract_filter_created_from, '
    'crm_private.contract_filter_created_to, crm_private.contract_filter_mine, '
    'crm_private.contract_filter_overdue, crm_private.contract_filter_search, '
    'crm_private.contract_filter_unpaid, crm_private.contract_filter_unsigned, '
    'crm_private.employee_filter_ids, crm_private.event_filter_from, crm_private.event_filter_mine, '
    'crm_private.event_filter_open, crm_private.event_filter_search, crm_private.event_filter_to, '
    'crm_private.event_filter_upcoming, crm_private.event_filter_without_support, '
    'crm_private.notification_filter_unread, '
    'staging.has_api_format, staging.problem_column, staging.write_clients, staging.write_contracts, '
    'staging.write_events, staging.write_lines', ', ')) as name;

select bag_eq(
  format($$ select unnest(string_to_array(pg_temp.functions_of(%L), ', ')) $$, department),
  'table called_by_every_department',
  format('%s may call search, explanations, subscriptions, imports, its own sessions and the business verbs, and nothing else', department))
from (select role from dba.department where name <> 'management') departments (department);
select bag_eq(
  $$ select unnest(string_to_array(pg_temp.functions_of('epic_management'), ', ')) $$,
  $$ table called_by_every_department union all values ('crm.erase_client'), ('crm.reset_password') $$,
  'management may call the same, and what resets passwords and erases clients');
select is(pg_temp.functions_of('epic_worker'),
  null,
  'the worker may call no function');

select * from finish();
rollback;
