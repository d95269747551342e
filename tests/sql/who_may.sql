-- crm.who_may: who may do something to a record. It answers for every active employee what crm.explain_access answers
-- that employee (catalogue/who_may_verdicts.sql), tries what is permitted, undoes it, and says which rule refuses it.
-- dba.who_may is the same for DBAs.

begin;
set local search_path = tap, public;
select plan(49);
call test.load_company();
call test.given('alice', $$ update crm.client set phone = '0102030405' where id = test.id('acme') $$);  -- so that there is history

-- The answers in one line: + permitted, - not, ? open; then the rules: = kept, ! broken, ~ untried.
create function pg_temp.answers(question text, source text default 'crm.who_may') returns text
language sql
return format($$
  select string_agg(concat(
      case when holds then '+' when not holds then '-' else '?' end,
      coalesce(lower(split_part(full_name, ' ', 1)), department || '*' || people),
      case rules when 'kept' then '=' when 'broken' then '!' || rule when 'untried' then '~' end), ', ' order by department, full_name)
  from %s(%s) $$, source, question);


create function pg_temp.dba_answers(question text) returns text
language plpgsql
as $$
declare
  answer text;
begin
  execute pg_temp.answers(question, 'dba.who_may') into answer;
  return answer;
end
$$;


-- one answer for a department whose people all get the same, otherwise one for each person

select test.reads('chloe', pg_temp.answers(question), answer, format('support ask who may: %s', question))
from (values
  ($$'contract', 'read', test.id('acme_draft')$$,   '+management*2=, +sales*3=, +support*3='),
  ($$'contract', 'sign', test.id('acme_draft')$$,   '+management*2=, +alice=, -basile, -bruno, -support*3'),
  ($$'contract', 'sign', test.id('acme_signed')$$,  '+management*2!contract_is_not_signed_yet, -sales*3, -support*3'),
  ($$'contract', 'cancel', test.id('acme_cancelled')$$, '+management*2!contract_is_not_cancelled_yet, -sales*3, -support*3'),
  ($$'contract', 'update', test.id('acme_signed'), new_values => '{"total_amount": 1}'$$,
    '+management*2!contract_total_covers_payments, -sales*3, -support*3'),
  ($$'contract', 'update', test.id('acme_signed'), '{total_amount}'$$, '+management*2~, -sales*3, -support*3'),
  ($$'contract', 'update', test.id('acme_draft'), new_values => '{"signed_at": "2026-01-01"}'$$, '-management*2, -sales*3, -support*3'),
  ($$'contract', 'create'$$,                        '?management*2, ?sales*3, -support*3'),
  ($$'contract', 'create', new_values => jsonb_build_object('client_id', test.id('acme'), 'total_amount', 4)$$,
    '+management*2~, +alice~, -basile, -bruno, -support*3'),
  ($$'payment', 'record', new_values => jsonb_build_object('contract_id', test.id('acme_draft'), 'amount', 4)$$,
    '+management*2!payment_needs_a_signed_contract, +alice!payment_needs_a_signed_contract, -basile, -bruno, -support*3'),
  ($$'event', 'update', test.id('gala'), '{notes}'$$, '+management*2~, -sales*3, +chloe~, -denis, -ines'),
  ($$'event', 'unassign', test.id('gala')$$,        '+management*2=, -sales*3, -support*3'),
  ($$'employee', 'delete', test.id('emma')$$,       '-emma, +felix~, -sales*3, -support*3'),
  ($$'employee', 'deactivate', test.id('alice')$$,  '+management*2!employee_hands_over_first, -sales*3, -support*3'),
  ($$'client', 'erase', test.id('acme')$$,          '+management*2~, -sales*3, -support*3'),
  ($$'notification', 'read'$$,                      '?management*2, ?sales*3, ?support*3'),
  ($$'history', 'read', (select min(id)::integer from crm.history where record = 'client')$$, '+management*2=, +sales*3=, +support*3=')
) asked (question, answer);

select test.reads('chloe', $$ select concat_ws(' / ', department, employee_id, full_name, people, holds, policy, sentence, rules, rule, rule_sentence, is_complete)
    from crm.who_may('contract', 'cancel', test.id('acme_cancelled')) where holds $$,
  format('management / 2 / t / management_update_any / Management changes, signs and cancels any contract. / broken / '
    'contract_is_not_cancelled_yet / Contract %s is cancelled already. / t', test.id('acme_cancelled')),
  'an answer has the policy and the rule, each with its sentence');
