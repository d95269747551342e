-- Amounts: 0 ≤ amount_to_be_paid ≤ total; what remains is the total less the payments, kept by the database;
-- only a signed contract is paid, and never more than what remains.

begin;
set local search_path = tap, public;
select plan(37);
call test.load_company();

create function pg_temp.pay(contract text, amount text) returns text
language sql
return format('insert into crm.payment (contract_id, amount) values (test.id(%L), %L)', contract, amount);

create function pg_temp.remains(contract text) returns text
language sql
return format('select amount_to_be_paid from crm.contract where id = test.id(%L)', contract);

create function pg_temp.set_total(contract text, amount text) returns text
language sql
return format('update crm.contract set total_amount = %L where id = test.id(%L)', amount, contract);


-- the total

select test.results_in('alice', pg_temp.set_total('acme_draft', total), pg_temp.remains('acme_draft'), remains,
  format('a draft with a total of %s € has %s € left to pay', total, remains))
from (values ('0', '0.00'), ('1200.50', '1200.50'), ('9999999999.99', '9999999999.99'), ('10.005', '10.01')) amount (total, remains);
select test.rejects('alice', format($$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), %L) $$, total),
  '23514', 'The total of a contract is an amount of zero euros or more.',
  format('a contract is not created with a total of %s €', total))
from unnest(array['-0.01', 'NaN']) total;
select test.rejects(who, pg_temp.set_total('acme_draft', '-0.01'),
  '23514', 'The total of a contract is an amount of zero euros or more.',
  format('%s does not set a total below zero', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select is((test.attempt('alice', pg_temp.set_total('acme_draft', '10000000000'))).state, '22003',
  'a total is at most 9,999,999,999.99 €');

select test.results_in('emma', pg_temp.set_total('acme_signed', total), pg_temp.remains('acme_signed'), remains,
  format('a contract of which 2000 € are paid, with a new total of %s €, has %s € left to pay', total, remains))
from (values ('6000', '4000.00'), ('2500', '500.00'), ('2000', '0.00')) amount (total, remains);
select test.rejects('emma', pg_temp.set_total('acme_signed', '1999.99'),
  '23514', format('Contract %s already has 2 000.00 € of payments: its total cannot be less.', test.id('acme_signed')),
  'a total is not set below what has been paid');


-- payments

select test.results_in('alice', pg_temp.pay('acme_signed', amount), pg_temp.remains('acme_signed'), remains,
  format('a payment of %s € on 3000 € leaves %s € to pay', amount, remains))
from (values ('0.01', '2999.99'), ('1000', '2000.00'), ('3000', '0.00')) payment (amount, remains);
select test.rejects('alice', pg_temp.pay('acme_signed', '3000.01'),
  '23514', format('Contract %s has 3 000.00 € left to pay: 3 000.01 € is more than that.', test.id('acme_signed')),
  'a payment is not more than what remains to be paid');
call test.given('alice', pg_temp.pay('acme_signed', '2999.99'));
select test.rejects(who, pg_temp.pay('acme_signed', '0.02'),
  '23514', format('Contract %s has 0.01 € left to pay: 0.02 € is more than that.', test.id('acme_signed')),
  format('%s does not pay the last cent twice', test.department_of(who)))
from unnest(array['alice', 'emma']) who;

select test.results_in('emma', pg_temp.pay('acme_signed', amount), pg_temp.remains('acme_signed'), remains,
  format('a correction of %s € leaves %s € to pay', amount, remains))
from (values ('-0.01', '0.02'), ('-4999.99', '5000.00')) correction (amount, remains);
select test.rejects('emma', pg_temp.pay('acme_signed', '-5000'),
  '23514', format('Contract %s has 4 999.99 € of payments: a correction of 5 000.00 € is more than that.', test.id('acme_signed')),
  'a correction is not more than what was paid');

select test.rejects('emma', pg_temp.pay('acme_signed', amount),
  '23514', 'A payment is an amount other than zero.',
  format('%s € is not accepted as a payment', amount))
from unnest(array['0', '0.004', '-0.004']) amount;
select test.rejects('emma', pg_temp.pay('bistro_signed', 'NaN'),
  '23514', format('Contract %s has 800.00 € left to pay: NaN € is more than that.', test.id('bistro_signed')),
  'NaN is not accepted as a payment');
select test.rejects('dba', format($$
    set local session_replication_role = replica;
    insert into crm.payment (contract_id, amount, recorded_by) values (test.id('bistro_signed'), %L, test.id('bruno')) $$, amount),
  '23514', 'A payment is an amount other than zero.',
  format('%s is not accepted as a payment with triggers switched off either', amount))
from unnest(array['0', 'NaN']) amount;

select test.rejects(who, pg_temp.pay(contract, '1'),
  '23514', format('Contract %s is %s: only a signed contract is paid.', test.id(contract), status),
  format('%s records no payment for a contract that is %s', test.department_of(who), status))
from unnest(array['alice', 'emma']) who, (values ('acme_draft', 'a draft'), ('acme_cancelled', 'cancelled')) bad (contract, status);
select test.rejects(who, $$ insert into crm.payment (contract_id, amount) values (-1, 1) $$,
  'P0002', 'There is no contract -1.',
  format('%s records no payment for a contract that does not exist', test.department_of(who)))
from unnest(array['alice', 'emma']) who;

select is_empty(
  $$ select contract.id, amount_to_be_paid from crm.contract
     where amount_to_be_paid <> total_amount - (select coalesce(sum(amount), 0) from crm.payment where contract_id = contract.id) $$,
  'what remains to be paid of every contract is its total less its payments');


-- what remains to be paid, written by hand by a DBA

select test.rejects('dba', format($$ update crm.contract set amount_to_be_paid = %s where id = test.id('bistro_signed') $$, amount),
  '23514', 'What remains to be paid is never less than zero and never more than the total.',
  format('a DBA does not set what remains of 800 € to %s €', amount))
from unnest(array['-0.01', '800.01']) amount;

select * from finish();
rollback;
