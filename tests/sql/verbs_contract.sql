-- The verbs of contracts and payments: sign, cancel, record, correct. Each does what the plain statement would, as far
-- as the policies let its caller; what they refuse is refused in their words, with whom to ask.

begin;
set local search_path = tap, public;
select plan(53);
call test.open_the_company();

create temp table said (policy text, sentence text);
insert into said
select polname, obj_description(oid, 'pg_policy') from pg_policy
where polrelid in ('crm.contract'::regclass, 'crm.payment'::regclass);
grant select on said to public;

create function pg_temp.said(called text) returns text
language sql
return (select sentence from said where policy = called);

create function pg_temp.call(verb text, of_contract text) returns text
language sql
return format('select crm.%s_contract(test.id(%L))', verb, of_contract);


-- sign

select test.leaves(who, pg_temp.call('sign', contract),
  format($$ select status = 'signed' and signed_at = now() from crm.contract where id = test.id(%L) $$, contract), 'true',
  format('%s signs %s', test.team(who), contract))
from (values ('alice', 'acme_draft'), ('emma', 'acme_draft'), ('emma', 'bistro_draft')) may (who, contract);
select test.leaves('alice', pg_temp.call('sign', 'acme_draft'),
  $$ select string_agg(status, ', ' order by id) from crm.contract $$, 'signed, signed, cancelled, draft, signed',
  'one contract is signed, and no other');
select test.reads('emma', $$ select row(signed.id = test.id('acme_draft'), signed.status) from crm.sign_contract(test.id('acme_draft')) signed $$,
  '(t,signed)',
  'whoever signs is given the contract');
select test.refuses('emma', pg_temp.call('sign', 'acme_cancelled'), '23514',
  format('Contract %s is cancelled: it cannot become signed.', test.id('acme_cancelled')),
  'a cancelled contract is not signed, by anyone');

select test.denies('alice', pg_temp.call('sign', 'bistro_draft'),
  format('You may not sign contract %s.', test.id('bistro_draft')), pg_temp.said('sales_update_own'),
  'bruno', 'sales_update_own',
  'sales do not sign a contract of a colleague''s client, and are told whose it is');
select test.raises(who, pg_temp.call('sign', 'acme_signed'), '55000', 'contract_is_not_signed_yet', 'status',
  jsonb_build_object('since', (select signed_at from crm.contract where id = test.id('acme_signed'))),
  format('Contract %s is signed already.', test.id('acme_signed')),
  format('%s does not sign a contract again, and is told since when it is signed', test.team(who)))
from unnest(array['alice', 'emma']) who;
select test.denies('chloe', pg_temp.call('sign', 'acme_draft'),
  format('You may not sign contract %s.', test.id('acme_draft')),
  pg_temp.said('management_update_any') || ' ' || pg_temp.said('sales_update_own'),
  'alice', 'management_update_any, sales_update_own',
  'support sign no contract: here it is the grant that is missing, and it reads no worse');
