-- The errors of rules as data: SQLSTATE, stable name (kind), column and facts, beside the sentence. Programs depend on
-- these, so they are compared exactly, for every rule that a function raises. When a rule applies is in its own file.

begin;
set local search_path = tap, public;
select plan(91);

call test.load_company();
call test.create_program('alice');

call test.given('dba', $$ update identity.session set revoked_at = now() where id = test.session('bruno') $$);
call test.given('emma', $$ update crm.employee set active = false where id = test.id('felix') $$);
call test.given('dba', $$
  update identity.session set revoked_at = null where id = test.session('felix');
  update crm.employee set department = 'support' where id = test.id('basile');
  update identity.session set revoked_at = null where id = test.session('basile') $$);
call test.given('emma', $$ select crm.erase_client(test.id('paul'), confirm => true) $$);
call test.given('chloe', $$ update crm.event set notes = 'Anaïs DURAND comes at six.' where id = test.id('gala') $$);
call test.given('emma', $$ update crm.contract set status = 'cancelled' where id = test.id('bistro_draft') $$);
call test.given('dba', $$ insert into audit.change (record, row_id, action, old_values) values ('client', 9999, 'delete', '{}') $$);
call test.given('emma', $$ select set_config('test.correction', (crm.correct_payment(test.id('deposit'))).id::text, true) $$);
call test.set_id('correction', current_setting('test.correction')::integer);
call test.given('emma', $$ select crm.record_payment(test.id('bistro_signed'), 20) $$);
call test.given('alice', $$ select crm.stage_import(md5('a')::uuid, '[{"line": 1, "values": {"shoe_size": "40"}}]') $$);
call test.given('alice', $$ insert into crm.client (full_name, email) values ('Ada', 'twin@x.example'), ('Bo', 'twin@x.example') $$);
call test.given('alice', $$ select crm.stage_import(md5('t')::uuid, '[{"line": 1, "values": {"clientEmail": "twin@x.example", "totalAmount": 1}}]') $$);

call test.given('alice', $$ select crm_private.claim_idempotency_key(sha256('key'), 0, 'request') $$);

call test.given('dba', $$ insert into identity.second_factor (employee_id, secret, enabled_at) values (test.id('denis'), '12345678901234567890', now()) $$);
call test.given('dba', $$ insert into identity.access_token values (sha256('expired'), test.session('emma'), now()) $$);

call test.given('dba', $$
  insert into identity.session (employee_id, user_agent, revoked_at, end_reason, ended_by)
  values (test.id('chloe'), 'password_changed', now(), 'password_changed', null),
         (test.id('chloe'), 'password_reset',   now(), 'password_reset',   test.id('emma'));
  insert into identity.access_token select sha256(convert_to(user_agent, 'UTF8')), id, now() + interval '1 minute' from identity.session where end_reason is not null $$);

create function pg_temp.enter_ended(reason text) returns text
language sql
return format('select identity.enter(%L, %L, %L, %L)', test.id('chloe'), (select id from identity.session where user_agent = reason), 'support', reason);

create function pg_temp.enter(who text, department text) returns text
language sql
return format('select identity.enter(%L, %L, %L, test.secret(%L))', test.id(who), test.session(who), department, who);

create function pg_temp.plan_event(contract text) returns text
language sql
return format($$ insert into crm.event (contract_id, title, start_date, end_date) values (%s, 'Concert', '2030-01-01', '2030-01-02') $$, contract);

