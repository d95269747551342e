-- crm.explain_access and crm.explain_refusal: who may do what and why, with the sentences of the policies.
-- They read the catalogue as the caller, and reveal no row that the caller does not see.
-- That the verdict is what then happens is the subject of explain_access_verdicts.sql.

begin;
set local search_path = tap, public;
select plan(108);
call test.load_company();

-- The steps in one line: + holds, - does not, ? it depends; in brackets what other roles have; the verdict after a colon.
create function pg_temp.access(question text) returns text
language sql
return format($$
  select string_agg(concat(
      case when kind = 'verdict' then ': ' end,
      case when not is_mine then '(' when holds then '+' when not holds then '-' else '?' end,
      case kind when 'policy' then name when 'grant' then name || ' ' || role end,
      ' ' || clause,
      case when not is_mine then ')' end), ', ' order by step)
  from crm.explain_access(%s) $$, question);

create function pg_temp.refusal(question text) returns text
language sql
return format($$ select concat_ws(' / ', case when is_visible then 'visible' else 'invisible' end, message, policy, reason,
       (select name from test.name where name.name = lower(contact_name) and id = contact_id), contact_department)
     from crm.explain_refusal(%s) $$, question);


-- every grant and policy that applies, the caller's own first, then the verdict

select test.reads(who, pg_temp.access(question), answer, format('%s asks about access: %s', test.department_of(who), question))
from (values
  ('alice', $$'client', 'update', test.id('acme')$$,
    '+update (full_name, email, phone, company_name, version) epic_sales, +employee_read_all, +sales_update_own, '
    '(update (commercial_contact_id, version) epic_management), (management_hand_over_any), : +'),
  ('alice', $$'client', 'update', test.id('bistro'), '{phone}'$$,
    '+update (full_name, email, phone, company_name, version) epic_sales, +employee_read_all, -sales_update_own using, : -'),
  ('alice', $$'client', 'update', test.id('acme'), '{phone}'$$,
    '+update (full_name, email, phone, company_name, version) epic_sales, +employee_read_all, +sales_update_own, : +'),
  ('alice', $$'client', 'update', test.id('acme'), '{commercial_contact_id}'$$,
    '-update (full_name, email, phone, company_name, version) epic_sales, +employee_read_all, ?sales_update_own, '
    '(update (commercial_contact_id, version) epic_management), (management_hand_over_any), : -'),
  ('alice', $$'client', 'update', test.id('acme'), '{phone,commercial_contact_id}'$$,
    '-update (full_name, email, phone, company_name, version) epic_sales, +employee_read_all, ?sales_update_own, : -'),
  ('alice', $$'client', 'update'$$,
    '+update (full_name, email, phone, company_name, version) epic_sales, +employee_read_all, ?sales_update_own, '
    '(update (commercial_contact_id, version) epic_management), (management_hand_over_any), : ?'),
  ('emma',  $$'client', 'update', test.id('acme'), '{commercial_contact_id}'$$,
    '+update (commercial_contact_id, version) epic_management, +employee_read_all, +management_hand_over_any, : +'),
  ('chloe', $$'client', 'update', test.id('acme'), '{phone}'$$,
    '+employee_read_all, (update (full_name, email, phone, company_name, version) epic_sales), (sales_update_own), : -'),
  ('chloe', $$'client', 'read', test.id('acme')$$,     '+select epic_employee, +employee_read_all, : +'),
  ('chloe', $$'client', 'delete', test.id('acme')$$,   '+employee_read_all, : -'),
  ('alice', $$'client', 'read', -1$$,                  '+select epic_employee, -employee_read_all using, : -'),
  ('alice', $$'contract', 'create'$$,
    '+insert (client_id, total_amount) epic_sales, ?sales_create_own, '
    '(insert (client_id, total_amount) epic_management), (management_create_any), : ?'),
  ('alice', $$'contract', 'create', new_values => jsonb_build_object('client_id', test.id('acme'), 'total_amount', 4)$$,
    '+insert (client_id, total_amount) epic_sales, +sales_create_own, '
    '(insert (client_id, total_amount) epic_management), (management_create_any), : +'),
  ('alice', $$'contract', 'create', new_values => jsonb_build_object('client_id', test.id('bistro'), 'total_amount', 4)$$,
    '+insert (client_id, total_amount) epic_sales, -sales_create_own with check, '
    '(insert (client_id, total_amount) epic_management), (management_create_any), : -'),
  ('alice', $$'contract', 'update', test.id('acme_draft'), '{status}'$$,
    '+update (total_amount, status, version) epic_sales, +employee_read_all, ?sales_update_own, '
    '(update (total_amount, status, version) epic_management), (management_update_any), : ?'),
  ('alice', $$'contract', 'update', test.id('acme_draft'), new_values => '{"status": "signed"}'$$,
    '+update (total_amount, status, version) epic_sales, +employee_read_all, +sales_update_own, '
    '(update (total_amount, status, version) epic_management), (management_update_any), : +'),
  ('alice', $$'contract', 'update', test.id('acme_draft'), new_values => '{"status": "cancelled"}'$$,
    '+update (total_amount, status, version) epic_sales, +employee_read_all, -sales_update_own with check, '
    '(update (total_amount, status, version) epic_management), (management_update_any), : -'),
  ('emma',  $$'contract', 'delete', test.id('acme_signed')$$, '+delete epic_management, +employee_read_all, -management_delete_drafts using, : -'),
  ('chloe', $$'event', 'update', test.id('gala'), '{contract_id}'$$,
    '-update (title, start_date, end_date, location, attendees, notes, status, version) epic_support, +employee_read_all, +support_update_own, : -'),
  ('alice', $$'notification', 'read', test.id('note_to_alice')$$, '+select epic_employee, +employee_read_own, : +'),
  ('alice', $$'notification', 'read', test.id('note_to_emma')$$,  '+select epic_employee, -employee_read_own using, : -'),
  ('alice', $$'history', 'read'$$,                     '+select epic_employee, ?sales_read_records, : ?'),
  ('emma',  $$'history', 'read'$$,                     '+select epic_employee, +management_read_all, : +'),
  ('alice', $$'my_session', 'read'$$,                  '+select epic_employee, ?employee_read_own, : ?'),
  ('emma',  $$'client', 'erase'$$,
    '+execute epic_management, +management_erase_once_enrolled, +management_erase_with_second_factor, : +'),
  ('alice', $$'client', 'erase'$$,                     '(execute epic_management), : -'),

  -- business verbs are what they write
  ('alice', $$'contract', 'sign', test.id('acme_draft')$$,
    '+update (total_amount, status, version) epic_sales, +employee_read_all, +sales_update_own, '
    '(update (total_amount, status, version) epic_management), (management_update_any), : +'),
  ('alice', $$'contract', 'sign', test.id('acme_draft'), new_values => '{"status": "cancelled", "total_amount": 1}'$$,
    '+update (total_amount, status, version) epic_sales, +employee_read_all, -sales_update_own with check, '
    '(update (total_amount, status, version) epic_management), (management_update_any), : -'),
  ('alice', $$'contract', 'sign', test.id('acme_draft'), '{client_id}'$$,
    '-update (total_amount, status, version) epic_sales, +employee_read_all, +sales_update_own, : -'),
  ('alice', $$'contract', 'cancel', test.id('acme_draft')$$,
    '+update (total_amount, status, version) epic_sales, +employee_read_all, -sales_update_own with check, '
    '(update (total_amount, status, version) epic_management), (management_update_any), : -'),
  ('emma',  $$'contract', 'cancel'$$,
    '+update (total_amount, status, version) epic_management, +employee_read_all, +management_update_any, '
    '(update (total_amount, status, version) epic_sales), (sales_update_own), : +'),
  ('alice', $$'payment', 'record'$$,
    '+insert (contract_id, amount, paid_on) epic_sales, ?sales_record_own, '
    '(insert (contract_id, amount, paid_on) epic_management), (management_record_any), : ?'),
  ('alice', $$'payment', 'record', new_values => jsonb_build_object('contract_id', test.id('acme_signed'), 'amount', 1)$$,
    '+insert (contract_id, amount, paid_on) epic_sales, +sales_record_own, '
    '(insert (contract_id, amount, paid_on) epic_management), (management_record_any), : +'),
  ('alice', $$'payment', 'correct', test.id('deposit')$$,
    '+insert (contract_id, amount, paid_on) epic_sales, -sales_record_own with check, '
    '(insert (contract_id, amount, paid_on) epic_management), (management_record_any), : -'),
  ('emma',  $$'payment', 'correct', test.id('deposit')$$,
    '+insert (contract_id, amount, paid_on) epic_management, +management_record_any, '
    '(insert (contract_id, amount, paid_on) epic_sales), (sales_record_own), : +'),
  ('chloe', $$'event', 'assign', test.id('gala')$$,
    '-update (title, start_date, end_date, location, attendees, notes, status, version) epic_support, +employee_read_all, ?support_update_own, '
    '(update (title, support_contact_id, start_date, end_date, location, attendees, notes, status, version) epic_management), (management_update_any), : -'),
  ('chloe', $$'event', 'unassign', test.id('gala')$$,
    '-update (title, start_date, end_date, location, attendees, notes, status, version) epic_support, +employee_read_all, -support_update_own with check, '
    '(update (title, support_contact_id, start_date, end_date, location, attendees, notes, status, version) epic_management), (management_update_any), : -'),
  ('emma',  $$'client', 'hand_over', test.id('acme')$$,
    '+update (commercial_contact_id, version) epic_management, +employee_read_all, +management_hand_over_any, : +'),
  ('alice', $$'employee', 'deactivate', test.id('basile')$$,
    '+employee_read_all, (update (full_name, email, phone, department, active, version) epic_management), (management_update_any), : -')
) asked (who, question, answer);