select test.refuses(who, 'select crm.sign_contract(-1)', 'P0002', 'There is no contract -1.',
  format('%s signs nothing that does not exist', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, pg_temp.call('sign', 'acme_draft'), format('%s signs nothing', who))
from unnest(array['stranger', 'login']) who;


-- cancel

select test.leaves('emma', pg_temp.call('cancel', contract),
  format($$ select status from crm.contract where id = test.id(%L) $$, contract), 'cancelled',
  format('management cancels %s', contract))
from unnest(array['acme_draft', 'acme_signed', 'bistro_signed']) contract;
select test.leaves('emma', pg_temp.call('cancel', 'acme_draft'),
  $$ select string_agg(status, ', ' order by id) from crm.contract $$, 'cancelled, signed, cancelled, draft, signed',
  'one contract is cancelled, and no other');
select test.reads('emma', $$ select row(cancelled.id = test.id('acme_draft'), cancelled.status) from crm.cancel_contract(test.id('acme_draft')) cancelled $$,
  '(t,cancelled)', 'whoever cancels is given the contract');

select test.denies('alice', pg_temp.call('cancel', contract),
  format('You may not cancel contract %s.', test.id(contract)), pg_temp.said('sales_update_own'), contact, 'sales_update_own',
  format('sales cancel no contract: %s', contract))
from (values ('acme_draft',   'management'),
             ('acme_signed',  'management'),
             ('bistro_draft', 'bruno')) own (contract, contact);
call test.given('emma', pg_temp.call('cancel', 'bistro_draft'));
select test.raises('emma', pg_temp.call('cancel', 'bistro_draft'), '55000', 'contract_is_not_cancelled_yet', 'status',
  jsonb_build_object('since', now()), format('Contract %s is cancelled already.', test.id('bistro_draft')),
  'management does not cancel a contract again, and is told since when it is cancelled');
select test.denies('chloe', pg_temp.call('cancel', 'bistro_signed'),
  format('You may not cancel contract %s.', test.id('bistro_signed')),
  pg_temp.said('management_update_any') || ' ' || pg_temp.said('sales_update_own'),
  'bruno', 'management_update_any, sales_update_own',
  'support cancel no contract');
select test.refuses(who, 'select crm.cancel_contract(-1)', 'P0002', 'There is no contract -1.',
  format('%s cancels nothing that does not exist', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- record a payment

create function pg_temp.pay(contract text, amount text, more text default '') returns text
language sql
return format('select crm.record_payment(test.id(%L), %s%s)', contract, amount, more);

select test.leaves(who, pg_temp.pay(contract, '250.50'),
  format($$ select row(contract_id = test.id(%L), amount, paid_on = current_date, recorded_by = test.id(%L))
            from crm.payment where id <> test.id('deposit') $$, contract, who), '(t,250.50,t,t)',
  format('%s records a payment for %s: of today, and of their own', test.team(who), contract))
from (values ('alice', 'acme_signed'), ('emma', 'acme_signed'), ('emma', 'bistro_signed')) may (who, contract);
select test.leaves('alice', pg_temp.pay('acme_signed', '250.50', $$, paid_on => '2026-02-03'$$),
  $$ select paid_on from crm.payment where id <> test.id('deposit') $$, '2026-02-03',
  'or of another day');
select test.leaves('alice', pg_temp.pay('acme_signed', '3000'),
  $$ select amount_to_be_paid from crm.contract where id = test.id('acme_signed') $$, '0.00',
  'what remains to be paid is reduced');
select test.reads('alice', $$ select row(recorded.contract_id = test.id('acme_signed'), recorded.amount)
                              from crm.record_payment(test.id('acme_signed'), 7) recorded $$, '(t,7.00)',
  'whoever records a payment is given it');
select test.leaves('emma', pg_temp.pay('acme_signed', '-500'),
  $$ select amount_to_be_paid from crm.contract where id = test.id('acme_signed') $$, '3500.00',
  'management takes a part of what was paid back, with a negative amount');

select test.denies('alice', pg_temp.pay('acme_signed', '-500'),
  'You may not record this payment.', pg_temp.said('sales_record_own'), 'management', 'sales_record_own',
  'sales take nothing back');
select test.denies('alice', pg_temp.pay('bistro_signed', '500'),
  'You may not record this payment.', pg_temp.said('sales_record_own'),
  'bruno', 'sales_record_own',
  'sales record nothing for a colleague''s contract');
select test.denies('chloe', pg_temp.pay('acme_signed', '500'),
  'You may not record this payment.', pg_temp.said('management_record_any') || ' ' || pg_temp.said('sales_record_own'),
  'alice', 'management_record_any, sales_record_own',
  'support record no payment');
select test.refuses('emma', pg_temp.pay(contract, amount), '23514', sentence,
  format('a payment that breaks a rule is refused in the words of the rule: %s, %s', contract, amount))
from (values ('acme_draft',  '1',    format('Contract %s is a draft: only a signed contract is paid.', test.id('acme_draft'))),
             ('acme_signed', '3001', format('Contract %s has 3 000.00 € left to pay: 3 001.00 € is more than that.', test.id('acme_signed'))),
             ('acme_signed', '0',    'A payment is an amount other than zero.')) wrong (contract, amount, sentence);
select test.refuses('emma', 'select crm.record_payment(-1, 5)', 'P0002', 'There is no contract -1.',
  'nothing is paid for a contract that does not exist');


-- correct a payment

select test.leaves('emma', $$ select crm.correct_payment(test.id('deposit')) $$,
  $$ select row(contract_id = test.id('acme_signed'), amount, paid_on = current_date, recorded_by = test.id('emma'))
     from crm.payment where id <> test.id('deposit') $$, '(t,-2000.00,t,t)',
  'management takes a payment back, with an entry of the opposite amount');
select test.leaves('emma', $$ select crm.correct_payment(test.id('deposit')) $$,
  $$ select row(amount_to_be_paid, (select amount from crm.payment where id = test.id('deposit')))
     from crm.contract where id = test.id('acme_signed') $$, '(5000.00,2000.00)',
  'then all of it is to be paid again, and the payment stays in the ledger');
select test.leaves('emma', $$ select crm.correct_payment(test.id('deposit'), corrected_on => '2026-02-03') $$,
  $$ select paid_on from crm.payment where id <> test.id('deposit') $$, '2026-02-03',
  'of another day, if that is said');
select test.reads('emma', $$ select row(correction.id <> test.id('deposit'), correction.amount) from crm.correct_payment(test.id('deposit')) correction $$,
  '(t,-2000.00)', 'whoever corrects a payment is given the correction');

select test.denies('alice', $$ select crm.correct_payment(test.id('deposit')) $$,
  format('You may not correct payment %s.', test.id('deposit')), pg_temp.said('sales_record_own'),
  'management', 'sales_record_own',
  'sales correct no payment, even of their own');
select test.denies('chloe', $$ select crm.correct_payment(test.id('deposit')) $$,
  format('You may not correct payment %s.', test.id('deposit')),
  pg_temp.said('management_record_any') || ' ' || pg_temp.said('sales_record_own'),
  'management', 'management_record_any, sales_record_own',
  'support correct no payment');
select test.refuses(who, 'select crm.correct_payment(-1)', 'P0002', 'There is no payment -1.',
  format('%s corrects nothing that does not exist', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

call test.given('emma', $$ select set_config('test.correction', (crm.correct_payment(test.id('deposit'))).id::text, true) $$);
call test.introduce('correction', current_setting('test.correction')::integer);
select test.raises('emma', $$ select crm.correct_payment(test.id('correction')) $$, '23514', 'payment_is_no_correction', 'payment_id', null,
  format('Payment %s is a correction itself: to undo it, record the payment again.', test.id('correction')),
  'a correction is not corrected: it is undone by recording the payment again');
select test.refuses('emma', $$ select crm.correct_payment(test.id('deposit')) $$, '23514',
  format('Contract %s has 0.00 € of payments: a correction of 2 000.00 € is more than that.', test.id('acme_signed')),
  'more than what was paid is not taken back');

select * from finish();
rollback;
