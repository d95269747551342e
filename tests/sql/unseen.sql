-- The rules look with the eyes of the owner: they hold the same, whatever the one who acts may see.
-- Here a read policy is narrowed by mistake, and no rule is the weaker or the stronger for it.

begin;
set local search_path = tap, public;
select plan(7);
call test.open_the_company();


-- management sees neither clients nor events

call test.given('dba', $$ alter policy employee_read_all on crm.client to epic_sales $$);
call test.given('dba', $$ alter policy employee_read_all on crm.event to epic_support $$);

select test.refuses('emma', 'update crm.employee set active = false where id = test.id(''bruno'')',
  '23514', 'Bruno still looks after 1 client: hand them over to a colleague.',
  'nobody leaves with clients in their hands, seen or unseen');
select test.refuses('emma', 'update crm.employee set active = false where id = test.id(''chloe'')',
  '23514', 'Chloe still looks after 1 open event: hand them over to a colleague.',
  'nor with events');
select test.allows('emma', $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 1) $$,
  'a contract finds the sales contact of a client that is not seen');


-- nobody sees Emma, or anybody in sales or support

call test.given('dba', $$
  alter policy employee_read_all on crm.employee using (department = 'management' and full_name <> 'Emma') $$);

select test.allows('felix', 'update crm.employee set active = false where id = test.id(''felix'')',
  'another active manager need not be seen to be there');
select test.leaves('emma', $$ update crm.client set commercial_contact_id = test.id('bruno') $$,
  $$ select count(*) from crm.client where commercial_contact_id = test.id('bruno') $$, '3',
  'a sales contact need not be seen to be one');
select test.allows('emma', $$
    insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
    values (test.id('acme_signed'), 'Concert', test.id('denis'), '2030-01-01', '2030-01-02') $$,
  'a support contact need not be seen to be one');
select test.refuses('emma', $$
    insert into crm.event (contract_id, title, support_contact_id, start_date, end_date)
    values (test.id('acme_signed'), 'Concert', test.id('alice'), '2030-01-01', '2030-01-02') $$,
  '23514', 'Alice cannot run events: a support contact is an active support employee.',
  'and whoever is none is known as such, seen or unseen');

select * from finish();
rollback;