select test.reads('dba', pg_temp.access($$'notification', 'read', test.id('note_to_emma')$$), '+select epic_employee, : +',
  'a role that bypasses row-level security is shown no policy');


-- a policy by hand: to everybody, restrictive, or for every verb

call test.given('owner', $$ create policy not_on_sundays on crm.client as restrictive for all to public using (full_name <> 'Béa Colin') $$);
select test.reads('alice', pg_temp.access($$'client', 'update', test.id('acme'), '{phone}'$$),
  '+update (full_name, email, phone, company_name, version) epic_sales, +not_on_sundays, +employee_read_all, +not_on_sundays, +sales_update_own, : +',
  'a restrictive policy is asked before the permissive ones, each time');
select test.reads('alice', pg_temp.access($$'client', 'update', test.id('acme'), new_values => '{"full_name": "Béa Colin"}'$$),
  '+update (full_name, email, phone, company_name, version) epic_sales, -not_on_sundays with check, +employee_read_all, -not_on_sundays with check, +sales_update_own, : -',
  'USING stands in for a WITH CHECK that is missing');
select test.reads('chloe', pg_temp.access($$'client', 'read', test.id('bistro')$$),
  '+select epic_employee, -not_on_sundays using, -employee_read_all using, : -',
  'a row hidden by a restrictive policy is explained as one that does not exist');
