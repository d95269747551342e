-- crm.search where there is much: of a frequent word the latest records, and only what has every word, is of the kind and in
-- the department that was asked for.

begin;
set local search_path = tap, public;
select plan(30);
call test.load_company();

create function pg_temp.found(text text, kind text, department text default null) returns text
language sql
return format($$ select coalesce(string_agg(title, ', ' order by title), 'none') from crm.search(%L, array[%L], %L) $$, text, kind, department);


-- only what was asked for

select test.reads('alice', pg_temp.found(text, kind), found, format('a search for “%s” among the %ss finds: %s', text, kind, found))
from (values
  ('durand an',  'client',   'Anaïs Durand'),
  ('durand zz',  'client',   'none'),    -- a word of two letters is in no index
  ('gala pa',    'event',    'Gala'),
  ('gala zz',    'event',    'none'),
  ('hcetor',     'employee', 'Hector'),
  ('hcetor',     'client',   'none')) each (text, kind, found);
call test.given('dba', $$ insert into crm.employee (full_name, email, department) values ('Alicia', 'x@epic.example', 'support') $$);
select test.reads('alice', pg_temp.found('alice', 'employee', department), found,
  format('a search for “alice” in %s finds: %s', department, found))
from (values ('sales', 'Alice'), ('support', 'Alicia')) each (department, found);


-- the latest: 60 more clients, each with an event, whose ids are so much higher that the others are not among the latest

call test.given('dba', $$ insert into crm.client (id, full_name, email, commercial_contact_id) overriding system value
  select 1000000 + n, 'Colin ' || n, 'c@c.example', test.id('alice') from generate_series(1, 60) n $$);
call test.given('dba', $$ insert into crm.event (id, contract_id, title, start_date, end_date) overriding system value
  select 1000000 + n, test.id('acme_signed'), 'Banquet ' || n, now(), now() + interval '1 hour' from generate_series(1, 60) n $$);
select test.reads('alice', format($$ select count(*) from crm.search(%L, array[%L]) $$, text, kind), '61',
  format('without statistics every %s is found that has “%s”', kind, text))
from (values ('colin', 'client'), ('banquet', 'event')) each (text, kind);
analyze crm.client, crm.event;
select test.reads('alice', format($$ select count(*) || ' from ' || min(id) from crm.search(%L, array[%L]) $$, text, kind), '60 from 1000001',
  format('of a frequent word the latest are found: “%s” in the %ss', text, kind))
from (values ('colin', 'client'), ('banquet', 'event')) each (text, kind);
select test.reads('alice', pg_temp.found(text, kind), found, format('of a rare word all are found: “%s” in the %ss', text, kind))
from (values ('bistro', 'client', 'Béa Colin'), ('picnic', 'event', 'Picnic')) each (text, kind, found);

select test.reads('alice', pg_temp.found(text, kind), 'none', format('a frequent word of other records finds no %s: “%s”', kind, text))
from (values ('banquet', 'client'), ('colin', 'employee')) each (text, kind);


-- what is spelt alike, in a company that is so large that halves of a word are looked for

call test.given('dba', $$ update pg_class set reltuples = 1000000 where oid = 'crm.client'::regclass $$);
select test.reads('alice', pg_temp.found(text, kind), found, format('in a large company “%s” finds, of the %ss: %s', text, kind, found))
from (values
  ('durant',   'client',   'Anaïs Durand'),  -- the first half is right
  ('burand',   'client',   'Anaïs Durand'),  -- the second
  ('picnik',   'event',    'Picnic'),
  ('beunion',  'event',    'Reunion'),
  ('picnik',   'client',   'none'),
  ('durant',   'event',    'none'),
  ('hcetor',   'employee', 'Hector'),
  ('hcetor',   'client',   'none'),
  ('xyzzy',    'client',   'none')) each (text, kind, found);
select test.reads('alice', format($$ select count(*) || ' from ' || min(id) from crm.search(%L, array[%L]) $$, text, kind), '60 from 1000001',
  format('in a large company the latest are found that are spelt like a frequent word: “%s” in the %ss', text, kind))
from (values ('colim', 'client'), ('banquat', 'event')) each (text, kind);

call test.given('emma', $$ select crm.erase_client(test.id('paul'), confirm => true) $$);
select test.reads('alice', pg_temp.found(text, 'client'), 'none', format('an erased client is not found by “%s”', text))
from unnest(array['erased', 'erasod', 'irased']) text;

select * from finish();
rollback;