select test.reads('chloe', $$ select concat_ws(' / ', employee_id = test.id('alice'), full_name, people, policy, sentence, rules, is_complete)
    from crm.who_may('contract', 'sign', test.id('acme_draft')) where full_name = 'Alice' $$,
  't / Alice / 1 / sales_update_own / Sales change and sign only the contracts of their own clients, and only until they are signed. / kept / t',
  'an answer about one person names them');
select test.reads('chloe', $$ select string_agg(distinct is_complete::text, ' ') from crm.who_may('contract', 'create') where holds is null $$, 'false',
  'an answer that stays open is not complete');
select test.reads('chloe', $$ select string_agg(distinct concat_ws(' ', is_complete, rules), ', ') from crm.who_may('employee', 'delete', test.id('emma')) where holds $$, 'f untried',
  'an answer whose rules could not be tried is not complete');

select test.reads(who, pg_temp.answers($$'employee', 'delete', test.id('bruno')$$), answer,
  format('rules that epic_owner may not try are tried as %s, who may', test.department_of(who)))
from (values
  ('emma',  '+management*2!client_commercial_contact_id_fkey, -sales*3, -support*3'),
  ('chloe', '+management*2~, -sales*3, -support*3')) asked (who, answer);
select test.reads('emma', $$ select rule_sentence from crm.who_may('employee', 'delete', test.id('bruno')) where holds $$,
  (select obj_description(oid, 'pg_constraint') from pg_constraint where conname = 'client_commercial_contact_id_fkey'),
  'a constraint that refuses is named with its comment');


select test.reads('chloe', pg_temp.answers($$'client', 'erase', test.id('acme'), new_values => '{"phone": "1"}'$$), '+management*2~, -sales*3, -support*3',
  'a function is not tried');
select is(pg_temp.dba_answers(question), answer, format('a DBA asks who may: %s', question))
from (values
  ($$'contract', 'sign', test.id('acme_draft')$$,  '+management*2=, +alice=, -basile, -bruno, -support*3'),
  ($$'notification', 'read', test.id('note_to_chloe')$$, '-management*2, -sales*3, +chloe=, -denis, -ines'),
  ($$'event', 'delete', test.id('picnic')$$,       '+management*2=, -sales*3, -support*3')) asked (question, answer);

create function pg_temp.ids_of_history() returns bigint
language sql
return (select last_value from audit.change_id_seq);
select set_config('test.ids', pg_temp.ids_of_history()::text, true);
call test.given('chloe', $$ select from crm.who_may('contract', 'update', test.id('acme_draft'), new_values => '{"creation_date": "2026-01-01"}') $$);
select is(pg_temp.ids_of_history()::text, current_setting('test.ids'), 'what no employee is permitted is not tried');
call test.given('chloe', $$ select from crm.who_may('contract', 'sign', test.id('acme_draft')) $$);
select isnt(pg_temp.ids_of_history()::text, current_setting('test.ids'), 'what some are permitted is');

call test.given('dba', $$
  create function pg_temp.refuse() returns trigger language plpgsql as 'begin raise check_violation using constraint = ''late_rule'', message = ''Too late.''; end';
  grant execute on function pg_temp.refuse() to public;
  create constraint trigger contract_99_late after update on crm.contract deferrable initially deferred for each row execute function pg_temp.refuse() $$);
select test.reads('chloe', pg_temp.answers($$'contract', 'sign', test.id('acme_draft')$$),
  '+management*2!late_rule, +alice!late_rule, -basile, -bruno, -support*3', 'a rule that is checked at the end of the transaction refuses too');
call test.given('dba', $$ drop trigger contract_99_late on crm.contract $$);


-- who is asked for

call test.given('emma', $$ insert into crm.employee (full_name, email, department) values ('Zoe', 'zoe@epic.example', 'support') $$);
select test.reads('alice', pg_temp.answers($$'contract', 'read', test.id('acme_draft')$$), '+management*2=, +sales*3=, +support*4=',
  'a new employee is asked for, those who were deactivated are not');
