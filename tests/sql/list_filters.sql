-- crm_private.clients_containing and crm_private.events_containing: the filters of the lists. Clients are found by name, company or e-mail address,
-- events by title or location, without regard to case, accents, hyphens and apostrophes.

begin;
set local search_path = tap, public;
select plan(81);
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


select test.reads('alice', format($$ select string_agg(name.name, ' ' order by name.name)
    from crm.note join test.name on name.id = note.id and name.name in ('caterer', 'chairs', 'discount')
    where note.id in (select crm_private.notes_containing(%L)) $$, typed),
  found, format('the filter “%s” finds the notes: %s', typed, found))
from (values ('CATERER', 'caterer'), ('monday', 'caterer'), ('ca', 'caterer'), ('air', 'chairs'), ('%', ''), ('', 'caterer chairs discount')) search (typed, found);


-- The filters of the lists read a frequent text in order, and find a rare one through the index: the same records.

select test.reads('alice', $$ select crm_private.is_frequent('client_search_idx', '.example') is true $$, 'false',
  'nothing is frequent in a table without statistics');
call test.given('dba', $$
  insert into crm.client (full_name, email, commercial_contact_id)
  select 'Zora ' || n, 'zora' || n || '@many.example', test.id('bruno') from generate_series(1, 100) n;
  analyze crm.client $$);
select test.reads('alice', format('select crm_private.is_frequent(%L, %L)', 'client_search_idx', typed), frequent, format('“%s”: frequent is %s', typed, frequent))
from (values ('zora', 'true'), ('ZÔRA', 'true'), ('many.example', 'true'), ('durand', 'false'), ('%', 'false'), (null, 'false')) text (typed, frequent);

create function pg_temp.all_found(text text) returns text
language sql
return format($$ select concat_ws(' / ',
    (select string_agg(name.name, ' ' order by name.name) from crm_private.client_filter_search(%1$L) client join test.name on name.id = client.id and name.name in ('acme', 'paul', 'bistro')),
    (select string_agg(total_amount::integer::text, ' ' order by total_amount) from crm_private.contract_filter_search(%1$L)),
    (select string_agg(title, ' ' order by title) from crm_private.event_filter_search(%1$L)),
    (select string_agg(title, ' ' order by title) from crm_private.event_filter_mine_and_search(%1$L))) $$, text);

create procedure pg_temp.say(frequent boolean)
language plpgsql
as $$
begin
  call test.given('dba', format($sql$
    create or replace function crm_private.is_frequent(search_index text, search text) returns boolean
    language sql stable return %L::boolean $sql$, frequent));
end
$$;

create temp table found (who text, typed text, records text);
insert into found values
  ('alice', 'durand', 'acme / 700 1000 5000 / Gala Picnic / Gala Picnic'),
  ('alice', 'NIC',    'Picnic Reunion / Picnic'),
  ('alice', 'pàris',  'Gala / Gala'),
  ('alice', 'bistro', 'bistro / 400 800 / Banquet Reunion'),
  ('chloe', 'nic',    'Picnic Reunion / Reunion'),
  ('chloe', 'bistro', 'bistro / 400 800 / Banquet Reunion / Reunion'),
  ('emma',  'gala',   'Gala'),
  ('emma',  'gal_',   '');

call pg_temp.say(true);
select test.reads(who, pg_temp.all_found(typed), records, format('%s finds “%s” in order', who, typed)) from found;
call pg_temp.say(false);
select test.reads(who, pg_temp.all_found(typed), records, format('%s finds “%s” through the index', who, typed)) from found;


-- Sorted by support contact, a list of one's own events reads from another function.

select test.reads(who, $$ select string_agg(title, ' ' order by title) from crm_private.event_filter_mine_by_support_contact_id() $$, titles,
  format('%s finds their events by support contact', who))
from (values ('alice', 'Gala Picnic'), ('chloe', 'Gala Reunion'), ('emma', '')) own (who, titles);


-- Upcoming is what is still to take place.

create function pg_temp.upcoming() returns text
language sql
return $$ select string_agg(title, ' ' order by title) from crm.event where crm_private.event_filter_upcoming(event) $$;

select test.reads('alice', pg_temp.upcoming(), 'Banquet Gala Picnic', 'planned and confirmed events that are still to begin are upcoming');
call test.given('emma', $$ update crm.event set status = 'completed' where id = test.id('gala') $$);
select test.reads('alice', pg_temp.upcoming(), 'Banquet Picnic', 'an event that is completed is not upcoming');


-- The events and the payments of a client are those under all of its contracts; my payments, those of my contracts.

select test.reads(who, format($$ select string_agg(title, ' ' order by title) from crm.event where crm_private.event_filter_client_id(event, test.id(%L)) $$, client), titles,
  format('%s finds the events of %s', who, client))
from (values ('chloe', 'acme', 'Gala Picnic'), ('alice', 'bistro', 'Banquet Reunion'), ('emma', 'paul', '')) own (who, client, titles);

call test.given('emma', $$ select crm.record_payment(test.id('bistro_signed'), 300, current_date - 3) $$);
select test.reads('chloe', format($$ select string_agg(amount::integer::text, ' ' order by amount) from crm.payment where %s $$, condition), amounts, title)
from (values
  ('crm_private.payment_filter_client_id(payment, test.id(''acme''))',   '2000',     'the payments of a client are those of its contracts'),
  ('crm_private.payment_filter_client_id(payment, test.id(''paul''))',   '',         'a client without contracts has no payments'),
  ('crm_private.payment_filter_paid_from(payment, current_date - 3)',    '300',      'payments from a day on include those of the day'),
  ('crm_private.payment_filter_paid_to(payment, current_date - 3)',      '300 2000', 'payments up to a day include those of the day'),
  ('crm_private.payment_filter_paid_to(payment, current_date - 4)',      '2000',     'payments up to a day leave out later ones')) filter (condition, amounts, title);
select test.reads(who, $$ select string_agg(amount::integer::text, ' ') from crm_private.payment_filter_mine() $$, amounts, format('the payments of %s are those of their contracts', who))
from (values ('alice', '2000'), ('bruno', '300'), ('chloe', ''), ('emma', '')) own (who, amounts);

select * from finish();
rollback;
