-- client: every employee reads all of them; sales create them and change their own; management hands them over.
-- Erasing one on request is in erase_client.sql, searching them in list_filters.sql.

begin;
set local search_path = tap, public;
select plan(81);
call test.load_company();


-- structure

select test.has_structure('crm.client',
  array['PRIMARY KEY (id)',
        'FOREIGN KEY (commercial_contact_id) REFERENCES crm.employee(id)'],
  'id, full_name, first_contact, last_update, commercial_contact_id, version');


-- read

select test.reads_all(who, 'crm.client', format('%s reads every client', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- columns

select test.column_privileges_are(who, 'select', 'crm.client',
  'id, full_name, email, phone, company_name, first_contact, last_update, commercial_contact_id, erased_at, version',
  format('%s reads every column of a client', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.column_privileges_are('alice', 'insert', 'crm.client', 'full_name, email, phone, company_name, first_contact',
  'sales enter the name, e-mail address, phone, company and first contact of a client');
select test.column_privileges_are('chloe', 'insert', 'crm.client', '',
  'support enter nothing about clients');
select test.column_privileges_are('emma',  'insert', 'crm.client', '',
  'management enters nothing about clients');

select test.column_privileges_are('alice', 'update', 'crm.client', 'full_name, email, phone, company_name, version',
  'sales change the name, e-mail address, phone and company of a client');
select test.column_privileges_are('chloe', 'update', 'crm.client', '',
  'support change nothing about clients');
select test.column_privileges_are('emma',  'update', 'crm.client', 'commercial_contact_id, version',
  'management changes who looks after a client');


-- create

select test.results_in('alice',
  $$ insert into crm.client (full_name, email) values ('Zoé', 'zoe@new.example') $$,
  $$ select (commercial_contact_id = test.id('alice'), first_contact = current_date, last_update = now())
     from crm.client where email = 'zoe@new.example' $$,
  '(t,t,t)',
  'the employee who creates a client is its sales contact');
select test.allows('bruno',
  $$ insert into crm.client (full_name, email, phone, company_name, first_contact)
     values ('Zoé', 'zoe@new.example', '+33 1 00 00 00 00', 'Zénith', '2024-02-29') $$,
  'sales create clients with all that they know');
select test.forbids('chloe', $$ insert into crm.client (full_name, email) values ('Zoé', 'zoe@new.example') $$,
  'support do not create clients');
select test.forbids('emma', $$ insert into crm.client (full_name, email) values ('Zoé', 'zoe@new.example') $$,
  'management does not create clients');
select test.forbids('alice',
  $$ insert into crm.client (full_name, email, commercial_contact_id) values ('Zoé', 'zoe@new.example', test.id('bruno')) $$,
  'sales do not create clients for a colleague');


-- update

select test.allows('alice', format($$ update crm.client set %s where id = test.id('acme') $$, change),
  format('sales change their own client: %s', change))
from unnest(array[$$full_name = 'Zoé'$$, $$email = 'zoe@acme.example'$$, $$phone = '01 02 03 04'$$, $$company_name = 'Zénith'$$]) change;
select test.affects_no_rows('alice', format($$ update crm.client set %s where id = test.id('bistro') $$, change),
  format('sales do not change a colleague''s client: %s', change))
from unnest(array[$$full_name = 'Zoé'$$, $$email = 'zoe@acme.example'$$, $$phone = '01 02 03 04'$$, $$company_name = 'Zénith'$$]) change;
select test.forbids(who, format($$ update crm.client set %s where id = test.id('acme') $$, change),
  format('%s does not change a client: %s', test.department_of(who), change))
from unnest(array['chloe', 'emma']) who,
     unnest(array[$$full_name = 'Zoé'$$, $$email = 'zoe@acme.example'$$, $$phone = '01 02 03 04'$$, $$company_name = 'Zénith'$$]) change;


-- hand over

select test.allows('emma', format($$ update crm.client set commercial_contact_id = test.id('basile') where id = test.id(%L) $$, client),
  format('management hands %s over to another sales employee', client))
from unnest(array['acme', 'bistro']) client;
select test.forbids('alice', $$ update crm.client set commercial_contact_id = test.id('bruno') where id = test.id('acme') $$,
  'sales do not hand over their own client');
select test.forbids('alice', $$ update crm.client set commercial_contact_id = test.id('alice') where id = test.id('bistro') $$,
  'sales do not take over a colleague''s client');
select test.forbids('chloe', $$ update crm.client set commercial_contact_id = test.id('bruno') where id = test.id('acme') $$,
  'support do not hand over clients');


-- delete

select test.forbids(who, $$ delete from crm.client where id = test.id('paul') $$,
  format('%s deletes no client', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- what a client must be

select test.rejects('alice', format($$ update crm.client set full_name = %L where id = test.id('acme') $$, name),
  '23514', 'A name has 1 to 200 characters, all on one line.',
  format('%s is not accepted as the name of a client', what))
from (values ('', 'nothing'), ('   ', 'a blank'), (repeat('x', 201), 'a page'), (E'Zoé\tZ.', 'a tabulation')) bad (name, what);
select test.rejects('alice', format($$ update crm.client set company_name = %L where id = test.id('acme') $$, name),
  '23514', 'A company name has 1 to 200 characters, all on one line.',
  format('%s is not accepted as the name of a company', what))
from (values ('', 'nothing'), ('   ', 'a blank'), (repeat('x', 201), 'a page'), (E'Ac\nme', 'a paragraph')) bad (name, what);
select test.allows('alice', $$ update crm.client set company_name = null, phone = null where id = test.id('acme') $$,
  'a client needs neither a company nor a phone');
select test.rejects('alice', format($$ update crm.client set email = %L where id = test.id('acme') $$, address),
  '23514', 'An e-mail address looks like name@example.com.',
  format('“%s” is not accepted as the e-mail address of a client', left(address, 30)))
from unnest(array['', 'zoe', 'zoe@acme', 'zoe@@acme.example', 'zo e@acme.example', repeat('x', 250) || '@acme.example']) address;
select test.rejects('alice', $$ update crm.client set email = null where id = test.id('acme') $$,
  '23514', 'A client needs an e-mail address.',
  'the e-mail address of a client cannot be removed');
select test.rejects('alice', $$ insert into crm.client (full_name) values ('Zoé') $$,
  '23514', 'A client needs an e-mail address.',
  'a client is not created without an e-mail address');
select test.rejects('alice', format($$ update crm.client set phone = %L where id = test.id('acme') $$, number),
  '23514', 'A phone number is 4 to 30 digits, spaces, dots, dashes or brackets, and may begin with +.',
  format('“%s” is not accepted as a phone number', replace(number, chr(10), '↵')))
from unnest(array['', '112', 'call me', '+33 1 02 03 04 05 ext', '1234567890123456789012345678901', E'0102\n0304']) number;
select test.allows('alice', format($$ update crm.client set phone = %L where id = test.id('acme') $$, number),
  format('“%s” is accepted as a phone number', number))
from unnest(array['3939', '(01) 02 03 04 05', '+33 (0)1.02-03 04 05', '123456789012345678901234567890']) number;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant insert, update, delete on crm.client to epic_employee $$);

select test.forbids('alice',
  $$ insert into crm.client (full_name, email, commercial_contact_id) values ('Zoé', 'zoe@new.example', test.id('bruno')) $$,
  'no policy lets sales create a client for a colleague');
select test.forbids('alice', $$ update crm.client set commercial_contact_id = test.id('bruno') where id = test.id('acme') $$,
  'no policy lets sales hand over their own client');
select test.affects_no_rows('alice', $$ update crm.client set commercial_contact_id = test.id('alice') where id = test.id('bistro') $$,
  'no policy lets sales take over a colleague''s client');
select test.forbids(who,
  $$ insert into crm.client (full_name, email, commercial_contact_id) values ('Zoé', 'zoe@new.example', test.id('alice')) $$,
  format('no policy lets %s create a client', test.department_of(who)))
from unnest(array['chloe', 'emma']) who;
select test.affects_no_rows('chloe', $$ update crm.client set phone = null $$,
  'no policy lets support change a client');
select test.affects_no_rows(who, $$ delete from crm.client where id = test.id('paul') $$,
  format('no policy lets %s delete a client', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- the owner, whose functions look clients up, lock them and erase them

select test.reads_all('owner', 'crm.client', 'the owner''s functions look clients up');
select test.forbids('owner', $$ insert into crm.client (full_name, email, commercial_contact_id)
     values ('Zoé', 'zoe@new.example', test.id('alice')) $$,
  'the owner cannot create a client');
select test.affects_no_rows('owner', $$ delete from crm.client where id = test.id('paul') $$,
  'the owner cannot delete a client');

select * from finish();
rollback;
