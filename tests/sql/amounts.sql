-- Amounts: 0 ≤ amount_to_be_paid ≤ total; what remains is the total less the payments, kept by the database;
-- only a signed contract is paid, and never more than what remains.

begin;
set local search_path = tap, public;
select plan(37);
call test.open_the_company();

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

select test.leaves('alice', pg_temp.set_total('acme_draft', total), pg_temp.remains('acme_draft'), remains,
  format('of a draft of %s € there remain %s €', total, remains))
from (values ('0', '0.00'), ('1200.50', '1200.50'), ('9999999999.99', '9999999999.99'), ('10.005', '10.01')) amount (total, remains);
select test.refuses('alice', format($$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), %L) $$, total),
  '23514', 'The total of a contract is an amount of zero euros or more.',
  format('a total of %s € is no total', total))
from unnest(array['-0.01', 'NaN']) total;
select test.refuses(who, pg_temp.set_total('acme_draft', '-0.01'),
  '23514', 'The total of a contract is an amount of zero euros or more.',
  format('%s does not change a total to less than zero', test.team(who)))
from unnest(array['alice', 'emma']) who;
select is((test.attempt('alice', pg_temp.set_total('acme_draft', '10000000000'))).state, '22003',
  'a total is at most 9,999,999,999.99 €');

select test.leaves('emma', pg_temp.set_total('acme_signed', total), pg_temp.remains('acme_signed'), remains,
  format('when 2000 € of a contract are paid and its total becomes %s €, there remain %s €', total, remains))
from (values ('6000', '4000.00'), ('2500', '500.00'), ('2000', '0.00')) amount (total, remains);
select test.refuses('emma', pg_temp.set_total('acme_signed', '1999.99'),
  '23514', format('Contract %s already has 2 000.00 € of payments: its total cannot be less.', test.id('acme_signed')),
  'a total is not less than what has been paid');


-- payments

select test.leaves('alice', pg_temp.pay('acme_signed', amount), pg_temp.remains('acme_signed'), remains,
  format('of 3000 €, %s € are paid, and %s € remain', amount, remains))
from (values ('0.01', '2999.99'), ('1000', '2000.00'), ('3000', '0.00')) payment (amount, remains);
select test.refuses('alice', pg_temp.pay('acme_signed', '3000.01'),
  '23514', format('Contract %s has 3 000.00 € left to pay: 3 000.01 € is more than that.', test.id('acme_signed')),
  'no more is paid than what remains');
call test.given('alice', pg_temp.pay('acme_signed', '2999.99'));
select test.refuses(who, pg_temp.pay('acme_signed', '0.02'),
  '23514', format('Contract %s has 0.01 € left to pay: 0.02 € is more than that.', test.id('acme_signed')),
  format('the last cent is not paid twice, even by %s', test.team(who)))
from unnest(array['alice', 'emma']) who;

select test.leaves('emma', pg_temp.pay('acme_signed', amount), pg_temp.remains('acme_signed'), remains,
  format('a correction of %s € leaves %s € to pay', amount, remains))
from (values ('-0.01', '0.02'), ('-4999.99', '5000.00')) correction (amount, remains);
select test.refuses('emma', pg_temp.pay('acme_signed', '-5000'),
  '23514', format('Contract %s has 4 999.99 € of payments: a correction of 5 000.00 € is more than that.', test.id('acme_signed')),
  'no more is corrected than what was paid');

select test.refuses('emma', pg_temp.pay('acme_signed', amount),
  '23514', 'A payment is an amount other than zero.',
  format('%s € are no payment', amount))
from unnest(array['0', '0.004', '-0.004']) amount;
select test.refuses('emma', pg_temp.pay('bistro_signed', 'NaN'),
  '23514', format('Contract %s has 800.00 € left to pay: NaN € is more than that.', test.id('bistro_signed')),
  'a payment is a number');
select test.refuses('dba', format($$
    set local session_replication_role = replica;
    insert into crm.payment (contract_id, amount, recorded_by) values (test.id('bistro_signed'), %L, test.id('bruno')) $$, amount),
  '23514', 'A payment is an amount other than zero.',
  format('%s is no payment where no trigger fires either', amount))
from unnest(array['0', 'NaN']) amount;

select test.refuses(who, pg_temp.pay(contract, '1'),
  '23514', format('Contract %s is %s: only a signed contract is paid.', test.id(contract), status),
  format('%s records no payment for a contract that is %s', test.team(who), status))
from unnest(array['alice', 'emma']) who, (values ('acme_draft', 'a draft'), ('acme_cancelled', 'cancelled')) bad (contract, status);
select test.refuses(who, $$ insert into crm.payment (contract_id, amount) values (-1, 1) $$,
  'P0002', 'There is no contract -1.',
  format('%s records no payment for a contract that does not exist', test.team(who)))
from unnest(array['alice', 'emma']) who;

select is_empty(
  $$ select contract.id, amount_to_be_paid from crm.contract
     where amount_to_be_paid <> total_amount - (select coalesce(sum(amount), 0) from crm.payment where contract_id = contract.id) $$,
  'after all this, what remains of every contract is its total less its payments');


-- whoever writes what remains by hand, a DBA that is, still meets the limits

select test.refuses('dba', format($$ update crm.contract set amount_to_be_paid = %s where id = test.id('bistro_signed') $$, amount),
  '23514', 'What remains to be paid is never less than zero and never more than the total.',
  format('%s € do not remain of 800 €', amount))
from unnest(array['-0.01', '800.01']) amount;

select * from finish();
rollback;
