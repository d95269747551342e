-- crm.sign_contract, crm.cancel_contract, crm.record_payment and crm.correct_payment. Each does what the plain statement
-- would, under the policies of its caller; a refusal has the sentence of the policy and a contact.

begin;
set local search_path = tap, public;
select plan(53);
call test.load_company();

create temp table policy_sentence (policy text, sentence text);
insert into policy_sentence
select polname, obj_description(oid, 'pg_policy') from pg_policy
where polrelid in ('crm.contract'::regclass, 'crm.payment'::regclass);
grant select on policy_sentence to public;

create function pg_temp.sentence(called text) returns text
language sql
return (select sentence from policy_sentence where policy = called);

create function pg_temp.call(verb text, of_contract text) returns text
language sql
return format('select crm.%s_contract(test.id(%L))', verb, of_contract);


-- sign

select test.results_in(who, pg_temp.call('sign', contract),
  format($$ select status = 'signed' and signed_at = now() from crm.contract where id = test.id(%L) $$, contract), 'true',
  format('%s signs %s', test.department_of(who), contract))
from (values ('alice', 'acme_draft'), ('emma', 'acme_draft'), ('emma', 'bistro_draft')) may (who, contract);
select test.results_in('alice', pg_temp.call('sign', 'acme_draft'),
  $$ select string_agg(status, ', ' order by id) from crm.contract $$, 'signed, signed, cancelled, draft, signed',
  'signing changes one contract, and no other');
select test.reads('emma', $$ select row(signed.id = test.id('acme_draft'), signed.status) from crm.sign_contract(test.id('acme_draft')) signed $$,
  '(t,signed)',
  'signing returns the contract');
select test.rejects('emma', pg_temp.call('sign', 'acme_cancelled'), '23514',
  format('Contract %s is cancelled: it cannot become signed.', test.id('acme_cancelled')),
  'management cannot sign a cancelled contract');

select test.forbids_with_reason('alice', pg_temp.call('sign', 'bistro_draft'),
  format('You may not sign contract %s.', test.id('bistro_draft')), pg_temp.sentence('sales_update_own'),
  'bruno', 'sales_update_own',
  'sales cannot sign a contract of a colleague''s client, and are told whom to ask');
