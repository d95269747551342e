-- crm.record_contact: whoever has spoken with a client of theirs says so.

begin;
set local search_path = tap, public;
select plan(14);
call test.open_the_company();

create function pg_temp.contact(client text) returns text
language sql
return format('select crm.record_contact(test.id(%L))', client);

select test.leaves('alice', pg_temp.contact('acme'),
  $$ select string_agg(concat(name.name, ' ', last_update = now()), ', ' order by name.name) from crm.client join test.name using (id)
     where name.name in ('acme', 'paul', 'bistro') $$,
  'acme t, bistro f, paul f',
  'sales record that they have spoken with their own client, and with no other');
select test.leaves('alice', pg_temp.contact('acme'),
  $$ select (full_name, email, phone, company_name, first_contact, commercial_contact_id = test.id('alice')) from crm.client where id = test.id('acme') $$,
  '("Anaïs Durand",anais@acme.example,"+33 1 02 03 04 05","Acme Événements",2020-02-02,t)',
  'nothing else about the client changes');
select test.leaves('alice', pg_temp.contact('acme'),
  $$ select string_agg(concat_ws(' ', record, row_id = test.id('acme'), employee_id = test.id('alice'), akeys), ', ')
     from audit.change, lateral (select string_agg(key, ' ') from jsonb_object_keys(new_values) key) keys (akeys) $$,
  'client t t last_update',
  'history keeps who has spoken with them, and when');
select test.reads('alice', $$ select row(id = test.id('acme'), last_update = now()) from crm.record_contact(test.id('acme')) $$, '(t,t)',
  'whoever records it is given the client');

select test.denies('alice', pg_temp.contact('bistro'),
  format('You may not record a contact with client %s.', test.id('bistro')), 'Sales change only the clients they look after.',
  'bruno', 'sales_update_own',
  'sales do not speak for a colleague''s client');
select test.denies('chloe', pg_temp.contact('acme'),
  format('You may not record a contact with client %s.', test.id('acme')), 'Sales change only the clients they look after.',
  'alice', 'sales_update_own',
  'support record no contact');
select test.denies('emma', pg_temp.contact('acme'),
  format('You may not record a contact with client %s.', test.id('acme')), 'Sales change only the clients they look after.',
  'alice', 'sales_update_own',
  'nor does management');
select test.refuses(who, 'select crm.record_contact(-1)', 'P0002', 'There is no client -1.',
  format('%s speaks with nobody who does not exist', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, pg_temp.contact('acme'), format('%s records nothing', who))
from unnest(array['stranger', 'login']) who;

select test.reads('alice', $$ select holds from crm.explain_access('client', 'contact', test.id('acme')) where kind = 'verdict' $$, 'true',
  'one may ask beforehand: yes');
select test.reads('alice', $$ select holds from crm.explain_access('client', 'contact', test.id('bistro')) where kind = 'verdict' $$, 'false',
  'and no');

select * from finish();
rollback;
