-- crm.search: one ranked list of clients, employees, events, contracts and notes: matches, order, typos, and what is not found.

begin;
set local search_path = tap, public;
select plan(130);
call test.load_company();

-- What is found, in order, by the names of the tests; `!` after an exact match, `~` after what is only spelt like it.
create function pg_temp.found(text text, kinds text default null, department text default null) returns text
language sql
return format(
  $$ select string_agg(name.name || case closeness when 'exact' then '!' when 'similar' then '~' else '' end, ' ' order by nth)
     from crm.search(%L, %L, %L) with ordinality found (kind, id, title, detail, closeness, nth)
     join test.name on name.id = found.id
       and case found.kind
         when 'client'   then name.name in ('acme', 'paul', 'bistro')
         when 'contract' then name.name ~ '_(draft|signed|cancelled)$'
         when 'event'    then name.name in ('gala', 'picnic', 'banquet', 'reunion')
         when 'employee' then name.name in (select lower(full_name) from crm.employee)
         when 'note'     then name.name in ('caterer', 'chairs', 'discount')
       end $$,
  text, kinds, department);


-- who may search

select test.reads(who, pg_temp.found('durand'), 'acme picnic gala acme_cancelled acme_signed acme_draft',
  format('%s finds a client with its contracts and events', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- what matches

select test.reads('alice', pg_temp.found(typed, kind), found, format('%s is found by “%s”', kind, typed))
from (values
  ('{client}',   'anais',               'acme'),
  ('{client}',   'ANAÏS   durand',      'acme!'),
  ('{client}',   'durand anaïs',        'acme'),
  ('{client}',   'acme-événements',     'acme!'),
  ('{client}',   'bea@bistro.example',  'bistro!'),
  ('{client}',   '.example',            'bistro paul acme'),
  ('{client}',   'colin bistro sur',    'bistro'),
  ('{client}',   'colin acme',          ''),
  ('{client}',   'b',                   'bistro'),
  ('{client}',   'du',                  'acme'),
  ('{client}',   'ai',                  ''),
  ('{client}',   'pr pa',               'paul'),
  ('{client}',   '+33 6 07 08 09 10',   'paul!'),
  ('{client}',   '06.07.08.09.10',      'paul!'),
  ('{client}',   '07 08 09',            ''),
  ('{contract}', 'bistro',              'bistro_signed bistro_draft'),
  ('{contract}', 'durand acme',         'acme_cancelled acme_signed acme_draft'),
  ('{contract}', 'signed',              ''),
  ('{event}',    'GÁLA',                'gala!'),
  ('{event}',    'nic',                 'reunion picnic'),
  ('{event}',    'lyon',                'banquet'),
  ('{event}',    'paris durand',        'gala'),
  ('{event}',    'bistro',              'reunion banquet'),
  ('{event}',    'lyon durand',         ''),
  ('{employee}', 'ali',                 'alice'),
  ('{employee}', 'chloé',               'chloe!'),
  ('{employee}', 'emma@epic.example',   'emma!'),
  ('{employee}', 'hec',                 'hector'),
  ('{note}',     'CATERER',             'caterer'),
  ('{note}',     'monday caterer',      'caterer'),
  ('{note}',     'd',                   'discount'),
  ('{note}',     'caterer chairs',      ''),
  ('{note}',     'caterrer',            ''),
  ('{client}',   'chairs',              ''),
  ('{note}',     'durand',              '')) search (kind, typed, found);

select test.reads('alice', pg_temp.found('e', '{employee}', department), found, format('a search in %s finds only its active employees', department))
from (values ('support', ''), ('management', 'emma')) team (department, found);
select test.reads('alice', pg_temp.found('epic', '{employee,client}', department), found,
  format('a search for “epic” in %s finds all its active employees', department))
from (values ('sales', 'basile bruno alice'), ('support', 'ines denis chloe'), ('management', 'felix emma')) team (department, found);
select test.reads('alice', format($$ select string_agg(kind || ' ' || title || closeness, ', ') from crm.search(test.id('hector')::text, '{employee}', %L) $$, department),
  '', format('a search in %s does not find an employee who has left by number', department))
from unnest(array['support', 'sales']) department;


-- order: names that begin with the words before those that contain them further on

call test.given('dba', $$
  insert into crm.client (full_name, email, company_name, commercial_contact_id)
  select name, 'x@x.example', company, test.id('alice')
  from (values (1, 'Zoé Vega', 'Kilo'), (2, 'Vega Sol', null), (3, 'Sol Invega', null), (4, 'Léo Sol', 'Vega SA'),
               (5, 'Jo Kilo', 'Le Vega'), (6, 'Vega', null)) newcomer (nth, name, company)
  order by nth $$);
select test.reads('alice', $$ select string_agg(title, ', ') from crm.search('vega') $$,
  'Vega, Léo Sol, Vega Sol, Jo Kilo, Zoé Vega, Sol Invega', 'clients are ordered by how well they match');


-- ids

select test.reads('alice', format(
    $$ select string_agg(kind, ' ') from crm.search(%L || test.id(%L), array[%L]) where id = test.id(%2$L) and closeness = 'exact' $$,
    sign, name, kind), found, format('a search for “%s…” finds the %s with that id', sign, kind))
from (values ('client', 'acme'), ('contract', 'acme_draft'), ('event', 'gala'), ('employee', 'hector')) record (kind, name),
  lateral (values ('', kind), ('#', kind), ('-', ''), ('1e', '')) typed (sign, found);
select test.reads('alice', $$ select count(*) from crm.search('987654321') $$, '0', 'a search for an unknown id finds nothing');
call test.given('alice', $$ update crm.client set full_name = 'Studio 987654' where id = test.id('acme') $$);
select test.reads('alice', pg_temp.found('987654', '{client}'), 'acme', 'a number also finds a name that contains it');
call test.given('alice', $$ update crm.client set full_name = 'Anaïs Durand' where id = test.id('acme') $$);


-- typos

select test.reads('alice', pg_temp.found(typed, kind), found, format('a search for “%s” tolerates a typo', typed))
from (values
  ('{client}',   'durant',       'acme~'),
  ('{client}',   'durad',        'acme~'),
  ('{client}',   'durrand',      'acme~'),
  ('{client}',   'druand',       'acme~'),
  ('{client}',   'anais durnad', 'acme~'),
  ('{client}',   'durant colin', ''),
  ('{contract}', 'bisrto',       'bistro_signed~ bistro_draft~'),
  ('{event}',    'banqet',       'banquet~'),
  ('{employee}', 'hcetor',       'hector~'),
  ('{client}',   'xyzzy',        '')) typo (kind, typed, found);
select test.reads('alice', pg_temp.found(typed), '', 'one or two letters match no similar name')
from unnest(array['z', 'zq']) typed;
select test.reads('alice', pg_temp.found('hektor', '{employee}', 'support'), '', 'a typo does not find an employee who has left');
select test.reads('alice', pg_temp.found('enmma', '{employee}', 'management'), 'emma~', 'a typo finds an active employee of the department');
select test.reads('alice', pg_temp.found('felixx', '{employee}', 'support'), '', 'a typo does not find an employee of another department');


-- literal text and limits

select test.reads('alice', pg_temp.found(typed, '{client}'), found, format('a search for “%s” is literal', typed))
from (values ('100%_sur', 'bistro'), ('a%d', ''), ('ana_s', 'acme~'), ('\', ''), (''' or true --', '')) literal (typed, found);
select test.reads('alice', pg_temp.found(typed), '', format('a search for %L finds nothing', typed))
from unnest(array['', '   ', null]) typed;
select test.reads('alice', format($$ select count(*) from crm.search(repeat('x', 1000000)) $$), '0', 'a search for a text of a megabyte finds nothing');

call test.given('alice', $$ update crm.client set company_name = 'C:\100%_' where id = test.id('paul') $$);
select test.reads('alice', pg_temp.found(typed, '{client}'), found, format('a search for the special characters “%s” is literal', typed))
from (values ('C:\100%_', 'paul!'), (':\10 paul', 'paul'), ('C:\100_%', 'paul~ bistro~')) literal (typed, found);
call test.given('alice', $$ update crm.client set company_name = null where id = test.id('paul') $$);

call test.given('dba', $$
  insert into crm.client (full_name, email, commercial_contact_id)
  select 'Crowd ' || n, 'crowd@crowd.example', test.id('alice') from generate_series(1, 120) n $$);
select test.reads('alice', $$ select count(*) from crm.search('crowd') $$, '100', 'a search returns at most 100 results');
select test.reads('alice', $$ select title from crm.search('crowd 7') limit 1 $$, 'Crowd 7', 'a search returns the exact match first');


-- title and detail

select test.reads('alice', format($$ select string_agg(title || ': ' || detail, '; ') from crm.search(%L, %L) $$, typed, kind), shown,
  format('a result has a title and a detail: %s', kind))
from (values
  ('durand',  '{client}',   'Anaïs Durand: Acme Événements, anais@acme.example'),
  ('privé',   '{client}',   'Paul Privé: paul@home.example'),
  ('bistro',  '{contract}', 'Bistro 100%_sûr: signed, 800.00 €, 800.00 € to be paid; Bistro 100%_sûr: draft, 400.00 €'),
  ('reunion', '{event}',    'Reunion: 2020-02-02, Nice, Bistro 100%_sûr'),
  ('hector',  '{employee}', 'Hector: support, hector@epic.example, has left'),
  ('caterer', '{note}',     format('Call about the caterer: client %s, Acme Événements, Alice, to follow up on %s', test.id('acme'), current_date + 7)),
  ('chairs',  '{note}',     format('Forty chairs more: event %s, Gala, Chloe, done', test.id('gala'))),
  ('discount','{note}',     format('No further discount: contract %s, Acme Événements, Emma', test.id('acme_signed')))) record (typed, kind, shown);


-- Frequent words are looked for among the latest, in a large table typos by a half of the word: the same is found.

call test.given('dba', $$
  insert into crm.client (full_name, email, commercial_contact_id)
  select 'Zora ' || n, 'zora@many.example', test.id('alice') from generate_series(1, 60) n;
  analyze crm.client $$);
select test.reads('alice', $$ select count(*) from crm.search('zora') $$, '60', 'what contains a frequent word is found');
select test.reads('alice', $$ select title from crm.search('zora many 47') limit 1 $$, 'Zora 47', 'the record that contains two frequent words and a rare one is found');
select test.reads('alice', $$ select count(*) from crm.search('many durand') $$, '0', 'nothing is found that contains a frequent word without the others');
call test.given('dba', $$
  insert into crm.client (id, full_name, email, commercial_contact_id) overriding system value
  values (1000000, 'Zora Late', 'zora@many.example', test.id('alice'));
  analyze crm.client $$);
select test.reads('alice', $$ select count(*) from crm.search('zora') $$, '61', 'what contains a frequent word is found where few of the latest do');

call test.given('dba', $$ update pg_class set reltuples = 1e6 where oid = 'crm.client'::regclass $$);
select test.reads('alice', pg_temp.found(typed, kind), found, format('a search for “%s” in a large table tolerates a typo', typed))
from (values
  ('{client}',   'durant',       'acme~'),
  ('{client}',   'durad',        'acme~'),
  ('{client}',   'durrand',      'acme~'),
  ('{client}',   'druand',       'acme~'),
  ('{client}',   'anais durnad', 'acme~'),
  ('{client}',   'durant colin', ''),
  ('{contract}', 'bisrto',       'bistro_signed~ bistro_draft~'),
  ('{event}',    'banqet',       'banquet~'),
  ('{employee}', 'hcetor',       'hector~'),
  ('{client}',   '+33 1 99',     '')) typo (kind, typed, found);
call test.given('dba', 'analyze crm.client');


-- erased clients

call test.given('emma', $$ select crm.erase_client(test.id('acme'), true) $$);
select test.reads('alice', pg_temp.found(typed), found, format('an erased client is not found by “%s”', typed))
from (values ('durand', ''), ('acme', ''), ('anais', ''), ('erased', 'caterer'), ('erasde', ''), ('+33 1 02 03 04 05', ''), ('paris acme', ''),
             ('gala', 'gala!')) erased (typed, found);


-- notes

call test.given('dba', $$ insert into crm.note (client_id, author_id, body) select test.id('paul'), test.id('alice'), 'Zebra ' || n from generate_series(1, 60) n;
  insert into crm.note (id, client_id, author_id, body) overriding system value values (1000000, test.id('paul'), test.id('alice'), 'Zebra late');
  analyze crm.note $$);
select test.reads('alice', format($$ select count(*) from crm.search(%L, '{note}') $$, typed), found, format('notes that contain the frequent word “%s”: %s', typed, found))
from (values ('zebra', '61'), ('zebra 47', '1'), ('zebra chairs', '0')) frequent (typed, found);


-- rows hidden by policies

call test.given('dba', $$ alter policy employee_read_all on crm.client using (full_name = 'Paul Privé') $$);
select test.reads('alice', pg_temp.found('example', '{client,contract,event}'), 'paul', 'a search does not find what a policy hides');
select test.reads('alice', pg_temp.found('colni', '{client,contract,event}'), '', 'a typo does not find what a policy hides');
call test.given('dba', $$ alter policy employee_read_all on crm.note using (event_id is null) $$);
select test.reads('alice', pg_temp.found(typed, '{note}'), found, format('a search for notes does not find what a policy hides: “%s”', typed))
from (values ('chairs', ''), ('discount', 'discount')) hidden (typed, found);

select * from finish();
rollback;