create temp table rule as
select *
from (values
  -- clients
  ('emma', $$ select crm.hand_over_client(test.id('acme'), -1) $$,
    'P0002', 'client_commercial_contact_id_fkey', 'commercial_contact_id', null,
    'There is no employee -1.'),
  ('emma', $$ update crm.client set commercial_contact_id = null where id = test.id('acme') $$,
    'P0002', 'client_commercial_contact_id_fkey', 'commercial_contact_id', null,
    'A client needs a sales contact.'),
  ('emma', $$ select crm.hand_over_client(test.id('acme'), test.id('chloe')) $$,
    '23514', 'client_has_an_active_sales_contact', 'commercial_contact_id', null,
    'Chloe cannot look after clients: a sales contact is an active sales employee.'),
  ('emma', $$ select crm.erase_client(-1, confirm => true) $$,
    'P0002', 'client_pkey', 'client_id', null,
    'There is no client -1.'),
  ('emma', $$ select crm.erase_client(test.id('paul'), confirm => true) $$,
    '55000', 'client_is_not_erased', '', jsonb_build_object('since', now()),
    format('The personal data of client %s has been erased already.', test.id('paul'))),
  ('emma', $$ select crm.erase_client(test.id('acme'), confirm => false) $$,
    '23514', 'client_erasure_is_confirmed', 'confirm',
    jsonb_build_object('mentionedIn', jsonb_build_array(jsonb_build_object('eventId', test.id('gala'), 'title', 'Gala'))),
    format('Erasing client %s cannot be undone: confirm it.', test.id('acme'))),
  ('alice', $$ select crm.record_contact(-1) $$,
    'P0002', 'client_pkey', 'client_id', null,
    'There is no client -1.'),
  ('emma', $$ select crm.export_client(-1) $$,
    'P0002', 'client_pkey', 'client_id', null,
    'There is no client -1.'),
  ('emma', $$ select crm.merge_clients(test.id('acme'), -1) $$,
    'P0002', 'client_pkey', 'merged_client_id', null,
    'There is no client -1.'),
  ('emma', $$ select crm.merge_clients(-1, test.id('acme')) $$,
    'P0002', 'client_pkey', 'client_id', null,
    'There is no client -1.'),
  ('emma', $$ select crm.merge_clients(test.id('acme'), test.id('acme')) $$,
    '23514', 'merged_clients_are_two', 'merged_client_id', null,
    'A client cannot be merged with itself: name two.'),
  ('emma', $$ select crm.merge_clients(test.id('acme'), test.id('paul')) $$,
    '55000', 'merged_clients_are_not_erased', 'merged_client_id', null,
    format('The personal data of client %s was erased: it stays apart.', test.id('paul'))),
  ('emma', $$ select crm.merge_clients(test.id('paul'), test.id('acme')) $$,
    '55000', 'merged_clients_are_not_erased', 'client_id', null,
    format('The personal data of client %s was erased: it stays apart.', test.id('paul'))),

  -- notes
  ('alice', $$ insert into crm.note (client_id, body) values (-1, 'New') $$,
    'P0002', 'note_client_id_fkey', 'client_id', null,
    'There is no client -1.'),
  ('alice', $$ insert into crm.note (contract_id, body) values (-1, 'New') $$,
    'P0002', 'note_contract_id_fkey', 'contract_id', null,
    'There is no contract -1.'),
  ('alice', $$ insert into crm.note (event_id, body) values (-1, 'New') $$,
    'P0002', 'note_event_id_fkey', 'event_id', null,
    'There is no event -1.'),
  ('chloe', $$ select crm.finish_note(test.id('chairs')) $$,
    '55000', 'note_is_not_done', '', jsonb_build_object('noteId', test.id('chairs'), 'since', '2020-02-02 10:00 Europe/Paris'::timestamptz),
    format('Note %s is done already.', test.id('chairs'))),
  ('alice', $$ select crm.reopen_note(test.id('caterer')) $$,
    '55000', 'note_is_done', '', jsonb_build_object('noteId', test.id('caterer')),
    format('Note %s is not done.', test.id('caterer'))),

  -- contracts
  ('alice', $$ insert into crm.contract (client_id, total_amount) values (-1, 1) $$,
    'P0002', 'contract_client_id_fkey', 'client_id', null,
    'There is no client -1.'),
  ('emma', $$ update crm.contract set total_amount = 1 where id = test.id('bistro_signed') $$,
    '23514', 'contract_total_covers_payments', 'total_amount', jsonb_build_object('contractId', test.id('bistro_signed'), 'paid', '20.00'),
    format('Contract %s already has 20.00 € of payments: its total cannot be less.', test.id('bistro_signed'))),
  ('emma', $$ select crm.sign_contract(test.id('acme_signed')) $$,
    '55000', 'contract_is_not_signed_yet', 'status', jsonb_build_object('since', timestamptz '2020-02-02 10:00 Europe/Paris'),
    format('Contract %s is signed already.', test.id('acme_signed'))),
  ('emma', $$ select crm.cancel_contract(test.id('bistro_draft')) $$,
    '55000', 'contract_is_not_cancelled_yet', 'status', jsonb_build_object('since', now()),
    format('Contract %s is cancelled already.', test.id('bistro_draft'))),
  ('emma', $$ select crm.cancel_contract(test.id('acme_cancelled')) $$,
    '55000', 'contract_is_not_cancelled_yet', 'status', '{"since": null}',
    format('Contract %s is cancelled already.', test.id('acme_cancelled'))),
  ('emma', $$ select crm.sign_contract(test.id('acme_cancelled')) $$,
    '23514', 'contract_status_goes_forward', 'status', null,
    format('Contract %s is cancelled: it cannot become signed.', test.id('acme_cancelled'))),
  ('emma', $$ select crm.sign_contract(-1) $$,
    'P0002', 'contract_pkey', 'contract_id', null,
    'There is no contract -1.'),

  -- payments
  ('emma', $$ select crm.record_payment(-1, 5) $$,
    'P0002', 'payment_contract_id_fkey', 'contract_id', null,
    'There is no contract -1.'),
  ('emma', $$ select crm.record_payment(test.id('acme_signed'), 0) $$,
    '23514', 'payment_amount_is_an_amount', 'amount', null,
    'A payment is an amount other than zero.'),
  ('emma', $$ select crm.record_payment(test.id('acme_draft'), 1) $$,
    '23514', 'payment_needs_a_signed_contract', 'contract_id',
    jsonb_build_object('contractId', test.id('acme_draft'), 'status', 'draft'),
    format('Contract %s is a draft: only a signed contract is paid.', test.id('acme_draft'))),
  ('emma', $$ select crm.record_payment(test.id('acme_signed'), 5001) $$,
    '23514', 'payment_is_at_most_what_remains', 'amount', jsonb_build_object('contractId', test.id('acme_signed'), 'amountToBePaid', '5000.00'),
    format('Contract %s has 5 000.00 € left to pay: 5 001.00 € is more than that.', test.id('acme_signed'))),
  ('emma', $$ select crm.record_payment(test.id('acme_signed'), -1) $$,
    '23514', 'payment_correction_is_at_most_what_was_paid', 'amount', jsonb_build_object('contractId', test.id('acme_signed'), 'paid', '0.00'),
    format('Contract %s has 0.00 € of payments: a correction of 1.00 € is more than that.', test.id('acme_signed'))),
  ('emma', $$ select crm.correct_payment(test.id('correction')) $$,
    '23514', 'payment_is_no_correction', 'payment_id', null,
    format('Payment %s is a correction itself: to undo it, record the payment again.', test.id('correction'))),
  ('emma', $$ select crm.correct_payment(-1) $$,
    'P0002', 'payment_pkey', 'payment_id', null,
    'There is no payment -1.'),

  -- events
  ('emma', pg_temp.plan_event('-1'),
    'P0002', 'event_contract_id_fkey', 'contract_id', null,
    'There is no contract -1.'),
  ('alice', pg_temp.plan_event($$ test.id('acme_draft') $$),
    '23514', 'event_needs_a_signed_contract', 'contract_id',
    jsonb_build_object('contractId', test.id('acme_draft'), 'status', 'draft'),
    format('Contract %s is a draft: an event needs a signed contract.', test.id('acme_draft'))),
  ('alice', pg_temp.plan_event($$ test.id('acme_cancelled') $$),
    '23514', 'event_needs_a_signed_contract', 'contract_id',
    jsonb_build_object('contractId', test.id('acme_cancelled'), 'status', 'cancelled'),
    format('Contract %s is cancelled: an event needs a signed contract.', test.id('acme_cancelled'))),
  ('emma', $$ insert into crm.event (contract_id, title, start_date, end_date) select contract_id, title, start_date, end_date from crm.event where id = test.id('gala') $$,
    '23505', 'event_is_planned_once', 'title', jsonb_build_object('eventId', test.id('gala'), 'contractId', test.id('acme_signed')),
    format('Event %s of contract %s has the same title and the same times.', test.id('gala'), test.id('acme_signed'))),
  ('emma', $$ select crm.assign_support(test.id('gala'), -1) $$,
    'P0002', 'event_support_contact_id_fkey', 'support_contact_id', null,
    'There is no employee -1.'),
  ('emma', $$ select crm.assign_support(test.id('gala'), test.id('alice')) $$,
    '23514', 'event_has_an_active_support_contact', 'support_contact_id', null,
    'Alice cannot run events: a support contact is an active support employee.'),
  ('emma', $$ select crm.assign_support(-1, test.id('chloe')) $$,
    'P0002', 'event_pkey', 'event_id', null,
    'There is no event -1.'),

  -- employees
  ('emma', $$ select crm.deactivate_employee(test.id('emma')) $$,
    '23514', 'employee_keeps_an_active_manager', '', null,
    'Emma is the last active manager and can be neither deleted, deactivated nor moved.'),
  ('emma', $$ select crm.deactivate_employee(test.id('bruno')) $$,
    '23514', 'employee_hands_over_first', 'hand_over_to',
    jsonb_build_object('employeeId', test.id('bruno'), 'clients', 1, 'events', 0),
    'Bruno still looks after 1 client: hand them over to a colleague.'),
  ('emma', $$ select crm.move_employee(test.id('chloe'), 'sales') $$,
    '23514', 'employee_hands_over_first', 'hand_over_to',
    jsonb_build_object('employeeId', test.id('chloe'), 'clients', 0, 'events', 1, 'department', 'sales'),
    'Chloe still looks after 1 open event: hand them over to a colleague.'),
  ('emma', $$ select crm.deactivate_employee(test.id('bruno'), test.id('bruno')) $$,
    '23514', 'employee_hands_over_to_a_colleague', 'hand_over_to', null,
    'An employee cannot hand over to themselves: name a colleague.'),
  ('emma', $$ select crm.deactivate_employee(test.id('bruno'), -1) $$,
    'P0002', 'employee_pkey', 'hand_over_to', null,
    'There is no employee -1.'),
  ('emma', $$ select crm.activate_employee(-1) $$,
    'P0002', 'employee_pkey', 'employee_id', null,
    'There is no employee -1.'),
  ('emma', $$ select crm.reset_password(-1, test.password('once')) $$,
    'P0002', 'employee_pkey', 'employee_id', null,
    'There is no employee -1.'),
  ('emma', $$ select crm.reset_password(test.id('emma'), test.password('once')) $$,
    '42501', 'management_reset_others', '',
    jsonb_build_object('reason', (select obj_description(oid, 'pg_policy') from pg_policy where polname = 'management_reset_others')),
    format('You may not reset the password of employee %s.', test.id('emma'))),

  -- sessions
  ('authenticator', pg_temp.enter('bruno', 'sales'),
    'EP401', 'session_ended', '', null,
    'This session has ended.'),
  ('authenticator', pg_temp.enter_ended('password_changed'),
    'EP401', 'password_changed', '', null,
    'Your password was changed.'),
  ('authenticator', pg_temp.enter_ended('password_reset'),
    'EP401', 'password_reset', '', null,
    'Your password was reset by Emma.'),
  ('alice', $$ select set_config('jwt.claims.proof', '', true); select identity.log_out() $$,
    '42501', 'no_session', '', null,
    'This is done in a session only.'),
  ('dba', $$ select identity.set_claims('none', null, null, null, read_only => true); select identity.require_writable_session() $$,
    '25006', 'session_is_read_only', '', null,
    'This session is read-only.'),
  ('authenticator', format('select identity.enter(%L, %L, %L, %L)', test.id('emma'), test.session('emma'), 'management', 'expired'),
    'EP401', 'token_expired', '', null,
    'Your access token has expired.'),
  ('authenticator', pg_temp.enter('felix', 'management'),
    'EP401', 'account_deactivated', '', null,
    'This account has been deactivated.'),
  ('authenticator', pg_temp.enter('basile', 'sales'),
    'EP401', 'department_changed', '', '{"department": "support"}',
    'You have moved to support since you logged in.'),
  ('authenticator', pg_temp.enter('ines', 'support'),
    'EP403', 'must_change_password', '', null,
    'Choose a password of your own first: this one is for one login only.'),
  ('alice', 'select crm.revoke_session(gen_random_uuid())',
    'P0002', 'session_is_open', 'id', null,
    'You have no such session, or it has ended already.'),

  -- versions, positions and history
  ('chloe', $$ update crm.event set title = 'Ball', version = 7 where id = test.id('gala') $$,
    'EP409', 'version_is_current', 'version',
    jsonb_build_object('version', 2, 'changedBy', 'Chloe', 'changedAt', now()),
    format('Event %s is at version 2, not 7: read it again.', test.id('gala'))),
  ('denis', 'select audit.position_snapshot(-1)',
    'EP410', 'position_too_old', 'after', null,
    'Position -1 is too old, or never was one: what has happened since is no longer known.'),
  ('dba', 'truncate crm.payment',
    '23514', 'records_are_not_truncated', '', null,
    'The payment records cannot be truncated: history would not know which they were.'),
  ('dba', 'update audit.change set employee_id = null where row_id = 9999',
    '23514', 'history_is_not_rewritten', '', null,
    format('History is not rewritten: entry %s, about client 9999, stays as it is.', (select id from audit.change where row_id = 9999))),
  ('dba', 'delete from audit.change',
    '23514', 'history_is_not_deleted', '', null,
    'History is not deleted.'),
  ('dba', 'truncate audit.change',
    '23514', 'history_is_not_truncated', '', null,
    'History is not truncated.'),

  -- imports, reports and explanations
  ('alice', $$ select crm.stage_import(md5('b')::uuid, (
      select jsonb_agg(jsonb_build_object('line', line, 'values', jsonb_build_object())) from generate_series(1, 20001) line)) $$,
    '23514', 'import_is_not_too_long', 'lines', null,
    'An import has at most 20,000 lines: import one part after the other.'),
  ('alice', $$ insert into staging.import_line (import_id, line, input) select md5('b')::uuid, line, '{}' from generate_series(1, 100001) line $$,
    '23514', 'staged_lines_are_within_quota', 'lines', '{"maxLines": 100000, "maxMegabytes": 64}',
    'Your imports that have not been run would have more than 100,000 lines, or 64 MB.'),
  ('alice', $$ select crm.stage_import(md5('a')::uuid, '[{"line": 1, "values": {}}]') $$,
    '23505', 'import_line_pkey', 'lines', null,
    'The import already has a line of that number.'),
  ('alice', $$ select crm.stage_import(md5('b')::uuid, '[{"line": 1, "values": {"fullName": "Zoé", "full_name": "Ada"}}]') $$,
    '23514', 'import_value_is_given_once', 'full_name', null,
    'Line 1 has one value as “fullName” and as “full_name”: give it once.'),
  ('alice', $$ select staging.write_contracts(md5('t')::uuid, 1, 1) $$,
    '23505', 'client_email_is_unambiguous', 'client_email', null,
    '2 clients have the e-mail address twin@x.example: give the id of one.'),
  ('alice', $$ select crm.run_import(md5('a')::uuid, 'payment') $$,
    '22023', 'import_is_of_importable_records', 'record', null,
    'Clients are imported, and matched by their e-mail address; contracts and events are imported.'),
  ('alice', $$ select crm.run_import(md5('a')::uuid, 'client', match_email => true, allow_duplicates => true) $$,
    '22023', 'import_treats_known_clients_one_way', 'allow_duplicates', null,
    'Clients who are known are either changed or created again, not both.'),
  ('alice', $$ select crm.run_import(md5('a')::uuid, 'client') $$,
    '42703', 'import_columns_are_known', 'shoe_size', null,
    'No client is imported with “shoeSize”: there are fullName, email, phone, companyName, firstContact.'),
  ('denis', $$ select identity.begin_second_factor(test.password('denis'), null) $$,
    '55000', 'second_factor_is_not_enabled', '', jsonb_build_object('since', now()),
    'Your second factor is enabled already.'),
  ('alice', $$ select identity.enable_second_factor('123456', null) $$,
    '55000', 'second_factor_is_begun', '', null,
    'No secret has been given to your authenticator app: begin with that.'),
  ('alice', $$ select identity.confirm_second_factor('123456', null) $$,
    '55000', 'second_factor_is_enabled', '', null,
    'You have no second factor.'),
  ('alice', $$ select from crm.revenue_by_month('1900-01-01', '2026-01-01', 'UTC') $$,
    '22023', 'report_is_at_most_100_years', 'last_day', null,
    'A report covers at most 100 years.'),
  ('alice', $$ select from crm.calendar('2026-01-01', '2027-01-03', 'UTC') $$,
    '22023', 'calendar_is_at_most_a_year', 'last_day', null,
    'A calendar covers at most 366 days.'),
  ('alice', $$ select from crm.calendar('2026-01-01', '2026-01-31', 'UTC', 0) $$,
    '22023', 'calendar_shows_1_to_100_a_day', 'per_day', null,
    'A calendar shows 1 to 100 events a day.'),
  ('alice', $$ select from crm.explain_access('invoice', 'read') $$,
    '22023', 'explained_record_and_verb_are_known', 'record',
    (select jsonb_build_object('records', jsonb_agg(relname order by relname collate "C"))
     from pg_class where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v')),
    'There is nothing to explain about read invoice.'),
  ('alice', $$ select from crm.explain_access('client', 'update', null, '{phone,shoe_size}') $$,
    '42703', 'explained_columns_are_known', 'columns', '{"columns": ["shoe_size"]}',
    'There is no shoe_size in client.'),
  ('alice', $$ select crm.revoke_service_account('nobody') $$,
    'P0002', 'service_account_is_valid', 'name', null,
    'You see no service account nobody, or it has ended already.'),
  ('program of alice', $$ select identity.change_password(test.password('alice'), test.password('new'), null) $$,
    'EP403', 'no_program', '', null,
    'A program manages neither the password nor the second factor of its owner.'),
  ('owner', $$ select identity.create_service_account('backup-job', 'nobody@epic.example', test.program_modulus(), '', false, null) $$,
    'P0002', 'service_account_owner', 'owner_email', null,
    'There is no active employee with nobody@epic.example.'),
  ('owner', $$ select identity.create_service_account('backup-job', 'alice@epic.example', test.program_modulus(), '', false, now()) $$,
    '22023', 'service_account_expires_later', 'expires_at', null,
    'The service account would have expired already.'),
  ('owner', $$ select identity.create_service_account('program-of-alice', 'alice@epic.example', test.program_modulus(), '', false, null) $$,
    '23505', 'service_account_pkey', 'name', null,
    'There is a service account program-of-alice already.'),
  ('alice', $$ select crm_private.claim_idempotency_key(sha256('key'), 0, 'another') $$,
    'EP409', 'idempotency_key_reused', '', null,
    'This idempotency key belongs to another request.'),
  ('alice', $$ select crm_private.claim_idempotency_key(sha256('key'), 0, 'request') $$,
    'EP409', 'answer_not_kept', '', jsonb_build_object('since', now()),
    'This request was received before, and its answer is not kept.'),
  ('alice', $$ select crm.changes('nonsense') $$,
    '23514', 'position_is_known', 'after', null,
    'That is no position of changes.'),
  ('alice', $$ select crm.changes(encode('{"database":"another","latest":["0","0"],"since":"2026-01-01Z","seen":"1:1:"}', 'base64')) $$,
    'EP410', 'position_expired', 'after', null,
    'What has changed since this position is no longer known.'),
  ('alice', $$ select crm.changes(null, 1001) $$,
    '23514', 'page_size', 'first', null,
    'A page has 1 to 1,000 changes: first cannot be 1001.'),
  ('alice', $$ select from crm.explain_access('my_session', 'read', 1) $$,
    '22023', 'explained_row_has_a_number', 'row_id', null,
    'The id of a my_session is not a number. Ask without one.')
) known (who, statement, state, kind, field, facts, sentence);

select test.rejects_with_data(who, statement, state, kind, field, facts, sentence, format('%s is raised with its column, facts and sentence: %s', kind, btrim(statement)))
from rule;


-- completeness

select set_eq(
  $$ select distinct rule.kind
     from pg_proc
     cross join lateral regexp_matches(prosrc, 'constraint = ''(\w+)''', 'g') raised (kind)
     left join rule on rule.kind = raised.kind[1]
     where pronamespace in ('crm'::regnamespace, 'crm_private'::regnamespace, 'access'::regnamespace, 'staging'::regnamespace,
                            'identity'::regnamespace, 'audit'::regnamespace)
       and raised.kind[1] <> 'request_in_progress'  -- which takes two transactions: tests/server/idempotency.test.ts
  $$,
  $$ select distinct kind from rule
     where kind not in ('contract_is_not_signed_yet', 'contract_is_not_cancelled_yet', 'contract_pkey', 'payment_pkey', 'event_pkey') $$,
  'every rule that a function raises is tested here');

select * from finish();
rollback;
