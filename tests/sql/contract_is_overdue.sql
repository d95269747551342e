-- crm.contract_is_overdue: a contract that was signed more than 30 days ago and is not fully paid is overdue.

begin;
set local search_path = tap, public;
select plan(9);
call test.load_company();

create function pg_temp.overdue() returns text
language sql
return $$ select string_agg(name.name, ' ' order by name.name) from crm.contract join test.name on name.id = contract.id
          and name.name in ('acme_draft', 'acme_signed', 'acme_cancelled', 'bistro_draft', 'bistro_signed')
          where crm.contract_is_overdue(contract) $$;

select test.reads(who, pg_temp.overdue(), 'acme_signed bistro_signed',
  format('%s sees which contracts are overdue: neither drafts nor cancelled ones', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.results_in('emma', $$ select crm.record_payment(test.id('bistro_signed'), 799.99) $$, pg_temp.overdue(), 'acme_signed bistro_signed',
  'a contract of which one cent is unpaid is overdue');
select test.results_in('emma', $$ select crm.record_payment(test.id('bistro_signed'), 800) $$, pg_temp.overdue(), 'acme_signed',
  'a contract that is fully paid is not overdue');
select test.results_in('emma', $$ select crm.sign_contract(test.id('bistro_draft')) $$, pg_temp.overdue(), 'acme_signed bistro_signed',
  'a contract that was signed just now is not overdue');

call test.given('dba', $$ alter table crm.contract disable trigger user $$);
select test.results_in('dba', format($$ update crm.contract set signed_at = now() - interval '30 days' %s where id = test.id('bistro_signed') $$, later),
  pg_temp.overdue(), found, format('a contract is overdue after 30 days, not before: %s', later))
from (values ('', 'acme_signed'), ($$+ interval '1 second'$$, 'acme_signed'), ($$- interval '1 second'$$, 'acme_signed bistro_signed')) moment (later, found);

select * from finish();
rollback;
