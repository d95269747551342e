-- crm.contract_is_overdue: what was signed more than 30 days ago and is not paid is late.

begin;
set local search_path = tap, public;
select plan(9);
call test.open_the_company();

create function pg_temp.overdue() returns text
language sql
return $$ select string_agg(name.name, ' ' order by name.name) from crm.contract join test.name on name.id = contract.id
          and name.name in ('acme_draft', 'acme_signed', 'acme_cancelled', 'bistro_draft', 'bistro_signed')
          where crm.contract_is_overdue(contract) $$;

select test.reads(who, pg_temp.overdue(), 'acme_signed bistro_signed',
  format('%s sees which contracts are overdue: neither drafts nor cancelled ones', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.leaves('emma', $$ select crm.record_payment(test.id('bistro_signed'), 799.99) $$, pg_temp.overdue(), 'acme_signed bistro_signed',
  'not those of which a cent is open');
select test.leaves('emma', $$ select crm.record_payment(test.id('bistro_signed'), 800) $$, pg_temp.overdue(), 'acme_signed',
  'but those that are paid are not overdue');
select test.leaves('emma', $$ select crm.sign_contract(test.id('bistro_draft')) $$, pg_temp.overdue(), 'acme_signed bistro_signed',
  'nor one that was signed just now');

call test.given('dba', $$ alter table crm.contract disable trigger user $$);
select test.leaves('dba', format($$ update crm.contract set signed_at = now() - interval '30 days' %s where id = test.id('bistro_signed') $$, later),
  pg_temp.overdue(), found, format('30 days and a second are too late: %s', later))
from (values ('', 'acme_signed'), ($$+ interval '1 second'$$, 'acme_signed'), ($$- interval '1 second'$$, 'acme_signed bistro_signed')) moment (later, found);

select * from finish();
rollback;
