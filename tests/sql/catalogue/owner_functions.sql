-- The functions that act as the owner.

begin;
set local search_path = tap, public;
select plan(1);

select set_eq(
  $$ select format('%s.%s', nspname, proname)
     from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
     where nspowner = 'epic_owner'::regrole and prosecdef and prorettype <> 'trigger'::regtype
       and (has_function_privilege('epic_management', pg_proc.oid, 'execute') or has_function_privilege('epic_authenticator', pg_proc.oid, 'execute')) $$,
  array['identity.open_session', 'identity.restore_timeouts', 'identity.in_session',  -- tried above, and in auth_enter.sql
        'identity.create_read_only_token', 'identity.log_out', 'identity.change_password', 'identity.my_password_parameters', 'crm.erase_client', 'crm.merge_clients', 'crm_private.notifications_about',
        'identity.second_factor_confirmed', 'identity.second_factor_enrolled', 'identity.begin_second_factor', 'identity.enable_second_factor',
        'identity.confirm_second_factor', 'identity.disable_second_factor', 'identity.replace_recovery_codes', 'crm.my_second_factor',
        'crm_private.claim_idempotency_key', 'crm_private.keep_answer', 'crm_private.release_idempotency_key',
        'crm_private.clients_containing', 'crm_private.events_containing', 'crm_private.notes_containing', 'crm_private.is_frequent', 'crm_private.clients_spelt_like',
        'crm_private.clients_with_phone', 'crm_private.clients_with_email', 'crm_private.search_exact', 'crm_private.search_fuzzy',
        'access.who_may'],
  'every function that acts as the owner is tried in stolen_login.sql');

select * from finish();
rollback;
