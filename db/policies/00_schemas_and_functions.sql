-- Schemas and functions: who may enter which schema, and which functions each role may call.
-- Tables have files of their own. Everything is first revoked, so that the grants below are all there are.

do $$
declare
  role name;
begin
  execute format('revoke all on database %I from public', current_database());
  for role in select rolname from pg_catalog.pg_roles where rolname ~ '^epic_' and rolname <> 'epic_owner' loop
    execute format('revoke all on database %I from %I', current_database(), role);
  end loop;
  execute format('grant connect on database %I to epic_authenticator, epic_worker, epic_backup', current_database());
end
$$;

revoke all on schema public from public;
call dba.close_schema('crm');
call dba.close_schema('crm_private');
call dba.close_schema('access');
call dba.close_schema('staging');
call dba.close_schema('identity');
call dba.close_schema('audit');
call dba.close_schema('deployment');
call dba.close_schema('extensions');
call dba.close_schema('dba');


-- The API's login enters a session, and does nothing else.

grant usage on schema identity to epic_authenticator;
grant execute on function
  identity.enter(integer, uuid, text, bytea, boolean),
  identity.open_session(integer, uuid, text, bytea, boolean),
  identity.restore_timeouts()
  to epic_authenticator;


-- A request without a session logs in, and reads the deployed release.

grant usage on schema identity to epic_anonymous;
grant execute on function
  identity.authenticate_service(text, bytea, text, inet),
  identity.deployed_release(),
  identity.log_in(text, text, bytea, bytea, text, inet, boolean, text),
  identity.password_parameters(text, inet),
  identity.refresh(bytea, bytea, bytea)
  to epic_anonymous;


-- Every employee uses records, history, search, explanations and subscriptions, and manages their own session.

