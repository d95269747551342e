-- crm.explain_access and crm.explain_refusal: why something was refused, in the words of the policy that refused it.
-- They read the catalogue as the caller, and reveal no row that the caller does not see.

begin;
set local search_path = tap, public;
select plan(57);
call test.open_the_company();

create function pg_temp.access(question text) returns text
language sql
return format($$ select string_agg(concat_ws(' ', policy, role, is_mine, coalesce(holds::text, '?')), ', ') from crm.explain_access(%s) $$, question);

create function pg_temp.refusal(question text) returns text
language sql
return format($$ select concat_ws(': ', case when is_visible then 'visible' else 'invisible' end, policy, sentence)
     from crm.explain_refusal(%s) $$, question);


-- which policies bear on the question, the caller's own first, and whether they hold

select test.reads(who, pg_temp.access(question), answer, format('%s asks: %s', test.team(who), question))
from (values
  ('alice', $$'client', 'update', test.id('acme')$$,   'sales_update_own epic_sales t true, management_hand_over_any epic_management f ?'),
  ('alice', $$'client', 'update', test.id('bistro')$$, 'sales_update_own epic_sales t false, management_hand_over_any epic_management f ?'),
  ('alice', $$'client', 'update', test.id('acme'), '{phone}'$$, 'sales_update_own epic_sales t true'),
  ('alice', $$'client', 'update', test.id('acme'), '{commercial_contact_id}'$$, 'management_hand_over_any epic_management f ?'),
  ('alice', $$'client', 'update', test.id('acme'), '{phone,commercial_contact_id}'$$, ''),
  ('emma',  $$'client', 'update', test.id('acme')$$,   'management_hand_over_any epic_management t true, sales_update_own epic_sales f ?'),
  ('chloe', $$'client', 'update', test.id('acme')$$,   'management_hand_over_any epic_management f ?, sales_update_own epic_sales f ?'),
  ('chloe', $$'client', 'read', test.id('acme')$$,     'employee_read_all epic_employee t true'),
  ('chloe', $$'client', 'delete', test.id('acme')$$,   ''),
  ('alice', $$'client', 'update', -1$$,                'sales_update_own epic_sales t false, management_hand_over_any epic_management f ?'),
  ('alice', $$'client', 'create'$$,                    'sales_create_own epic_sales t ?'),
  ('alice', $$'contract', 'update', test.id('acme_signed')$$, 'sales_update_own epic_sales t false, management_update_any epic_management f ?'),
  ('emma',  $$'contract', 'delete', test.id('acme_draft')$$,  'management_delete_drafts epic_management t true'),
  ('emma',  $$'contract', 'delete', test.id('acme_signed')$$, 'management_delete_drafts epic_management t false'),
  ('chloe', $$'event', 'update', test.id('gala')$$,    'support_update_own epic_support t true, management_update_any epic_management f ?'),
  ('chloe', $$'event', 'update', test.id('banquet')$$, 'support_update_own epic_support t false, management_update_any epic_management f ?'),
  ('chloe', $$'event', 'update', test.id('gala'), '{support_contact_id}'$$, 'management_update_any epic_management f ?'),
  ('chloe', $$'event', 'update', test.id('gala'), '{contract_id}'$$, ''),
  ('emma',  $$'employee', 'delete', test.id('emma')$$, 'management_delete_others epic_management t false'),
  ('alice', $$'notification', 'read', test.id('note_to_alice')$$, 'employee_read_own epic_employee t true'),
  ('alice', $$'notification', 'read', test.id('note_to_emma')$$,  'employee_read_own epic_employee t false')
) asked (who, question, answer);

select test.reads('alice', $$ select bool_and(sentence = obj_description(pg_policy.oid, 'pg_policy'))
  from crm.explain_access('contract', 'update', test.id('acme_draft')) join pg_policy on polname = policy and polrelid = 'crm.contract'::regclass $$, 'true',
  'the sentence of a policy is its comment');


-- why a refusal

