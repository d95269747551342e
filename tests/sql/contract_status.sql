-- The status of a contract goes from draft to signed to cancelled, or from draft to cancelled, and never back. An event
-- needs a signed contract.

begin;
set local search_path = tap, public;
select plan(28);
call test.load_company();

create function pg_temp.becomes(contract text, status text) returns text
language sql
return format('update crm.contract set status = %L where id = test.id(%L)', status, contract);

create function pg_temp.signed_at(contract text) returns text
language sql
return format('select (status, signed_at = now()) from crm.contract where id = test.id(%L)', contract);


-- forward

select test.results_in(who, pg_temp.becomes('acme_draft', 'signed'), pg_temp.signed_at('acme_draft'), '(signed,t)',
  format('a draft is signed by %s, and the database keeps the time', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.results_in('emma', pg_temp.becomes('acme_draft', 'cancelled'), pg_temp.signed_at('acme_draft'), '(cancelled,)',
  'a draft that is cancelled has no time of signature');
select test.results_in('emma', pg_temp.becomes('acme_signed', 'cancelled'), pg_temp.signed_at('acme_signed'), '(cancelled,f)',
  'a signed contract that is cancelled keeps the time of its signature');

-- signed or cancelled already

select test.rejects_with_data(who, statement, '55000', 'contract_is_not_signed_yet', 'status',
  jsonb_build_object('since', (select signed_at from crm.contract where id = test.id('acme_signed'))),
  format('Contract %s is signed already.', test.id('acme_signed')), format('a signed contract cannot be signed again by %s: %s', test.department_of(who), btrim(statement)))
from (values ('emma', pg_temp.becomes('acme_signed', 'signed')), ('emma', 'select crm.sign_contract(test.id(''acme_signed''))'),
             ('alice', 'select crm.sign_contract(test.id(''acme_signed''))'), ('chloe', 'select crm.sign_contract(test.id(''acme_signed''))')) again (who, statement);
call test.given('emma', pg_temp.becomes('bistro_draft', 'cancelled'));
select test.rejects_with_data(who, statement, '55000', 'contract_is_not_cancelled_yet', 'status', jsonb_build_object('since', now()),
  format('Contract %s is cancelled already.', test.id('bistro_draft')), format('a cancelled contract cannot be cancelled again by %s: %s', test.department_of(who), btrim(statement)))
from (values ('emma', pg_temp.becomes('bistro_draft', 'cancelled')), ('emma', 'select crm.cancel_contract(test.id(''bistro_draft''))'),
             ('alice', 'select crm.cancel_contract(test.id(''bistro_draft''))'), ('chloe', 'select crm.cancel_contract(test.id(''bistro_draft''))')) again (who, statement);
select test.allows('emma', pg_temp.becomes('acme_draft', 'draft'), 'a draft may be updated to a draft');


-- never back

select test.rejects('emma', pg_temp.becomes(contract, status),
  '23514', format('Contract %s is %s: it cannot become %s.', test.id(contract), was, replace(status, 'draft', 'a draft')),
  format('a contract that is %s cannot become %s', was, status))
from (values ('acme_signed',    'signed',    'draft'),
             ('acme_cancelled', 'cancelled', 'signed'),
             ('acme_cancelled', 'cancelled', 'draft')) bad (contract, was, status);
select test.hints('emma', pg_temp.becomes('acme_signed', 'draft'),
  'A contract goes from draft to signed to cancelled, or from draft to cancelled, and never back.',
  'the refusal of a status hints at the order of statuses');
select test.rejects('emma', pg_temp.becomes('acme_draft', 'lost'),
  '23514', 'A contract is draft, signed or cancelled.',
  'a contract has no status but draft, signed and cancelled');


-- the time of signature, written by hand by a DBA

select test.rejects('dba', $$ update crm.contract set signed_at = now() where id = test.id('acme_draft') $$,
  '23514', 'A signed contract has the time of its signature, and a draft has none.',
  'a DBA cannot give a draft a time of signature');
select test.results_in('dba', $$ update crm.contract set signed_at = null where id = test.id('acme_signed') $$,
  pg_temp.signed_at('acme_signed'), '(signed,t)',
  'a DBA cannot take the time of signature from a signed contract');


-- what it is about

select test.rejects('emma', $$ insert into crm.contract (client_id, total_amount) values (-1, 1) $$,
  'P0002', 'There is no client -1.',
  'a contract cannot be created for a client who does not exist');
select test.results_in('dba',
  $$ insert into crm.contract (client_id, commercial_id, total_amount, amount_to_be_paid) values (test.id('bistro'), test.id('alice'), 7, 0) $$,
  $$ select (commercial_id = test.id('bruno'), amount_to_be_paid) from crm.contract where total_amount = 7 $$, '(t,7.00)',
  'a new contract has the client''s sales contact and is unpaid, even when a DBA writes otherwise');


-- an event needs a signed contract

create function pg_temp.plan_event(contract text) returns text
language sql
return format($$ insert into crm.event (contract_id, title, start_date, end_date)
     values (test.id(%L), 'Concert', '2030-01-01', '2030-01-02') $$, contract);

select test.rejects(who, pg_temp.plan_event(contract),
  '23514', format('Contract %s is %s: an event needs a signed contract.', test.id(contract), status),
  format('%s cannot plan an event under a contract that is %s', test.department_of(who), status))
from unnest(array['alice', 'emma']) who, (values ('acme_draft', 'a draft'), ('acme_cancelled', 'cancelled')) bad (contract, status);
select test.rejects('alice', $$ insert into crm.event (contract_id, title, start_date, end_date)
     values (-1, 'Concert', '2030-01-01', '2030-01-02') $$,
  'P0002', 'There is no contract -1.',
  'an event cannot be planned under a contract that does not exist');
call test.given('alice', pg_temp.becomes('acme_draft', 'signed'));
select test.allows('alice', pg_temp.plan_event('acme_draft'),
  'events are planned under a contract once it is signed');

select * from finish();
rollback;
