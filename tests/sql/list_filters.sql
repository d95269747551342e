-- crm_private.clients_containing and crm_private.events_containing: the filters of the lists. Clients are found by name, company or e-mail address,
-- events by title or location, without regard to case, accents, hyphens and apostrophes.

begin;
set local search_path = tap, public;
select plan(35);
call test.load_company();

create function pg_temp.search(text text) returns text
language sql
return format($$ select string_agg(name.name, ', ' order by name.name)
                 from crm.client join test.name on name.id = client.id and name.name in ('acme', 'paul', 'bistro')
                 where client.id in (select crm_private.clients_containing(%L)) $$, text);

select test.reads(who, pg_temp.search('durand'), 'acme', format('%s may filter clients', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.reads('alice', pg_temp.search(typed), found, format('the filter “%s” finds %s', typed, found))
from (values
  ('Anaïs',             'acme'),
  ('anais',             'acme'),
  ('ANAÏS DURAND',      'acme'),
  ('prive',             'paul'),
  ('evenements',        'acme'),
  ('ÉVÉNEMENTS',        'acme'),
  ('home.example',      'paul'),
  ('durand-anais',      ''),
  ('anaïs-durand',      'acme'),
  ('.example',          'acme, bistro, paul'),
  ('',                  'acme, bistro, paul'),
  ('sur',               'bistro')) search (typed, found);

select test.reads('alice', pg_temp.search(typed), found, format('the filter “%s” is literal', typed))
from (values ('100%_sur', 'bistro'), ('%', 'bistro'), ('_', 'bistro'),
             ('A%D', ''), ('Ana_s', ''), ('\', ''), ('.*', ''), (''' or true --', '')) literal (typed, found);

call test.given('alice', $$ update crm.client set company_name = 'C:\100%_' where id = test.id('paul') $$);
select test.reads('alice', pg_temp.search('C:\100%_'), 'paul', 'the filter takes a backslash, a percent sign and an underscore literally');
select test.reads('alice', pg_temp.search(typed), '', format('%s finds no client', what))
from (values ('+33', 'a phone number'), ('durant', 'a typing error'), (null, 'nothing at all')) search (typed, what);

call test.given('emma', $$ update crm.event set location = '100%_A\B' where id = test.id('picnic') $$);
select test.reads('alice', format($$ select string_agg(title, ' ' order by title) from crm.event where id in (select crm_private.events_containing(%L)) $$, typed),
  found, format('the filter “%s” finds the events: %s', typed, found))
from (values ('NIC', 'Picnic Reunion'), ('pàris', 'Gala'), ('la pa', 'Gala'), ('', 'Banquet Gala Picnic Reunion'),
             ('%', 'Picnic'), ('gal_', ''), ('100%_a\', 'Picnic'), (null, '')) search (typed, found);

select * from finish();
rollback;