select test.reads(who, pg_temp.refusal(question), answer, format('%s was refused: %s', test.team(who), question))
from (values
  ('alice', $$'client', 'update', test.id('bistro')$$,
    'visible: sales_update_own: Sales change only the clients they look after.'),
  ('alice', $$'client', 'update', test.id('acme'), '{commercial_contact_id}'$$,
    'visible: management_hand_over_any: Management hands clients over to another sales contact, and changes nothing else about them.'),
  ('emma',  $$'client', 'update', test.id('acme'), '{phone}'$$,
    'visible: sales_update_own: Sales change only the clients they look after.'),
  ('emma',  $$'client', 'create'$$,
    'visible: sales_create_own: Sales create clients, and look after those they create.'),
  ('emma',  $$'client', 'delete', test.id('acme')$$,
    'visible: Nobody may delete this client.'),
  ('alice', $$'contract', 'update', test.id('acme_signed'), '{total_amount}'$$,
    'visible: sales_update_own: Sales change and sign only the contracts of their own clients, and only until they are signed.'),
  ('alice', $$'contract', 'create', null, '{client_id,total_amount}'$$,
    'visible: sales_create_own: Sales create contracts only for their own clients, as drafts.'),
  ('chloe', $$'contract', 'create', null, '{client_id,total_amount}'$$,
    'visible: management_create_any, sales_create_own: Management creates contracts for any client, as drafts. Sales create contracts only for their own clients, as drafts.'),
  ('alice', $$'contract', 'update', test.id('acme_draft'), '{amount_to_be_paid}'$$,
    'visible: Nobody may update this contract.'),
  ('emma',  $$'contract', 'delete', test.id('acme_signed')$$,
    'visible: management_delete_drafts: Management deletes contracts only while they are drafts.'),
  ('alice', $$'payment', 'create'$$,
    'visible: sales_record_own: Sales record payments only for the contracts of their own clients, and correct none.'),
  ('chloe', $$'event', 'update', test.id('banquet')$$,
    'visible: support_update_own: Support change only the events they run.'),
  ('chloe', $$'event', 'update', test.id('gala'), '{support_contact_id}'$$,
    'visible: management_update_any: Management changes any event and assigns its support contact.'),
  ('alice', $$'event', 'update', test.id('gala')$$,
    'visible: management_update_any, support_update_own: Management changes any event and assigns its support contact. Support change only the events they run.'),
  ('emma',  $$'employee', 'delete', test.id('emma')$$,
    'visible: management_delete_others: Management deletes any employee but themselves.'),
  ('alice', $$'employee', 'create'$$,
    'visible: management_create_any: Management creates employees.'),
  ('alice', $$'notification', 'update', test.id('note_to_emma')$$,
    'invisible: employee_mark_own: Every employee marks their own notifications read.'),
  ('alice', $$'contract', 'update', -1$$,
    'invisible: sales_update_own: Sales change and sign only the contracts of their own clients, and only until they are signed.')
) asked (who, question, answer);


-- why a call was refused

select test.reads(who, format('select coalesce(crm.explain_refused_call(%L), ''none'')', called), answer,
  format('%s asks who may call %s', test.team(who), called))
from (values ('alice', 'erase_client',        'Only management may do this.'),
             ('chloe', 'deactivate_employee', 'Only management may do this.'),
             ('emma',  'erase_client',        'Only management may do this.'),
             ('alice', 'notify_employees',    'none'),
             ('alice', 'no_such_function',    'none')) asked (who, called, answer);


-- what it does not answer

select test.refuses('alice', format('select from crm.explain_access(%L, %L)', record, verb),
  '22023', format('There is nothing to explain about %s %s.', verb, record),
  format('there is nothing to explain about %s %s', verb, record))
from (values ('invoice', 'read'), ('client', 'truncate'), ('client; drop table crm.client', 'read'), ('client', '')) bad (record, verb);
select test.advises('alice', $$ select from crm.explain_access('invoice', 'read') $$,
  'Verbs: read, create, update, delete. Records: employee, client, contract, payment, event, notification, history.',
  'whoever asks is told what there is');


-- the sentences of broken rules

select test.reads(who, $$ select crm.rule_sentence('crm', 'event', 'event_ends_after_it_starts') $$, 'An event ends after it starts.',
  format('%s reads the sentence of a constraint', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads('alice', $$ select crm.rule_sentence('crm', 'employee', 'employee_email_key') $$,
     'Another employee already has this e-mail address.',
  'a unique index has a sentence too');
select test.reads('alice', format('select coalesce(crm.rule_sentence(%L, %L, %L), ''none'')', in_schema, in_table, name), 'none',
  format('there is no sentence for %s.%s.%s', in_schema, in_table, name))
from (values ('crm',  'event',         'no_such_rule'),
             ('crm',  'no_such_table', 'event_ends_after_it_starts'),
             ('auth', 'event',         'event_ends_after_it_starts')) bad (in_schema, in_table, name);

select * from finish();
rollback;