call test.given('owner', 'drop policy not_on_sundays on crm.client');

call test.given('owner', 'grant delete on crm.client to public');
select test.reads('alice', pg_temp.access($$'client', 'delete', test.id('acme')$$), '+delete public, +employee_read_all, : -',
  'a grant without a policy is shown, and the verdict is no');
call test.given('owner', 'revoke delete on crm.client from public');


-- sentences

select test.reads('alice', $$ select string_agg(sentence, ' ' order by step) from crm.explain_access('contract', 'update', test.id('acme_draft'), '{status,client_id}') $$,
  'Sales may update total_amount, status of a contract, but not client_id. Every employee reads every contract. '
  'Sales change and sign only the contracts of their own clients, and only until they are signed. Nobody may update client_id of a contract.',
  'the sentence of a grant names the columns');
select test.reads('alice', $$ select bool_and(sentence = obj_description(pg_policy.oid, 'pg_policy'))
  from crm.explain_access('contract', 'update', test.id('acme_draft')) join pg_policy on polname = name and polrelid = 'crm.contract'::regclass $$, 'true',
  'the sentence of a policy is its comment');
select test.reads('emma', $$ select string_agg(sentence, ' ' order by step) from crm.explain_access('client', 'erase') $$,
  'Management may do this. Your department needs a second factor for this: enable one first. Log in with your second factor first. '
  'Management may do this.', 'a function is explained by the grant of execute, and the second factor');
