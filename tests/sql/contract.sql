-- contract: every employee reads all of them; sales write those of their own clients, management all, support none.
-- The status of a contract is in contract_status.sql, its amounts in contract_amounts.sql.

begin;
set local search_path = tap, public;
select plan(63);
call test.load_company();


-- structure

select test.has_structure('crm.contract',
  array['PRIMARY KEY (id)',
        'FOREIGN KEY (client_id) REFERENCES crm.client(id)',
        'FOREIGN KEY (commercial_id) REFERENCES crm.employee(id)'],
  'id, client_id, commercial_id, total_amount, amount_to_be_paid, creation_date, status, version, updated_at');


-- read

select test.reads_all(who, 'crm.contract', format('%s reads every contract', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- columns

select test.column_privileges_are(who, 'select', 'crm.contract',
  'id, client_id, commercial_id, total_amount, amount_to_be_paid, creation_date, status, signed_at, version, updated_at',
  format('%s reads every column of a contract', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.column_privileges_are(who, 'insert', 'crm.contract', 'client_id, total_amount',
  format('%s enters the client and the total of a contract', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.column_privileges_are('chloe', 'insert', 'crm.contract', '',
  'support enter nothing about contracts');

select test.column_privileges_are(who, 'update', 'crm.contract', 'total_amount, status, version',
  format('%s changes the total and the status of a contract', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.column_privileges_are('chloe', 'update', 'crm.contract', '',
  'support change nothing about contracts');


-- create

select test.allows('alice', $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 99.90) $$,
  'sales create contracts for their own client');
select test.forbids('alice', $$ insert into crm.contract (client_id, total_amount) values (test.id('bistro'), 99.90) $$,
  'sales do not create contracts for a colleague''s client');
select test.forbids('chloe', $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 99.90) $$,
  'support do not create contracts');
select test.allows('emma', format($$ insert into crm.contract (client_id, total_amount) values (test.id(%L), 99.90) $$, client),
  format('management creates contracts for any client: %s', client))
from unnest(array['acme', 'bistro']) client;
select test.results_in(who,
  $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 99.90) $$,
  $$ select (commercial_id = test.id('alice'), amount_to_be_paid, creation_date = now(), status, signed_at)
     from crm.contract where total_amount = 99.90 $$,
  '(t,99.90,t,draft,)',
  format('a contract that %s creates is an unpaid draft with the sales contact of its client', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.forbids(who, $$ insert into crm.contract (client_id, total_amount, status) values (test.id('acme'), 99.90, 'signed') $$,
  format('%s cannot create a signed contract', test.department_of(who)))
from unnest(array['alice', 'emma']) who;


-- change the total

select test.allows('alice', $$ update crm.contract set total_amount = 1200 where id = test.id('acme_draft') $$,
  'sales change the total of a draft of their own client');
select test.affects_no_rows('alice', $$ update crm.contract set total_amount = 1200 where id = test.id('bistro_draft') $$,
  'sales do not change the total of a draft of a colleague''s client');
select test.affects_no_rows('alice', $$ update crm.contract set total_amount = 6000 where id = test.id('acme_signed') $$,
  'sales do not change the total of a signed contract');
select test.affects_no_rows('alice', $$ update crm.contract set total_amount = 600 where id = test.id('acme_cancelled') $$,
  'sales do not change the total of a cancelled contract');
select test.forbids('chloe', format($$ update crm.contract set total_amount = 6000 where id = test.id(%L) $$, contract),
  format('support do not change the total of %s', contract))
from unnest(array['acme_draft', 'acme_signed']) contract;
select test.allows('emma', format($$ update crm.contract set total_amount = 6000 where id = test.id(%L) $$, contract),
  format('management changes the total of any contract: %s', contract))
from unnest(array['acme_draft', 'bistro_draft', 'acme_signed', 'acme_cancelled']) contract;


-- sign

select test.allows('alice', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$,
  'sales sign a contract of their own client');
select test.affects_no_rows('alice', $$ update crm.contract set status = 'signed' where id = test.id('bistro_draft') $$,
  'sales do not sign a contract of a colleague''s client');
select test.forbids('chloe', $$ update crm.contract set status = 'signed' where id = test.id('acme_draft') $$,
  'support do not sign contracts');
select test.allows('emma', format($$ update crm.contract set status = 'signed' where id = test.id(%L) $$, contract),
  format('management signs any contract: %s', contract))
from unnest(array['acme_draft', 'bistro_draft']) contract;


-- cancel

select test.forbids('alice', $$ update crm.contract set status = 'cancelled' where id = test.id('acme_draft') $$,
  'sales do not cancel a draft, even of their own client');
select test.affects_no_rows('alice', $$ update crm.contract set status = 'cancelled' where id = test.id('acme_signed') $$,
  'sales do not cancel a signed contract, even of their own client');
select test.affects_no_rows('alice', $$ update crm.contract set status = 'cancelled' where id = test.id('bistro_draft') $$,
  'sales do not cancel a contract of a colleague''s client');
select test.forbids('chloe', format($$ update crm.contract set status = 'cancelled' where id = test.id(%L) $$, contract),
  format('support do not cancel %s', contract))
from unnest(array['acme_draft', 'acme_signed']) contract;
select test.allows('emma', format($$ update crm.contract set status = 'cancelled' where id = test.id(%L) $$, contract),
  format('management cancels any contract: %s', contract))
from unnest(array['acme_draft', 'acme_signed', 'bistro_draft', 'bistro_signed']) contract;


-- delete

select test.forbids(who, $$ delete from crm.contract where id = test.id('acme_draft') $$,
  format('%s deletes no contract', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.allows('emma', format($$ delete from crm.contract where id = test.id(%L) $$, contract),
  format('management deletes a draft: %s', contract))
from unnest(array['acme_draft', 'bistro_draft']) contract;
select test.affects_no_rows('emma', format($$ delete from crm.contract where id = test.id(%L) $$, contract),
  format('management does not delete a contract that was signed: %s', contract))
from unnest(array['acme_signed', 'acme_cancelled', 'bistro_signed']) contract;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant insert, update, delete on crm.contract to epic_employee $$);

select test.forbids(who, $$ insert into crm.contract (client_id, total_amount, status) values (test.id('acme'), 99.90, 'signed') $$,
  format('no policy lets %s create a signed contract', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.forbids('chloe', $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 99.90) $$,
  'no policy lets support create a contract');
select test.forbids('alice', $$ update crm.contract set commercial_id = test.id('bruno') where id = test.id('acme_draft') $$,
  'no policy lets sales hand over a contract');
select test.affects_no_rows('chloe', $$ update crm.contract set total_amount = total_amount + 1 $$,
  'no policy lets support change a contract');
select test.affects_no_rows(who, $$ delete from crm.contract where id = test.id('acme_draft') $$,
  format('no policy lets %s delete a contract', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;


-- the owner, whose functions look contracts up, lock them and keep what is derived

select test.reads_all('owner', 'crm.contract', 'the owner''s functions look contracts up');
select test.forbids('owner', $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 1) $$,
  'the owner cannot create a contract');
select test.affects_no_rows('owner', $$ delete from crm.contract where id = test.id('acme_draft') $$,
  'the owner cannot delete a contract');

select * from finish();
rollback;
