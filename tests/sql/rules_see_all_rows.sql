-- Rules are checked with the rights of the owner: they hold whatever the caller may see. Here read policies are narrowed,
-- and every rule still applies.

begin;
set local search_path = tap, public;
select plan(7);
call test.load_company();


-- management sees neither clients nor events

call test.given('dba', $$ alter policy employee_read_all on crm.client to epic_sales $$);
call test.given('dba', $$ alter policy employee_read_all on crm.event to epic_support $$);

select test.rejects('emma', 'update crm.employee set active = false where id = test.id(''bruno'')',
  '23514', 'Bruno still looks after 1 client: hand them over to a colleague.',
  'an employee with clients that the caller does not see is not deactivated');
select test.rejects('emma', 'update crm.employee set active = false where id = test.id(''chloe'')',
  '23514', 'Chloe still looks after 1 open event: hand them over to a colleague.',
  'an employee with open events that the caller does not see is not deactivated');
select test.allows('emma', $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 1) $$,
  'a contract gets the sales contact of a client that the caller does not see');


-- management sees only Felix

call test.given('dba', $$
  alter policy employee_read_all on crm.employee using (department = 'management' and full_name <> 'Emma') $$);

select test.allows('felix', 'update crm.employee set active = false where id = test.id(''felix'')',
  'a manager is deactivated if another active manager remains whom the caller does not see');
select test.results_in('emma', $$ update crm.client set commercial_contact_id = test.id('bruno') $$,
  $$ select count(*) from crm.client where commercial_contact_id = test.id('bruno') $$, '3',
  'a client is handed over to a sales contact whom the caller does not see');
select test.allows('emma', $$
    insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
    values (test.id('acme_signed'), 'Concert', test.id('denis'), '2030-01-01', '2030-01-02') $$,
  'an event is planned with a support contact whom the caller does not see');
select test.rejects('emma', $$
    insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
    values (test.id('acme_signed'), 'Concert', test.id('alice'), '2030-01-01', '2030-01-02') $$,
  '23514', 'Alice cannot run events: a support contact is an active support employee.',
  'an event is not planned with an employee of sales whom the caller does not see');

select * from finish();
rollback;
