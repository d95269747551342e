-- crm.similar_clients: whether a client who is about to be entered is already there, and why it looks like it.

begin;
set local search_path = tap, public;
select plan(21);
call test.open_the_company();

create function pg_temp.similar(new_name text, new_email text, new_phone text) returns text
language sql
return format(
  $$ select string_agg(concat_ws(' ', full_name, case when same_email then '@' end, case when same_phone then '#' end,
                                 case when close_name then '~' end), ', ' order by nth)
     from crm.similar_clients(%L, %L, %L) with ordinality
       similar_one (id, full_name, company_name, email, phone, commercial_contact, same_email, same_phone, close_name, nth) $$,
  new_name, new_email, new_phone);

select test.reads(who, pg_temp.similar('Anaïs Durand', null, null), 'Anaïs Durand ~',
  format('%s sees who looks like somebody new', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.reads('alice', pg_temp.similar(new_name, new_email, new_phone), found, format('%s is taken for: %s', concat_ws(', ', new_name, new_email, new_phone), found))
from (values
  ('X', 'ANAIS@Acme.Example',  null,                'Anaïs Durand @'),
  ('X', 'anais@acme.exampl',   null,                ''),
  ('X', null,                  '01.02.03.04.05',    'Anaïs Durand #'),
  ('X', null,                  '0033 1 02030405',   'Anaïs Durand #'),
  ('X', null,                  '02 03 04 05',       ''),
  ('anais DURANT', null,       null,                'Anaïs Durand ~'),
  ('Annaïs Durand', null,      null,                'Anaïs Durand ~'),
  ('Paul Durand', null,        null,                ''),
  ('Acme', null,               null,                ''),
  ('Béa Collin', 'paul@home.example', '+33 1 02 03 04 05', 'Paul Privé @, Anaïs Durand #, Béa Colin ~'),
  ('Anaïs Durand', 'anais@acme.example', '+33 1 02 03 04 05', 'Anaïs Durand @ # ~'),
  ('',  null,                  null,                '')) newcomer (new_name, new_email, new_phone, found);

select test.reads('alice', $$ select row(id = test.id('acme'), company_name, email, phone, commercial_name) from crm.similar_clients('Anaïs Durand') $$,
  '(t,"Acme Événements",anais@acme.example,"+33 1 02 03 04 05",Alice)', 'with what tells them apart, and whose client it is');
select test.reads('alice', pg_temp.similar(rpad('Anaïs Durand', 200) || repeat('z ', 100000), null, null), 'Anaïs Durand ~',
  'a name is no longer than 200 characters: the rest is not looked at');
select test.reads('alice', pg_temp.similar(rpad('Anaïs Durand', 140) || md5('x') || repeat('z ', 100000), null, null), '',
  'and those are');

call test.given('dba', $$
  insert into crm.client (full_name, email, commercial_contact_id)
  select 'Jo Crowd', 'crowd@crowd.example', test.id('alice') from generate_series(1, 12) $$);
select test.reads('alice', $$ select count(*) from crm.similar_clients('Jo Crowd') $$, '8', 'no more than eight');

call test.given('emma', $$ select crm.erase_client(test.id('acme'), true) $$);
select test.reads('alice', pg_temp.similar('Erased client', 'anais@acme.example', '+33 1 02 03 04 05'), '',
  'nobody looks like somebody whose personal data was erased');

call test.given('dba', $$ alter policy employee_read_all on crm.client using (full_name = 'Béa Colin') $$);
select test.reads('alice', pg_temp.similar('Béa Colin', 'paul@home.example', null), 'Béa Colin ~', 'nor like somebody whom a policy hides');

select * from finish();
rollback;