grant usage on schema crm, crm_private, access, staging, identity, audit, extensions to epic_employee;
grant execute on function
  crm.changes(text, integer, text[]),
  crm.client_merged_into(integer),
  crm.contract_is_overdue(crm.contract),
  crm.current_department(),
  crm.current_employee_id(),
  crm.explain_access(text, text, integer, text[], jsonb),
  crm.explain_refusal(text, text, integer, text[], jsonb),
  crm.my_second_factor(),
  crm.refusal_contact(crm.refusal),
  crm.revoke_other_sessions(),
  crm.revoke_service_account(text),
  crm.revoke_session(uuid),
  crm.search(text, text[], text),
  crm.similar_clients(text, text, text),
  crm.who_may(text, text, integer, text[], jsonb),
  crm_private.client_filter_current(crm.client),
  crm_private.client_filter_first_contact_from(crm.client, date),
  crm_private.client_filter_first_contact_to(crm.client, date),
  crm_private.client_filter_ids(crm.client, integer[]),
  crm_private.client_filter_mine(crm.client, integer),
  crm_private.client_filter_not_contacted_since(crm.client, timestamptz),
  crm_private.client_filter_search(text),
  crm_private.client_search_text(crm.client),
  crm_private.clients_containing(text),
  crm_private.clients_spelt_like(text),
  crm_private.clients_with_email(text[]),
  crm_private.clients_with_phone(text),
  crm_private.contract_filter_created_from(crm.contract, timestamptz),
  crm_private.contract_filter_created_to(crm.contract, timestamptz),
  crm_private.contract_filter_ids(crm.contract, integer[]),
  crm_private.contract_filter_mine(crm.contract, integer),
  crm_private.contract_filter_overdue(crm.contract),
  crm_private.contract_filter_search(text),
  crm_private.contract_filter_unpaid(crm.contract),
  crm_private.contract_filter_unsigned(crm.contract),
  crm_private.contracts_of_client(integer),
  crm_private.employee_filter_ids(crm.employee, integer[]),
  crm_private.employee_search_text(crm.employee),
  crm_private.event_filter_client_id(crm.event, integer),
  crm_private.event_filter_from(crm.event, timestamptz),
  crm_private.event_filter_ids(crm.event, integer[]),
  crm_private.event_filter_mine(),
  crm_private.event_filter_mine_and_search(text),
  crm_private.event_filter_mine_by_support_contact_id(),
  crm_private.event_filter_open(crm.event),
  crm_private.event_filter_search(text),
  crm_private.event_filter_to(crm.event, timestamptz),
  crm_private.event_filter_upcoming(crm.event),
  crm_private.event_filter_without_support(crm.event),
  crm_private.event_search_text(crm.event),
  crm_private.events_containing(text),
  crm_private.events_of_search(text),
  crm_private.format_euros(numeric),
  crm_private.history_filter_ids(crm.history, bigint[]),
  crm_private.is_email_address(text),
  crm_private.is_frequent(text, text),
  crm_private.is_frequent_among_events(text),
  crm_private.is_one_line(text, integer),
  crm_private.is_phone_number(text),
  crm_private.lowest_word_similarity(text[], text),
  crm_private.normalize_text(text),
  crm_private.note_filter_due(crm.note, date),
  crm_private.note_filter_ids(crm.note, integer[]),
  crm_private.note_filter_mine(crm.note, integer),
  crm_private.note_filter_open(crm.note),
  crm_private.note_filter_search(text),
  crm_private.note_search_text(crm.note),
  crm_private.note_title(text),
  crm_private.note_about(crm.note),
  crm_private.notes_containing(text),
  crm_private.notification_filter_ids(crm.notification, integer[]),
  crm_private.notification_filter_unread(crm.notification),
  crm_private.payment_filter_client_id(crm.payment, integer),
  crm_private.payment_filter_ids(crm.payment, integer[]),
  crm_private.payment_filter_mine(),
  crm_private.payment_filter_paid_from(crm.payment, date),
  crm_private.payment_filter_paid_to(crm.payment, date),
  crm_private.phone_digits(text),
  crm_private.rule_sentence(text, text, text),
  crm_private.search_exact(text[], text[], text),
  crm_private.search_fuzzy(text[], text[], text),
  crm_private.transpositions(text),
  crm_private.merged_into(integer),
  access.absence_facts(text, integer),
  access.absence_sentence(text, integer),
  access.describe_action(text, text[], text),
  access.business_verbs(),
  access.contact_of(integer, text, text),
  access.explain_call(text, name),
  access.explain_refused_call(text, jsonb),
  access.explain_statement(text, text, name, integer, text[], jsonb),
  access.explain_verb(text, text, name, integer, text[], jsonb),
  access.functions_in(oid),
  access.grants_on(regclass, text, name),
  access.is_evaluable_for(oid, name),
  access.policies_on(regclass, text, name),
  access.policy_holds(oid, name, boolean, jsonb, text[]),
  access.reads_all(regclass, name),
  access.refusal_sentence(text, text, integer),
  access.require_second_factor(text, text, integer),
  access.responsible_employee(text, integer, jsonb),
  access.describe_role(name),
  access.row_with_defaults(regclass, jsonb),
  access.statement_of(text, text, text[], jsonb),
  access.try_as_caller(crm.access_answer[], text, text, integer, text[], jsonb),
  access.try_statement(text, text, integer, jsonb),
  access.who_may(text, text, integer, text[], jsonb),
  access.with_rules(crm.access_answer[], text, text, text),
  access.second_factor_conditions(text, text),
  access.unmet_second_factor_condition(text),
  access.visible_row(regclass, integer),
  access.base_table(regclass),
  identity.begin_second_factor(text, inet),
  identity.change_password(text, text, inet),
  identity.confirm_second_factor(text, inet),
  identity.create_read_only_token(bytea, bytea),
  identity.current_service_account(),
  identity.current_session_id(),
  identity.disable_second_factor(text, text, inet),
  identity.enable_second_factor(text, inet),
  identity.in_session(),
  identity.in_writable_session(),
  identity.log_out(),
  identity.my_password_parameters(inet),
  identity.read_only_refusal(),
  identity.replace_recovery_codes(text, inet),
  identity.second_factor_confirmed(),
  identity.second_factor_enrolled(),
  audit.position_snapshot(bigint),
  audit.database_mark(),
  audit.present_position(),
  audit.read_position(text),
  audit.clamp_snapshot(pg_snapshot, xid8),
  audit.signal_retention(),
  audit.current_position(),
  audit.signals_between(audit.topic, pg_snapshot, pg_snapshot, bigint, bigint)
  to epic_employee;


