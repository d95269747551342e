-- crm.similar_clients: existing clients who might be a new one, and why.

begin;
set local search_path = tap, public;
select plan(21);
call test.load_company();

create function pg_temp.similar(new_name text, new_email text, new_phone text) returns text
language sql
return format(
  $$ select string_agg(concat_ws(' ', full_name, case when same_email then '@' end, case when same_phone then '#' end,
                                 case when close_name then '~' end), ', ' order by nth)
     from crm.similar_clients(%L, %L, %L) with ordinality
       similar_one (id, full_name, company_name, email, phone, commercial_contact, same_email, same_phone, close_name, nth) $$,
  new_name, new_email, new_phone);

select test.reads(who, pg_temp.similar('Anaïs Durand', null, null), 'Anaïs Durand ~',
  format('%s finds clients similar to a new one', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.reads('alice', pg_temp.similar(new_name, new_email, new_phone), found, format('a new client %s is similar to: %s', concat_ws(', ', new_name, new_email, new_phone), found))
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
  '(t,"Acme Événements",anais@acme.example,"+33 1 02 03 04 05",Alice)', 'a similar client is returned with company, e-mail address, phone and sales contact');
select test.reads('alice', pg_temp.similar(rpad('Anaïs Durand', 200) || repeat('z ', 100000), null, null), 'Anaïs Durand ~',
  'only the first 200 characters of a name are compared');
select test.reads('alice', pg_temp.similar(rpad('Anaïs Durand', 140) || md5('x') || repeat('z ', 100000), null, null), '',
  'all of the first 200 characters of a name are compared');

call test.given('dba', $$
  insert into crm.client (full_name, email, commercial_contact_id)
  select 'Jo Crowd', 'crowd@crowd.example', test.id('alice') from generate_series(1, 12) $$);
select test.reads('alice', $$ select count(*) from crm.similar_clients('Jo Crowd') $$, '8', 'at most eight similar clients are returned');

call test.given('emma', $$ select crm.erase_client(test.id('acme'), true) $$);
select test.reads('alice', pg_temp.similar('Erased client', 'anais@acme.example', '+33 1 02 03 04 05'), '',
  'an erased client is not similar to a new one');

call test.given('dba', $$ alter policy employee_read_all on crm.client using (full_name = 'Béa Colin') $$);
select test.reads('alice', pg_temp.similar('Béa Colin', 'paul@home.example', null), 'Béa Colin ~', 'a client that a policy hides is not returned as similar');

select * from finish();
rollback;
