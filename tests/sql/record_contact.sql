-- crm.record_contact: sales record that they were in contact with a client of theirs.

begin;
set local search_path = tap, public;
select plan(14);
call test.load_company();

create function pg_temp.contact(client text) returns text
language sql
return format('select crm.record_contact(test.id(%L))', client);

select test.results_in('alice', pg_temp.contact('acme'),
  $$ select string_agg(concat(name.name, ' ', last_update = now()), ', ' order by name.name) from crm.client join test.name using (id)
     where name.name in ('acme', 'paul', 'bistro') $$,
  'acme t, bistro f, paul f',
  'sales record a contact with their own client, and change no other');
select test.results_in('alice', pg_temp.contact('acme'),
  $$ select (full_name, email, phone, company_name, first_contact, commercial_contact_id = test.id('alice')) from crm.client where id = test.id('acme') $$,
  '("Anaïs Durand",anais@acme.example,"+33 1 02 03 04 05","Acme Événements",2020-02-02,t)',
  'recording a contact changes only last_update');
select test.results_in('alice', pg_temp.contact('acme'),
  $$ select string_agg(concat_ws(' ', record, row_id = test.id('acme'), employee_id = test.id('alice'), akeys), ', ')
     from audit.change, lateral (select string_agg(key, ' ') from jsonb_object_keys(new_values) key) keys (akeys) $$,
  'client t t last_update',
  'recording a contact is in history');
select test.reads('alice', $$ select row(id = test.id('acme'), last_update = now()) from crm.record_contact(test.id('acme')) $$, '(t,t)',
  'recording a contact returns the client');

select test.forbids_with_reason('alice', pg_temp.contact('bistro'),
  format('You may not record a contact with client %s.', test.id('bistro')), 'Sales change only the clients they look after.',
  'bruno', 'sales_update_own',
  'sales cannot record a contact with a colleague''s client');
select test.forbids_with_reason('chloe', pg_temp.contact('acme'),
  format('You may not record a contact with client %s.', test.id('acme')), 'Sales change only the clients they look after.',
  'alice', 'sales_update_own',
  'support cannot record a contact');
select test.forbids_with_reason('emma', pg_temp.contact('acme'),
  format('You may not record a contact with client %s.', test.id('acme')), 'Sales change only the clients they look after.',
  'alice', 'sales_update_own',
  'management cannot record a contact');
select test.rejects(who, 'select crm.record_contact(-1)', 'P0002', 'There is no client -1.',
  format('%s cannot record a contact with a client who does not exist', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, pg_temp.contact('acme'), format('%s cannot record a contact', who))
from unnest(array['anonymous', 'authenticator']) who;

select test.reads('alice', $$ select holds from crm.explain_access('client', 'contact', test.id('acme')) where kind = 'verdict' $$, 'true',
  'crm.explain_access allows a contact with an own client');
select test.reads('alice', $$ select holds from crm.explain_access('client', 'contact', test.id('bistro')) where kind = 'verdict' $$, 'false',
  'crm.explain_access refuses a contact with a colleague''s client');

select * from finish();
rollback;