select test.reads('dba', $$ select sentence from crm.explain_access('client', 'read') where kind = 'verdict' $$,
  format('Row-level security does not apply to %s.', current_user), 'a superuser is told why everything is allowed');


-- why a refusal, and whom to ask

select test.reads(who, pg_temp.refusal(question), answer, format('%s was refused: %s', test.department_of(who), question))
from (values
  ('alice', $$'client', 'update', test.id('bistro')$$,
    format('visible / You may not update client %s. / sales_update_own / Sales change only the clients they look after. / bruno / sales', test.id('bistro'))),
  ('alice', $$'client', 'update', test.id('acme'), '{commercial_contact_id}'$$,
    format('visible / You may not update client %s. / management_hand_over_any / '
      'Management hands clients over to another sales contact, and changes nothing else about them. / management', test.id('acme'))),
  ('alice', $$'client', 'update', test.id('acme'), '{phone,commercial_contact_id}'$$,
    format('visible / You may not update client %s. / Nobody may update phone, commercial_contact_id of a client.', test.id('acme'))),
  ('emma',  $$'client', 'update', test.id('acme'), '{phone}'$$,
    format('visible / You may not update client %s. / sales_update_own / Sales change only the clients they look after. / alice / sales', test.id('acme'))),
  ('emma',  $$'client', 'create'$$,
    'visible / You may not create this client. / sales_create_own / Sales create clients, and look after those they create. / sales'),
  ('emma',  $$'client', 'delete', test.id('acme')$$,
    format('visible / You may not delete client %s. / Nobody may delete a client.', test.id('acme'))),
  ('alice', $$'contract', 'update', test.id('acme_signed'), '{total_amount}'$$,
    format('visible / You may not update contract %s. / sales_update_own / '
      'Sales change and sign only the contracts of their own clients, and only until they are signed. / management', test.id('acme_signed'))),
  ('alice', $$'contract', 'create', new_values => jsonb_build_object('client_id', test.id('bistro'), 'total_amount', 4)$$,
    'visible / You may not create this contract. / sales_create_own / Sales create contracts only for their own clients, as drafts. / bruno / sales'),
  ('chloe', $$'contract', 'create', null, '{client_id,total_amount}'$$,
    'visible / You may not create this contract. / management_create_any, sales_create_own / Management creates contracts for any client, as drafts. '
    'Sales create contracts only for their own clients, as drafts. / management'),
  ('alice', $$'contract', 'update', test.id('acme_draft'), '{amount_to_be_paid}'$$,
    format('visible / You may not update contract %s. / Nobody may update amount_to_be_paid of a contract.', test.id('acme_draft'))),
  ('emma',  $$'contract', 'delete', test.id('acme_signed')$$,
    format('visible / You may not delete contract %s. / management_delete_drafts / Management deletes contracts only while they are drafts.', test.id('acme_signed'))),
  ('alice', $$'payment', 'create', new_values => jsonb_build_object('contract_id', test.id('bistro_signed'), 'amount', 1)$$,
    'visible / You may not create this payment. / sales_record_own / '
    'Sales record payments only for the contracts of their own clients, and correct none. / bruno / sales'),
  ('chloe', $$'event', 'update', test.id('banquet')$$,
    format('visible / You may not update event %s. / support_update_own / Support change only the events they run. / denis / support', test.id('banquet'))),
  ('chloe', $$'event', 'update', test.id('gala'), '{support_contact_id}'$$,
    format('visible / You may not update event %s. / management_update_any / Management changes any event and assigns its support contact. / management', test.id('gala'))),
  ('alice', $$'event', 'update', test.id('picnic'), '{notes}'$$,
    format('visible / You may not update event %s. / management_update_any, support_update_own / Management changes any event and assigns its support contact. '
      'Support change only the events they run. / management', test.id('picnic'))),
  ('emma',  $$'employee', 'delete', test.id('emma')$$,
    format('visible / You may not delete employee %s. / management_delete_others / Management deletes any employee but themselves.', test.id('emma'))),
  ('alice', $$'employee', 'create'$$,
    'visible / You may not create this employee. / management_create_any / Management creates employees. / management'),
  ('alice', $$'event', 'assign', test.id('picnic')$$,
    format('visible / You may not assign event %s. / management_update_any / Management changes any event and assigns its support contact. / management', test.id('picnic'))),
  ('chloe', $$'client', 'hand_over', test.id('acme')$$,
    format('visible / You may not hand over client %s. / management_hand_over_any / '
      'Management hands clients over to another sales contact, and changes nothing else about them. / management', test.id('acme'))),
  ('alice', $$'client', 'erase', test.id('acme')$$,
    format('visible / You may not erase client %s. / erase_client / Only management may do this. / management', test.id('acme'))),
  ('alice', $$'notification', 'update', test.id('note_to_emma')$$,
    format('invisible / %1$s / %1$s', format('There is no notification %s.', test.id('note_to_emma')))),
  ('alice', $$'contract', 'update', -1$$,
    'invisible / There is no contract -1. / There is no contract -1.')
) asked (who, question, answer);


