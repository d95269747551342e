-- The functions that act as the owner.

begin;
set local search_path = tap, public;
select plan(1);

select set_eq(
  $$ select format('%s.%s', nspname, proname)
     from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
     where nspowner = 'epic_owner'::regrole and prosecdef and prorettype <> 'trigger'::regtype
       and (has_function_privilege('epic_management', pg_proc.oid, 'execute') or has_function_privilege('epic_authenticator', pg_proc.oid, 'execute')) $$,
  array['auth.open_session', 'auth.restore_timeouts', 'auth.in_session',  -- tried above, and in auth_enter.sql
        'auth.create_read_only_token', 'auth.log_out', 'auth.change_password', 'auth.my_password_parameters', 'crm.erase_client',
        'auth.second_factor_confirmed', 'auth.second_factor_enrolled', 'auth.begin_second_factor', 'auth.enable_second_factor',
        'auth.confirm_second_factor', 'auth.disable_second_factor', 'auth.replace_recovery_codes', 'crm.my_second_factor',
        'crm_private.clients_containing', 'crm_private.events_containing', 'crm_private.is_frequent', 'crm_private.clients_spelt_like',
        'crm_private.clients_with_phone', 'crm_private.clients_with_email', 'crm_private.search_exact', 'crm_private.search_fuzzy',
        'access.who_may'],
  'every function that acts as the owner is tried in stolen_login.sql');

select * from finish();
rollback;
