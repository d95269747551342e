-- Which functions each role may call, tried by a call that is not made.

begin;
set local search_path = tap, public;
select plan(4 + (select count(*)::integer from dba.department));

create temp view function_use as
  select role, our_schema.name || '.' || proname as name
  from test.api_role
  cross join pg_proc
  join test.our_schema on our_schema.oid = pronamespace
  cross join lateral (
    select string_agg(format('null::%s as a%s', type, n), ', ' order by n) as arguments,
           string_agg(case when provariadic <> 0 and n = pronargs then 'variadic ' else '' end || 'given.a' || n, ', ' order by n) as names
    from unnest(proargtypes::oid[]) with ordinality argument (oid, n)
    cross join lateral format_type(oid, null) type) argument
  where our_schema.name not in ('extensions', 'dba')
    and test.permits(role, case
      when prokind = 'p' then format('call %I.%I(%s)', our_schema.name, proname, regexp_replace(arguments, ' as a\d+', '', 'g'))
      -- The subquery with offset keeps the call from being folded into a constant.
      when pronargs > 0 then format('select %I.%I(%s) from (select %s offset 0) given where false', our_schema.name, proname, names, arguments)
      else format('select %I.%I() where false', our_schema.name, proname)
    end);

select bag_eq($$ select name from function_use where role = 'epic_authenticator' $$,
  $$ select unnest(array['identity.enter', 'identity.open_session', 'identity.restore_timeouts']) $$,
  'the API''s login calls what enters a session, and nothing else');
select bag_eq($$ select name from function_use where role = 'epic_anonymous' $$,
  $$ select unnest(array['identity.authenticate_service', 'identity.deployed_release', 'identity.log_in', 'identity.password_parameters', 'identity.refresh']) $$,
  'an anonymous request calls what logs in and identity.deployed_release, and nothing else');
select bag_eq($$ select name from function_use where role = 'epic_worker' $$,
  $$ values ('crm_private.remind_of_notes'), ('crm_private.forget_idempotency_keys') $$,
  'the worker calls what reminds of notes and what forgets idempotency keys, and nothing else');

call test.given('owner', 'create function identity.trial() returns integer language sql return 1');
select test.forbids('anonymous', 'select identity.trial()', 'no role calls a new function before it is granted');
call test.given('dba', 'drop function identity.trial()');

create temp view called_by_every_department as
  select unnest(string_to_array(
    'access.absence_facts, access.absence_sentence, crm_private.merged_into, crm.client_merged_into, access.describe_action, access.business_verbs, access.contact_of, access.explain_call, access.explain_refused_call, '
    'access.explain_statement, access.grants_on, access.policies_on, access.policy_holds, '
    'crm.calendar, crm.changes, audit.database_mark, audit.present_position, audit.read_position, '
    'access.require_second_factor, access.second_factor_conditions, access.unmet_second_factor_condition, '
    'access.refusal_sentence, access.refuse, access.responsible_employee, access.describe_role, '
    'access.row_with_defaults, access.visible_row, access.base_table, access.functions_in, access.is_evaluable_for, '
    'access.reads_all, access.statement_of, access.try_as_caller, access.try_statement, access.who_may, access.with_rules, crm.who_may, audit.position_snapshot, audit.clamp_snapshot, '
    'audit.signal_retention, audit.current_position, audit.signals_between, identity.change_password, identity.create_read_only_token, identity.read_only_refusal, access.explain_verb, '
    'identity.begin_second_factor, identity.confirm_second_factor, identity.disable_second_factor, identity.enable_second_factor, '
    'identity.replace_recovery_codes, identity.second_factor_confirmed, identity.second_factor_enrolled, crm.my_second_factor, '
    'identity.current_service_account, identity.current_session_id, identity.in_session, identity.in_writable_session, identity.log_out, identity.my_password_parameters, crm.activate_employee, '
    'crm.assign_support, crm.cancel_contract, crm.contract_is_overdue, crm.correct_payment, '
    'crm.current_department, crm.current_employee_id, crm.deactivate_employee, crm.explain_access, '
    'crm.explain_refusal, crm.hand_over_client, crm.refusal_contact, crm.load_by_support_contact, crm.mark_notifications_read, '
    'crm.move_employee, crm.overdue_by_salesperson, crm.pipeline_by_age, crm.record_contact, '
    'crm.record_payment, crm.revenue_by_month, crm.revenue_by_salesperson, crm.revoke_other_sessions, '
    'crm.revoke_service_account, crm.revoke_session, crm.run_import, crm.search, crm.sign_contract, crm.similar_clients, '
    'crm.stage_import, crm.unassign_support, crm_private.change_employee, crm_private.claim_idempotency_key, crm_private.keep_answer, crm_private.release_idempotency_key, crm_private.clients_containing, crm_private.clients_spelt_like, crm_private.clients_with_email, crm_private.clients_with_phone, '
    'crm_private.client_search_text, crm_private.contract_refuse_repetition, '
    'crm_private.employee_search_text, crm_private.events_containing, crm_private.events_of_search, crm_private.event_search_text, '
    'crm_private.format_euros, crm_private.hand_over_work, crm_private.is_email_address, crm_private.is_frequent, crm_private.is_frequent_among_events, crm_private.event_filter_mine_and_search, crm_private.event_filter_mine_by_support_contact_id, '
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
    'crm_private.drafts_between, crm_private.events_between, crm_private.nearest_day, crm_private.nearest_days, '
    'crm_private.parts_of_days, crm_private.signed_between, '
    'crm_private.contracts_of_client, crm_private.event_filter_client_id, crm_private.payment_filter_client_id, '
    'crm_private.payment_filter_mine, crm_private.payment_filter_paid_from, crm_private.payment_filter_paid_to, '
    'crm_private.employee_filter_ids, crm_private.event_filter_from, crm_private.event_filter_mine, '
    'crm_private.event_filter_open, crm_private.event_filter_search, crm_private.event_filter_to, '
    'crm_private.event_filter_upcoming, crm_private.event_filter_without_support, '
    'crm.finish_note, crm.reopen_note, crm_private.note_about, crm_private.note_filter_due, crm_private.note_filter_mine, '
    'crm_private.note_filter_open, crm_private.note_filter_search, crm_private.note_search_text, crm_private.note_title, '
    'crm_private.notes_containing, crm_private.notification_filter_unread, '
    'crm_private.contract_filter_ids, crm_private.event_filter_ids, crm_private.history_filter_ids, '
    'crm_private.note_filter_ids, crm_private.notification_filter_ids, crm_private.payment_filter_ids, '
    'staging.column_of, staging.field_of, staging.has_api_format, staging.problem_column, staging.write_clients, staging.write_contracts, '
    'staging.write_events, staging.write_lines', ', ')) as name;


select bag_eq(
  format($$ select name from function_use where role = %L $$, department),
  'table called_by_every_department',
  format('%s calls search, explanations, subscriptions, imports, its own sessions and the business verbs, and nothing else', department))
from (select role from dba.department where name <> 'management') departments (department);
select bag_eq(
  $$ select name from function_use where role = 'epic_management' $$,
  $$ table called_by_every_department union all values ('crm.erase_client'), ('crm.export_client'), ('crm.merge_clients'), ('crm.reset_password'),
       ('crm_private.client_ids'), ('crm_private.note_ids'), ('crm_private.notifications_about'), ('crm_private.references_within'), ('audit.personal_columns'), ('identity.require_writable_session') $$,
  'management calls the same, and what resets passwords and erases, exports and merges clients');

select * from finish();
rollback;