-- why a call was refused

call test.given('owner', $$ create function crm.close_books() returns void language sql begin atomic select; end $$);
select test.reads(who, format('select coalesce((select sentence from access.explain_call(%L, current_user) where kind = ''verdict''), ''none'')', called), answer,
  format('%s asks who may call %s', test.department_of(who), called))
from (values ('alice', 'erase_client',        'Only management may do this.'),
             ('emma',  'erase_client',        'Management may do this.'),
             ('alice', 'close_books',         'Nobody may do this.'),
             ('alice', 'no_such_function',    'none')) asked (who, called, answer);

select is_empty(
  $$ select function_name from access.business_verbs()
     where not exists (select from pg_proc where pronamespace = 'crm'::regnamespace and proname = function_name) $$,
  'every business verb is a function of crm');
select test.reads(who, format($$ select concat_ws(' / ', message, policy, reason, contact_id, contact_name, contact_department)
    from access.explain_refused_call(%L, jsonb_build_object(%s)) $$, called, arguments), answer,
  format('%s is told why %s was refused', test.department_of(who), called))
from (values
  ('alice', 'erase_client', $$'client_id', test.id('acme'), 'confirm', true$$,
    format('You may not erase client %s. / erase_client / Only management may do this. / management', test.id('acme'))),
  ('chloe', 'reset_password', $$'employee_id', test.id('emma')$$,
    format('You may not reset the password of employee %s. / reset_password / Only management may do this. / management', test.id('emma'))),
  ('chloe', 'hand_over_client', $$'client_id', test.id('acme'), 'to_employee_id', test.id('bruno')$$,
    format('You may not hand over client %s. / management_hand_over_any / '
      'Management hands clients over to another sales contact, and changes nothing else about them. / management', test.id('acme'))),
  ('alice', 'erase_client', '', 'You may not erase this client. / erase_client / Only management may do this. / management'),
  ('alice', 'close_books', '', '')
) refused (who, called, arguments, answer);


-- a refusal that is raised

select test.forbids_with_reason('alice', $$ select access.refuse('client', 'update', test.id('bistro')) $$,
  format('You may not update client %s.', test.id('bistro')), 'Sales change only the clients they look after.',
  'bruno', 'sales_update_own',
  'a refusal says what, why, whom to ask, and by which policy');
select test.forbids_with_reason('chloe', $$ select access.refuse('contract', 'create', null, jsonb_build_object('client_id', test.id('acme'), 'total_amount', 4)) $$,
  'You may not create this contract.',
  'Management creates contracts for any client, as drafts. Sales create contracts only for their own clients, as drafts.',
  'alice', 'management_create_any, sales_create_own',
  'a refusal to create a record says what, why, whom to ask, and by which policy');
