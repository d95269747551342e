-- crm.search: one ranked list of clients, employees, events and contracts. How each is found, in which order, what is
-- never found, and what a typo finds.

begin;
set local search_path = tap, public;
select plan(101);
call test.open_the_company();

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
       end $$,
  text, kinds, department);


-- everybody searches

select test.reads(who, pg_temp.found('durand'), 'acme picnic gala acme_cancelled acme_signed acme_draft',
  format('%s finds a client, and what is theirs', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- by what

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
  ('{employee}', 'hec',                 'hector')) search (kind, typed, found);

select test.reads('alice', pg_temp.found('e', '{employee}', department), found, format('of %s are those who are active there', department))
from (values ('support', ''), ('management', 'emma')) team (department, found);
select test.reads('alice', pg_temp.found('epic', '{employee,client}', department), found,
  format('“epic” are all who are active in %s', department))
from (values ('sales', 'basile bruno alice'), ('support', 'ines denis chloe'), ('management', 'felix emma')) team (department, found);
select test.reads('alice', format($$ select string_agg(kind || ' ' || title || closeness, ', ') from crm.search(test.id('hector')::text, '{employee}', %L) $$, department),
  '', format('nor is anybody by number who has left or is not in %s', department))
from unnest(array['support', 'sales']) department;


-- the best first: what begins with the words, a person's name or their company's, before what has them further on

call test.given('dba', $$
  insert into crm.client (full_name, email, company_name, commercial_contact_id)
  select name, 'x@x.example', company, test.id('alice')
  from (values (1, 'Zoé Vega', 'Kilo'), (2, 'Vega Sol', null), (3, 'Sol Invega', null), (4, 'Léo Sol', 'Vega SA'),
               (5, 'Jo Kilo', 'Le Vega'), (6, 'Vega', null)) newcomer (nth, name, company)
  order by nth $$);
select test.reads('alice', $$ select string_agg(title, ', ') from crm.search('vega') $$,
  'Vega, Léo Sol, Vega Sol, Jo Kilo, Zoé Vega, Sol Invega', 'clients come in the order of how well they answer');


-- a number is one

select test.reads('alice', format(
    $$ select string_agg(kind, ' ') from crm.search(%L || test.id(%L), array[%L]) where id = test.id(%2$L) and closeness = 'exact' $$,
    sign, name, kind), found, format('“%s…”: a number finds the %s that has it', sign, kind))
from (values ('client', 'acme'), ('contract', 'acme_draft'), ('event', 'gala'), ('employee', 'hector')) record (kind, name),
  lateral (values ('', kind), ('#', kind), ('-', ''), ('1e', '')) typed (sign, found);
select test.reads('alice', $$ select count(*) from crm.search('987654321') $$, '0', 'and nothing where there is none');
call test.given('alice', $$ update crm.client set full_name = 'Studio 987654' where id = test.id('acme') $$);
select test.reads('alice', pg_temp.found('987654', '{client}'), 'acme', 'a number may be part of a name, too');
call test.given('alice', $$ update crm.client set full_name = 'Anaïs Durand' where id = test.id('acme') $$);


-- a typo

select test.reads('alice', pg_temp.found(typed, kind), found, format('“%s” is forgiven', typed))
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
select test.reads('alice', pg_temp.found(typed), '', 'one or two letters are spelt like nothing')
from unnest(array['z', 'zq']) typed;
select test.reads('alice', pg_temp.found('hektor', '{employee}', 'support'), '', 'but nobody who has left comes back with it');
select test.reads('alice', pg_temp.found('enmma', '{employee}', 'management'), 'emma~', 'and whoever is there does');
select test.reads('alice', pg_temp.found('felixx', '{employee}', 'support'), '', 'in their own department');


-- it is a text, not a pattern, and it is bounded

select test.reads('alice', pg_temp.found(typed, '{client}'), found, format('“%s” is not a pattern but a text', typed))
from (values ('100%_sur', 'bistro'), ('a%d', ''), ('ana_s', 'acme~'), ('\', ''), (''' or true --', '')) literal (typed, found);
select test.reads('alice', pg_temp.found(typed), '', format('%L finds nothing', typed))
from unnest(array['', '   ', null]) typed;
select test.reads('alice', format($$ select count(*) from crm.search(repeat('x', 1000000)) $$), '0', 'nor does a text without end');

call test.given('alice', $$ update crm.client set company_name = 'C:\100%_' where id = test.id('paul') $$);
select test.reads('alice', pg_temp.found(typed, '{client}'), found, format('nor is “%s”', typed))
from (values ('C:\100%_', 'paul!'), (':\10 paul', 'paul'), ('C:\100_%', 'paul~ bistro~')) literal (typed, found);
call test.given('alice', $$ update crm.client set company_name = null where id = test.id('paul') $$);

call test.given('dba', $$
  insert into crm.client (full_name, email, commercial_contact_id)
  select 'Crowd ' || n, 'crowd@crowd.example', test.id('alice') from generate_series(1, 120) n $$);
select test.reads('alice', $$ select count(*) from crm.search('crowd') $$, '100', 'no more than a hundred come back');
select test.reads('alice', $$ select title from crm.search('crowd 7') limit 1 $$, 'Crowd 7', 'the exact one first');


-- what is said of each

select test.reads('alice', format($$ select string_agg(title || ': ' || detail, '; ') from crm.search(%L, %L) $$, typed, kind), said,
  format('what is said of a record: %s', kind))
from (values
  ('durand',  '{client}',   'Anaïs Durand: Acme Événements, anais@acme.example'),
  ('privé',   '{client}',   'Paul Privé: paul@home.example'),
  ('bistro',  '{contract}', 'Bistro 100%_sûr: signed, 800.00 €, 800.00 € to be paid; Bistro 100%_sûr: draft, 400.00 €'),
  ('reunion', '{event}',    'Reunion: 2020-02-02, Nice, Bistro 100%_sûr'),
  ('hector',  '{employee}', 'Hector: support, hector@epic.example, has left')) record (typed, kind, said);


-- what is erased is not found

call test.given('emma', $$ select crm.erase_client(test.id('acme'), true) $$);
select test.reads('alice', pg_temp.found(typed), found, format('nothing is left to find of “%s”', typed))
from (values ('durand', ''), ('acme', ''), ('anais', ''), ('erased', ''), ('erasde', ''), ('+33 1 02 03 04 05', ''), ('paris acme', ''),
             ('gala', 'gala!')) erased (typed, found);


-- what may not be read is not found

call test.given('dba', $$ alter policy employee_read_all on crm.client using (full_name = 'Paul Privé') $$);
select test.reads('alice', pg_temp.found('example', '{client,contract,event}'), 'paul', 'nothing is found that a policy hides');
select test.reads('alice', pg_temp.found('colni', '{client,contract,event}'), '', 'nor by its spelling');

select * from finish();
rollback;