select test.rejects_with_data(who, pg_temp.call('sign', 'acme_signed'), '55000', 'contract_is_not_signed_yet', 'status',
  jsonb_build_object('since', (select signed_at from crm.contract where id = test.id('acme_signed'))),
  format('Contract %s is signed already.', test.id('acme_signed')),
  format('%s cannot sign a contract again, and is told since when it is signed', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.forbids_with_reason('chloe', pg_temp.call('sign', 'acme_draft'),
  format('You may not sign contract %s.', test.id('acme_draft')),
  pg_temp.sentence('management_update_any') || ' ' || pg_temp.sentence('sales_update_own'),
  'alice', 'management_update_any, sales_update_own',
  'support, who have no grant, cannot sign a contract, and are told why and whom to ask');
select test.rejects(who, 'select crm.sign_contract(-1)', 'P0002', 'There is no contract -1.',
  format('%s cannot sign a contract that does not exist', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, pg_temp.call('sign', 'acme_draft'), format('%s cannot sign a contract', who))
from unnest(array['anonymous', 'authenticator']) who;


-- cancel

select test.results_in('emma', pg_temp.call('cancel', contract),
  format($$ select status from crm.contract where id = test.id(%L) $$, contract), 'cancelled',
  format('management cancels %s', contract))
from unnest(array['acme_draft', 'acme_signed', 'bistro_signed']) contract;
select test.results_in('emma', pg_temp.call('cancel', 'acme_draft'),
  $$ select string_agg(status, ', ' order by id) from crm.contract $$, 'cancelled, signed, cancelled, draft, signed',
  'cancelling changes one contract, and no other');
select test.reads('emma', $$ select row(cancelled.id = test.id('acme_draft'), cancelled.status) from crm.cancel_contract(test.id('acme_draft')) cancelled $$,
  '(t,cancelled)', 'cancelling returns the contract');

select test.forbids_with_reason('alice', pg_temp.call('cancel', contract),
  format('You may not cancel contract %s.', test.id(contract)), pg_temp.sentence('sales_update_own'), contact, 'sales_update_own',
  format('sales cannot cancel a contract: %s', contract))
from (values ('acme_draft',   'management'),
             ('acme_signed',  'management'),
             ('bistro_draft', 'bruno')) own (contract, contact);
call test.given('emma', pg_temp.call('cancel', 'bistro_draft'));
select test.rejects_with_data('emma', pg_temp.call('cancel', 'bistro_draft'), '55000', 'contract_is_not_cancelled_yet', 'status',
  jsonb_build_object('since', now()), format('Contract %s is cancelled already.', test.id('bistro_draft')),
  'management cannot cancel a contract again, and is told since when it is cancelled');
select test.forbids_with_reason('chloe', pg_temp.call('cancel', 'bistro_signed'),
  format('You may not cancel contract %s.', test.id('bistro_signed')),
  pg_temp.sentence('management_update_any') || ' ' || pg_temp.sentence('sales_update_own'),
  'bruno', 'management_update_any, sales_update_own',
  'support cannot cancel a contract');
select test.rejects(who, 'select crm.cancel_contract(-1)', 'P0002', 'There is no contract -1.',
  format('%s cannot cancel a contract that does not exist', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- record a payment

create function pg_temp.pay(contract text, amount text, more text default '') returns text
language sql
return format('select crm.record_payment(test.id(%L), %s%s)', contract, amount, more);

select test.results_in(who, pg_temp.pay(contract, '250.50'),
  format($$ select row(contract_id = test.id(%L), amount, paid_on = current_date, recorded_by = test.id(%L))
            from crm.payment where id <> test.id('deposit') $$, contract, who), '(t,250.50,t,t)',
  format('%s records a payment for %s, of today and in their own name', test.department_of(who), contract))
from (values ('alice', 'acme_signed'), ('emma', 'acme_signed'), ('emma', 'bistro_signed')) may (who, contract);
select test.results_in('alice', pg_temp.pay('acme_signed', '250.50', $$, paid_on => '2026-02-03'$$),
  $$ select paid_on from crm.payment where id <> test.id('deposit') $$, '2026-02-03',
  'a payment may be recorded for another day');
select test.results_in('alice', pg_temp.pay('acme_signed', '3000'),
  $$ select amount_to_be_paid from crm.contract where id = test.id('acme_signed') $$, '0.00',
  'a payment reduces what remains to be paid');
select test.reads('alice', $$ select row(recorded.contract_id = test.id('acme_signed'), recorded.amount)
                              from crm.record_payment(test.id('acme_signed'), 7) recorded $$, '(t,7.00)',
  'recording a payment returns it');
select test.results_in('emma', pg_temp.pay('acme_signed', '-500'),
  $$ select amount_to_be_paid from crm.contract where id = test.id('acme_signed') $$, '3500.00',
  'management corrects a part of what was paid with a negative amount');

select test.forbids_with_reason('alice', pg_temp.pay('acme_signed', '-500'),
  'You may not record this payment.', pg_temp.sentence('sales_record_own'), 'management', 'sales_record_own',
  'sales cannot record a negative amount');
select test.forbids_with_reason('alice', pg_temp.pay('bistro_signed', '500'),
  'You may not record this payment.', pg_temp.sentence('sales_record_own'),
  'bruno', 'sales_record_own',
  'sales cannot record a payment for a colleague''s contract');
select test.forbids_with_reason('chloe', pg_temp.pay('acme_signed', '500'),
  'You may not record this payment.', pg_temp.sentence('management_record_any') || ' ' || pg_temp.sentence('sales_record_own'),
  'alice', 'management_record_any, sales_record_own',
  'support cannot record a payment');
select test.rejects('emma', pg_temp.pay(contract, amount), '23514', sentence,
  format('a payment that breaks a rule is refused with the sentence of the rule: %s, %s', contract, amount))
from (values ('acme_draft',  '1',    format('Contract %s is a draft: only a signed contract is paid.', test.id('acme_draft'))),
             ('acme_signed', '3001', format('Contract %s has 3 000.00 € left to pay: 3 001.00 € is more than that.', test.id('acme_signed'))),
             ('acme_signed', '0',    'A payment is an amount other than zero.')) wrong (contract, amount, sentence);
select test.rejects('emma', 'select crm.record_payment(-1, 5)', 'P0002', 'There is no contract -1.',
  'a payment for a contract that does not exist is refused');


-- correct a payment

select test.results_in('emma', $$ select crm.correct_payment(test.id('deposit')) $$,
  $$ select row(contract_id = test.id('acme_signed'), amount, paid_on = current_date, recorded_by = test.id('emma'))
     from crm.payment where id <> test.id('deposit') $$, '(t,-2000.00,t,t)',
  'management corrects a payment with an entry of the opposite amount');
select test.results_in('emma', $$ select crm.correct_payment(test.id('deposit')) $$,
  $$ select row(amount_to_be_paid, (select amount from crm.payment where id = test.id('deposit')))
     from crm.contract where id = test.id('acme_signed') $$, '(5000.00,2000.00)',
  'a corrected payment stays in the ledger, and its amount is to be paid again');
select test.results_in('emma', $$ select crm.correct_payment(test.id('deposit'), corrected_on => '2026-02-03') $$,
  $$ select paid_on from crm.payment where id <> test.id('deposit') $$, '2026-02-03',
  'a correction may be recorded for another day');
select test.reads('emma', $$ select row(correction.id <> test.id('deposit'), correction.amount) from crm.correct_payment(test.id('deposit')) correction $$,
  '(t,-2000.00)', 'correcting a payment returns the correction');

select test.forbids_with_reason('alice', $$ select crm.correct_payment(test.id('deposit')) $$,
  format('You may not correct payment %s.', test.id('deposit')), pg_temp.sentence('sales_record_own'),
  'management', 'sales_record_own',
  'sales cannot correct a payment, not even their own');
select test.forbids_with_reason('chloe', $$ select crm.correct_payment(test.id('deposit')) $$,
  format('You may not correct payment %s.', test.id('deposit')),
  pg_temp.sentence('management_record_any') || ' ' || pg_temp.sentence('sales_record_own'),
  'management', 'management_record_any, sales_record_own',
  'support cannot correct a payment');
select test.rejects(who, 'select crm.correct_payment(-1)', 'P0002', 'There is no payment -1.',
  format('%s cannot correct a payment that does not exist', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

call test.given('emma', $$ select set_config('test.correction', (crm.correct_payment(test.id('deposit'))).id::text, true) $$);
call test.set_id('correction', current_setting('test.correction')::integer);
select test.rejects_with_data('emma', $$ select crm.correct_payment(test.id('correction')) $$, '23514', 'payment_is_no_correction', 'payment_id', null,
  format('Payment %s is a correction itself: to undo it, record the payment again.', test.id('correction')),
  'a correction cannot be corrected');
select test.rejects('emma', $$ select crm.correct_payment(test.id('deposit')) $$, '23514',
  format('Contract %s has 0.00 € of payments: a correction of 2 000.00 € is more than that.', test.id('acme_signed')),
  'a payment cannot be corrected twice');

select * from finish();
rollback;