select test.forbids_with_reason('alice', $$ select access.refuse('client', 'delete', test.id('acme')) $$,
  format('You may not delete client %s.', test.id('acme')), 'Nobody may delete a client.', null, '',
  'a refusal that no employee could lift names no contact');
select test.rejects_with_data('alice', $$ select access.refuse('notification', 'update', test.id('note_to_emma')) $$,
  'P0002', 'notification_pkey', 'notification_id', null, format('There is no notification %s.', test.id('note_to_emma')),
  'a refusal about a row that the caller does not see says that it does not exist');


select is_empty(
  $$ select proname
     from pg_proc
     where pronamespace = 'crm'::regnamespace
       and provolatile = 'v'
       and has_function_privilege('epic_employee', oid, 'execute')
       and proname not in ('mark_notifications_read', 'revoke_session', 'revoke_other_sessions',  -- one's own rows
                           'revoke_service_account',
                           'stage_import', 'run_import')                                         -- records of any kind
       and not exists (select from access.business_verbs() where function_name = proname and statement is not null) $$,
  'every business verb that all employees may call is explained by what it writes');


-- questions that it refuses

select test.rejects('alice', format('select from crm.explain_access(%L, %L)', record, verb),
  '22023', format('There is nothing to explain about %s %s.', verb, record),
  format('a question about %s %s is refused', verb, record))
from (values ('invoice', 'read'), ('client', 'truncate'), ('client; drop table crm.client', 'read'), ('client', ''),
             ('access_step', 'read'), ('client_pkey', 'read'), ('client_id_seq', 'read')) bad (record, verb);
select test.rejects('alice', format('select from crm.explain_refusal(%L, ''read'', 1)', record),
  '22023', format('There is nothing to explain about read %s.', record),
  format('a question about a refusal to read %s is refused', record))
from (values ('access_step'), ('client_pkey'), ('client_id_seq')) bad (record);
select test.rejects('alice', format($$ select from crm.%I('my_session', 'read', 1) $$, question),
  '22023', 'The id of a my_session is not a number. Ask without one.',
  format('%s is refused for a number where ids are not numbers', question))
from (values ('explain_access'), ('explain_refusal')) asked (question);
select test.rejects('alice', $$ select from crm.explain_access('client', 'update', null, '{phone,fax,shoe_size}') $$,
  '42703', 'There is no fax, shoe_size in client.', 'a question about unknown columns is refused, naming them');


-- the sentences of broken rules

select test.reads(who, $$ select crm_private.rule_sentence('crm', 'event', 'event_ends_after_it_starts') $$, 'An event ends after it starts.',
  format('%s reads the sentence of a constraint', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads('alice', $$ select crm_private.rule_sentence('crm', 'employee', 'employee_email_key') $$,
     'Another employee already has this e-mail address.',
  'a unique index has a sentence');
select test.reads('alice', format('select coalesce(crm_private.rule_sentence(%L, %L, %L), ''none'')', in_schema, in_table, name), 'none',
  format('the sentence of %s.%s.%s is null', in_schema, in_table, name))
from (values ('crm',  'event',         'no_such_rule'),
             ('crm',  'no_such_table', 'event_ends_after_it_starts'),
             ('identity', 'event',         'event_ends_after_it_starts')) bad (in_schema, in_table, name);


-- the verbs

select set_eq(
  $$ select listed.item[1] from regexp_matches(obj_description('access.business_verbs()'::regprocedure), '^- `(\w+)`: .+\.$', 'gn') listed (item) $$,
  $$ select verb from access.business_verbs() $$,
  'the comment that the API shows of the business verbs says what each of them does');
select test.reads('emma', $$ select holds from crm.explain_access('employee', 'reset_password') where kind = 'verdict' $$, 'true',
  'a verb without a statement is explained by who may call its function');
select test.reads('alice', $$ select sentence from crm.explain_access('employee', 'reset_password') where kind = 'verdict' $$,
  'Only management may do this.', 'an employee who may not call a function is told who may');

select * from finish();
rollback;
