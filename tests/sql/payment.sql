-- payment: the ledger; entries are added and never changed or deleted.
-- Sales record for their own contracts, management for any, support none. Amounts are in contract_amounts.sql.

begin;
set local search_path = tap, public;
select plan(50);
call test.load_company();


-- structure

select test.has_structure('crm.payment',
  array['PRIMARY KEY (id)',
        'FOREIGN KEY (contract_id) REFERENCES crm.contract(id)',
        'FOREIGN KEY (recorded_by) REFERENCES crm.employee(id)'],
  'id, contract_id, amount, paid_on, recorded_by');


-- read

select test.reads_all(who, 'crm.payment', format('%s reads every payment', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- columns

select test.column_privileges_are(who, 'select', 'crm.payment', 'id, contract_id, amount, paid_on, recorded_by',
  format('%s reads every column of a payment', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.column_privileges_are(who, 'insert', 'crm.payment', 'contract_id, amount, paid_on',
  format('%s enters the contract, the amount and the day of a payment', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.column_privileges_are('chloe', 'insert', 'crm.payment', '',
  'support enter nothing about payments');

select test.column_privileges_are(who, 'update', 'crm.payment', '',
  format('%s changes nothing about payments', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- record

select test.allows('alice', $$ insert into crm.payment (contract_id, amount, paid_on) values (test.id('acme_signed'), 500, '2024-02-29') $$,
  'sales record payments for a contract of their own client');
select test.forbids('alice', $$ insert into crm.payment (contract_id, amount) values (test.id('bistro_signed'), 500) $$,
  'sales do not record payments for a contract of a colleague''s client');
select test.forbids('chloe', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 500) $$,
  'support do not record payments');
select test.allows('emma', format($$ insert into crm.payment (contract_id, amount) values (test.id(%L), 500) $$, contract),
  format('management records payments for any contract: %s', contract))
from unnest(array['acme_signed', 'bistro_signed']) contract;
select test.results_in(who,
  $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 0.50) $$,
  format($$ select (recorded_by = test.id(%L), paid_on = current_date) from crm.payment where amount = 0.50 $$, who),
  '(t,t)',
  format('a payment says that %s recorded it, today', who))
from unnest(array['alice', 'emma']) who;
select test.rejects_with_data('alice', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 0) $$,
  '23514', 'payment_amount_is_an_amount', 'amount', null, 'A payment is an amount other than zero.',
  'a payment of zero is refused to sales as no amount, and not as a correction, which they have no right to');
select test.forbids(who, $$ insert into crm.payment (contract_id, amount, recorded_by) values (test.id('acme_signed'), 500, test.id('bruno')) $$,
  format('%s does not record a payment in a colleague''s name', test.department_of(who)))
from unnest(array['alice', 'emma']) who;


-- correct

select test.forbids('alice', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), -1) $$,
  'sales do not correct payments, even for a contract of their own client');
select test.forbids('chloe', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), -1) $$,
  'support do not correct payments');
select test.allows('emma', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), -2000) $$,
  'management corrects payments with a negative entry');


-- update, delete

select test.forbids(who, $$ update crm.payment set amount = 1 where id = test.id('deposit') $$,
  format('%s cannot change a payment', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ delete from crm.payment where id = test.id('deposit') $$,
  format('%s cannot delete a payment', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant insert, update, delete on crm.payment to epic_employee $$);

select test.forbids(who, $$ insert into crm.payment (contract_id, amount, recorded_by) values (test.id('acme_signed'), 500, test.id('bruno')) $$,
  format('no policy lets %s record a payment in a colleague''s name', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.forbids('chloe', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 500) $$,
  'no policy lets support record a payment');
select test.affects_no_rows(who, $$ update crm.payment set amount = 1 $$,
  format('no policy lets %s change a payment', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma', 'felix']) who;
select test.affects_no_rows(who, $$ delete from crm.payment $$,
  format('no policy lets %s delete a payment', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- the owner, whose functions move the totals of payments

select test.reads('owner', 'select count(*) from crm.payment', '1', 'the owner sees every payment, to move its total in a hand-over');
select test.affects_no_rows('owner', $$ update crm.payment set amount = 1 $$, 'no policy lets the owner change a payment');
select test.affects_no_rows('owner', $$ delete from crm.payment $$, 'no policy lets the owner delete a payment');
select test.forbids('owner', $$ insert into crm.payment (contract_id, amount, recorded_by) values (test.id('acme_signed'), 1, test.id('alice')) $$,
  'the owner cannot record a payment');
select test.affects_no_rows('owner', $$ update crm.payment set amount = 1 $$,
  'the owner cannot change a payment');
select test.affects_no_rows('owner', $$ delete from crm.payment $$,
  'the owner cannot delete a payment');


-- once the contract is cancelled

call test.given('emma', $$ update crm.contract set status = 'cancelled' where id = test.id('acme_signed') $$);
select test.allows('emma', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), -2000) $$,
  'management corrects the payments of a cancelled contract');
select test.rejects('emma', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 1) $$,
  '23514', format('Contract %s is cancelled: only a signed contract is paid.', test.id('acme_signed')),
  'management cannot record a payment for a cancelled contract');

select * from finish();
rollback;