-- The business verbs. Every employee may call them: they act with the rights of their caller, and the policies of what
-- they write decide.

grant execute on function
  crm.activate_employee(integer),
  crm.assign_support(integer, integer),
  crm.cancel_contract(integer),
  crm.correct_payment(integer, date),
  crm.deactivate_employee(integer, integer),
  crm.finish_note(integer),
  crm.hand_over_client(integer, integer),
  crm.mark_notifications_read(integer),
  crm.move_employee(integer, text, integer),
  crm.record_contact(integer),
  crm.record_payment(integer, numeric, date),
  crm.reopen_note(integer),
  crm.sign_contract(integer),
  crm.unassign_support(integer),
  crm_private.change_employee(text, integer, integer, boolean, text),
  crm_private.contract_refuse_repetition(crm.contract, text),
  crm_private.hand_over_work(integer, integer),
  access.refuse(text, text, integer, jsonb)
  to epic_employee;


-- A mutation that is sent with an idempotency key claims it, for its caller, and keeps its answer.

grant execute on function
  crm_private.claim_idempotency_key(bytea, integer, bytea),
  crm_private.keep_answer(bytea, integer, json),
  crm_private.release_idempotency_key(bytea, integer)
  to epic_employee;


-- The reports and the calendar. They count what their caller may read.

grant execute on function
  crm.calendar(date, date, text, integer, boolean, integer),
  crm.load_by_support_contact(date, date, text),
  crm.overdue_by_salesperson(),
  crm.pipeline_by_age(),
  crm.revenue_by_month(date, date, text),
  crm.revenue_by_salesperson(date, date, text),
  crm_private.drafts_between(timestamptz, timestamptz),
  crm_private.events_between(timestamptz, timestamptz),
  crm_private.nearest_day(timestamptz),
  crm_private.nearest_days(timestamptz, timestamptz),
  crm_private.parts_of_days(timestamptz, timestamptz),
  crm_private.signed_between(timestamptz, timestamptz)
  to epic_employee;


-- Imports write with the rights of their caller too.

grant execute on function
  crm.run_import(uuid, text, boolean, boolean, boolean),
  crm.stage_import(uuid, jsonb),
  staging.column_of(text),
  staging.field_of(text),
  staging.has_api_format(text, regtype),
  staging.problem_column(text, text, jsonb),
  staging.write_clients(uuid, integer, integer, boolean),
  staging.write_contracts(uuid, integer, integer),
  staging.write_events(uuid, integer, integer),
  staging.write_lines(uuid, text, boolean, integer, integer)
  to epic_employee;


-- Management alone resets a password, and erases a client's personal data, exports it, and merges clients.

grant execute on function
  crm.erase_client(integer, boolean),
  crm.export_client(integer),
  crm.merge_clients(integer, integer, boolean, integer, integer),
  crm.reset_password(integer, text),
  crm_private.client_ids(integer),
  crm_private.note_ids(integer[]),
  crm_private.notifications_about(jsonb),
  crm_private.references_within(text),
  identity.require_writable_session(),
  audit.personal_columns()
  to epic_management;


-- The worker reads whom an e-mail is for, says when to remind of notes, and forgets old idempotency keys; the queue itself has a file of its own,
-- graphile_worker.sql.

grant usage on schema crm, crm_private to epic_worker;
grant execute on function
  crm_private.forget_idempotency_keys(),
  crm_private.remind_of_notes(text)
  to epic_worker;


-- Backups read the ledger of migrations too; dba.close_table lets them read every other table.

grant usage on schema crm, crm_private, staging, identity, audit, deployment, graphile_migrate to epic_backup;
grant select on all tables in schema graphile_migrate to epic_backup;
