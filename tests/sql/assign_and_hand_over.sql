-- crm.assign_support, crm.unassign_support and crm.hand_over_client. Deactivating an employee, which hands over all their
-- clients and events, is in deactivate_employee.sql.

begin;
set local search_path = tap, public;
select plan(37);
call test.load_company();

create function pg_temp.assign(event text, contact text) returns text
language sql
return format('select crm.assign_support(test.id(%L), test.id(%L))', event, contact);

create function pg_temp.unassign(event text) returns text
language sql
return format('select crm.unassign_support(test.id(%L))', event);

create function pg_temp.hand_over(client text, contact text) returns text
language sql
return format('select crm.hand_over_client(test.id(%L), test.id(%L))', client, contact);

create function pg_temp.calendar() returns text
language sql
return $$ select string_agg(concat(title, ': ', full_name), ', ' order by title)
          from crm.event left join crm.employee on employee.id = support_contact_id $$;

create function pg_temp.book() returns text
language sql
return $$ select string_agg(concat(coalesce(company_name, 'Paul'), ': ', employee.full_name), ', ' order by client.id)
          from crm.client join crm.employee on employee.id = commercial_contact_id $$;


-- assign

select test.results_in('emma', pg_temp.assign('picnic', 'chloe'), pg_temp.calendar(),
  'Banquet: Denis, Gala: Chloe, Picnic: Chloe, Reunion: Chloe',
  'management assigns an event without a support contact, and changes no other');
select test.results_in('emma', pg_temp.assign('gala', 'denis'), pg_temp.calendar(),
  'Banquet: Denis, Gala: Denis, Picnic: , Reunion: Chloe',
  'management reassigns an event, and changes no other');
select test.reads('emma', $$ select row(assigned.id = test.id('gala'), assigned.support_contact_id = test.id('denis'))
                             from crm.assign_support(test.id('gala'), test.id('denis')) assigned $$, '(t,t)',
  'assigning returns the event');
select test.forbids_with_reason(who, pg_temp.assign('gala', 'denis'),
  format('You may not assign event %s.', test.id('gala')), 'Management changes any event and assigns its support contact.',
  'management', 'management_update_any',
  format('%s cannot assign an event', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.rejects('emma', pg_temp.assign('gala', contact), '23514',
  format('%s cannot run events: a support contact is an active support employee.', initcap(contact)),
  format('an event cannot be assigned to %s', contact))
from unnest(array['alice', 'hector']) contact;
select test.rejects('emma', $$ select crm.assign_support(test.id('gala'), -1) $$, 'P0002', 'There is no employee -1.',
  'an event cannot be assigned to an employee who does not exist');
select test.rejects(who, $$ select crm.assign_support(-1, test.id('chloe')) $$, 'P0002', 'There is no event -1.',
  format('%s cannot assign an event that does not exist', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, pg_temp.assign('gala', 'denis'), format('%s cannot assign an event', who))
from unnest(array['anonymous', 'authenticator']) who;


-- unassign

select test.results_in('emma', pg_temp.unassign('gala'), pg_temp.calendar(),
  'Banquet: Denis, Gala: , Picnic: , Reunion: Chloe',
  'management unassigns an event, and changes no other');
select test.reads('emma', $$ select row(unassigned.id = test.id('gala'), unassigned.support_contact_id)
                             from crm.unassign_support(test.id('gala')) unassigned $$, '(t,)',
  'unassigning returns the event');
select test.forbids_with_reason(who, pg_temp.unassign('gala'),
  format('You may not unassign event %s.', test.id('gala')), 'Management changes any event and assigns its support contact.',
  'management', 'management_update_any',
  format('%s cannot unassign an event, not even their own', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.rejects(who, $$ select crm.unassign_support(-1) $$, 'P0002', 'There is no event -1.',
  format('%s cannot unassign an event that does not exist', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- hand over

select test.results_in('emma', pg_temp.hand_over('acme', 'bruno'), pg_temp.book(),
  'Acme Événements: Bruno, Paul: Alice, Bistro 100%_sûr: Bruno',
  'management hands over a client, and no other');
select test.results_in('emma', pg_temp.hand_over('acme', 'bruno'),
  $$ select count(*) from crm.contract where commercial_id = test.id('bruno') $$, '5',
  'a hand-over includes the contracts of the client');
select test.results_in('emma', pg_temp.hand_over('acme', 'basile'),
  $$ select string_agg(client.company_name || ': ' || employee.full_name, ', ' order by contract.id)
     from crm.contract join crm.client on client.id = client_id join crm.employee on employee.id = commercial_id $$,
  'Acme Événements: Basile, Acme Événements: Basile, Acme Événements: Basile, Bistro 100%_sûr: Bruno, Bistro 100%_sûr: Bruno',
  'a hand-over leaves the contracts of other clients with their sales contact');
select test.results_in('emma', pg_temp.hand_over('acme', 'bruno'),
  $$ select string_agg(title, ', ' order by title) from crm.event where commercial_id = test.id('bruno') $$, 'Banquet, Gala, Picnic, Reunion',
  'a hand-over includes the events under the contracts of the client');
select test.results_in('emma', pg_temp.hand_over('acme', 'bruno'),
  $$ select count(*) from crm.event join crm.contract on contract.id = contract_id where event.commercial_id <> contract.commercial_id $$, '0',
  'an event always has the sales contact of its contract');
select test.reads('emma', $$ select row(handed.id = test.id('acme'), handed.commercial_contact_id = test.id('bruno'))
                             from crm.hand_over_client(test.id('acme'), test.id('bruno')) handed $$, '(t,t)',
  'a hand-over returns the client');
select test.forbids_with_reason(who, pg_temp.hand_over('acme', 'bruno'),
  format('You may not hand over client %s.', test.id('acme')),
  'Management hands clients over to another sales contact, and changes nothing else about them.',
  'management', 'management_hand_over_any',
  format('%s cannot hand over a client, not even their own', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.rejects('emma', pg_temp.hand_over('acme', contact), '23514',
  format('%s cannot look after clients: a sales contact is an active sales employee.', initcap(contact)),
  format('a client cannot be handed over to %s', contact))
from unnest(array['chloe', 'gaston']) contact;
select test.rejects('emma', $$ select crm.hand_over_client(test.id('acme'), -1) $$, 'P0002', 'There is no employee -1.',
  'a client cannot be handed over to an employee who does not exist');
select test.rejects(who, $$ select crm.hand_over_client(-1, test.id('bruno')) $$, 'P0002', 'There is no client -1.',
  format('%s cannot hand over a client who does not exist', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: a row that a policy hides is refused, and not silently left as it is

call test.given('dba', $$ grant update on crm.event, crm.client to epic_employee $$);
select test.forbids_with_reason('chloe', pg_temp.assign('picnic', 'chloe'),
  format('You may not assign event %s.', test.id('picnic')), 'Support change only the events they run.',
  'management', 'support_update_own',
  'assigning an event that a policy hides is refused');
select test.forbids_with_reason('chloe', pg_temp.unassign('picnic'),
  format('You may not unassign event %s.', test.id('picnic')), 'Support change only the events they run.',
  'management', 'support_update_own',
  'unassigning an event that a policy hides is refused');
select test.forbids_with_reason('alice', pg_temp.hand_over('bistro', 'alice'),
  format('You may not hand over client %s.', test.id('bistro')), 'Sales change only the clients they look after.',
  'management', 'sales_update_own',
  'handing over a client that a policy hides is refused');

select * from finish();
rollback;