call test.given('dba', $$ update identity.configuration set second_factor_required_for = '{management}' $$);
call test.given('dba', $$ insert into identity.second_factor (employee_id, secret, enabled_at) values (test.id('felix'), 'a secret of 20 bytes', now()) $$);
select test.reads('alice', pg_temp.answers($$'employee', 'update', test.id('alice'), '{phone}'$$), '-emma, +felix~, -sales*3, -support*4',
  'who has no second factor where their department needs one is not permitted what asks for it; who has one is');
select test.reads('alice', pg_temp.answers($$'client', 'erase', test.id('acme')$$), '-emma, +felix~, -sales*3, -support*4',
  'the same holds for a function');
call test.given('dba', $$ update identity.configuration set second_factor_required_for = '{}' $$);
call test.given('dba', $$ delete from identity.second_factor $$);


-- private rows

select test.rejects(who, $$ select from crm.who_may('notification', 'read', test.id('note_to_emma')) $$,
  'P0002', format('There is no notification %s.', test.id('note_to_emma')), format('%s does not ask about a notification of a colleague', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.reads('chloe', pg_temp.answers($$'notification', 'read', test.id('note_to_chloe')$$), '-management*2, -sales*3, +chloe=, -denis, -ines, -zoe',
  'an employee asks about their own notification');
select test.reads('felix', pg_temp.answers($$'notification', 'read', test.id('note_to_alice')$$), '-management*2, +alice=, -basile, -bruno, -support*4',
  'management asks about any');
select test.rejects('emma', $$ select from crm.who_may('contract', 'sign', -1) $$, 'P0002', 'There is no contract -1.',
  'there is no answer about a record that does not exist');
select test.rejects('emma', $$ select from crm.who_may('castle', 'sign', 1) $$, '22023', 'There is nothing to explain about sign castle.',
  'there is no answer about what there is not');

call test.given('dba', $$ create policy sales_read_none on crm.contract for select to epic_sales using (false) $$);
select test.reads('alice', pg_temp.answers($$'contract', 'read', test.id('acme_draft')$$), '+management*2=, +sales*3=, +support*4=',
  'a row is read if one policy of several permits it');
call test.given('dba', $$ drop policy sales_read_none on crm.contract $$);
call test.given('dba', $$ revoke select on crm.payment from epic_employee $$);
select test.reads('alice', pg_temp.answers($$'payment', 'record'$$), '?management*2, ?sales*3, -support*4',
  'who may create a record is told to who reads none');
call test.given('dba', $$ grant select on crm.payment to epic_employee $$);


-- in whose name

select test.results_in('chloe', $$ do $do$
    begin
      perform from crm.who_may('contract', 'sign', test.id('acme_draft'));
      perform set_config('test.seen', concat_ws(' ', current_setting('role'), crm.current_employee_id() = test.id('chloe'), crm.current_department(), identity.in_writable_session()), true);
    end $do$ $$,
  $$ current_setting('test.seen') $$, 'epic_support t support t', 'afterwards the caller is in their own session');
select test.results_in('chloe', $$ do $do$
    begin
      perform from crm.who_may('contract', 'update', test.id('acme_draft'), new_values => '{"total_amount": "much"}');
    exception when invalid_text_representation then
      perform set_config('test.seen', concat_ws(' ', current_setting('role'), crm.current_employee_id() = test.id('chloe'), crm.current_department(), identity.in_writable_session()), true);
    end $do$ $$,
  $$ current_setting('test.seen') $$, 'epic_support t support t', 'and after an error too');
select is(test.summary(test.attempt('emma', format('select from crm.who_may(%s)', question), compare_data => true)) !~ 'something changed', true,
  format('a trial leaves nothing behind: %s', question))
from unnest(array[
  $$'contract', 'sign', test.id('acme_draft')$$,
  $$'employee', 'deactivate', test.id('felix')$$,
  $$'event', 'delete', test.id('picnic')$$]) question;
select test.rejects('authenticator', $$ select set_config('role', 'epic_management', true); select from crm.who_may('contract', 'sign', test.id('acme_draft')) $$,
  '42501', 'This is done in a session only.', 'outside a session it answers nothing');
select test.reads('alice', $$ select has_function_privilege('access.answer_all(text, text, integer, text[], jsonb)', 'execute')
    or has_function_privilege('access.answers(text, text, integer, text[], jsonb)', 'execute')
    or has_function_privilege('identity.set_claims(text, integer, uuid, text, boolean, boolean, text)', 'execute') $$, 'false',
  'no employee calls what sets the claims of others');

select * from finish();
rollback;
