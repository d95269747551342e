-- crm.stage_import and crm.run_import: lines are staged, and one call writes all of them or none, with the rights of its
-- caller. The policies of the staged lines are in staging_import_line.sql.

begin;
set local search_path = tap, public;
select plan(108);
call test.load_company();

-- Lines are numbered from 2, as below the header of a file.
create function pg_temp.stage(lines jsonb, import text default 'a', first_line integer default 2) returns text
language sql
return format('select crm.stage_import(md5(%L)::uuid, %L)', import, (
  select coalesce(jsonb_agg(jsonb_build_object('line', first_line + nth - 1, 'values', line)), '[]')
  from jsonb_array_elements(lines) with ordinality each (line, nth)));

create function pg_temp.run(record text, options text default '', import text default 'a') returns text
language sql
return format('select crm.run_import(md5(%L)::uuid, %L%s)', import, record, options);

create function pg_temp.summary(outcome crm.import_outcome) returns text
language sql
return format('%s created, %s updated, %s unchanged', outcome.created, outcome.updated, outcome.unchanged)
  || coalesce((select string_agg(format('; %s %s: %s', line, column_name, message), '') from unnest(outcome.problems)), '');

-- Imports lines, and returns what the function returned and the result of a query.
create function pg_temp.import(who text, record text, lines jsonb, result_query text, options text default '') returns text
language plpgsql
as $$
declare
  before  text;
  outcome crm.import_outcome;
  seen    text;
  dba     text := current_setting('role');
begin
  call test.given(who, pg_temp.other());
  call test.given(who, pg_temp.stage(lines));
  perform test.act_as(who);
  execute format('select (outcome).* from crm.run_import(md5(%L)::uuid, %L%s) outcome', 'a', record, options) into outcome;
  perform test.stop_acting(dba);
  execute format('select (%s)::text', result_query) into seen;
  raise exception using errcode = 'SEEN0', message = pg_temp.summary(outcome) || coalesce(' / ' || seen, '');
exception when sqlstate 'SEEN0' then
  return sqlerrm;
end
$$;

create function pg_temp.found() returns text
language sql
return $$ (select count(*)::text from crm.client where email like '%@x.example') $$;

create function pg_temp.waiting() returns text
language sql
return '(select count(*)::text from staging.import_line)';


-- Another import is under way, whose line has the same number.
create function pg_temp.other() returns text
language sql
return pg_temp.stage('[{"full_name": "Zoé", "email": "anais@acme.example", "client_email": "x", "support_contact_email": "x", "first_contact": "soon", "total_amount": "x", "start_date": "soon"}]', 'other 20');


-- staging

select test.reads('alice', substr(pg_temp.stage('[{}, {}, {}]'), 8), '3', 'staging returns the number of staged lines');
call test.given('alice', pg_temp.stage('[{}, {}]'));
select test.reads('alice', substr(pg_temp.stage('[{}, {}, {}]', first_line => 4), 8), '5', 'staging counts the lines that were staged before');
select test.reads('alice', substr(pg_temp.stage('[{}, {}, {}]', 'b'), 8), '3', 'staging does not count the lines of another import');
select test.reads('bruno', substr(pg_temp.stage('[{}, {}, {}]'), 8), '3', 'staging does not count the lines of another employee with the same import id');
select test.rejects('alice', pg_temp.stage('[{}]'), '23505', 'The import already has a line of that number.', 'a line with a number that is staged already is refused');
select test.rejects('alice', pg_temp.stage('["x"]', 'b'), '23514', 'A line of an import is an object with its values by column.', 'a line that is not an object is refused');
select test.forbids(who, pg_temp.stage('[{}]', 'c'), format('%s cannot stage lines', who)) from unnest(array['anonymous', 'authenticator', 'worker']) who;
select test.forbids(who, pg_temp.run('client'), format('%s cannot run an import', who)) from unnest(array['anonymous', 'authenticator', 'worker']) who;

call test.given('dba', $$ update staging.import_line set staged_at = now() - interval '25 hours' where line = 2 $$);
call test.given('dba', $$ update staging.import_line set staged_at = now() - interval '23 hours' where line = 3 $$);
select test.results_in('alice', pg_temp.stage('[{}]', 'b'), $$ select string_agg(line::text, ',' order by import_id, line) from staging.import_line $$,
  (select string_agg(line, ',' order by id, line) from (values (md5('a')::uuid, '3'), (md5('b')::uuid, '2')) kept (id, line)),
  'staging removes lines that are older than a day');
select test.results_in('bruno', pg_temp.stage('[{}]', 'b'),
  $$ select string_agg(format('%s %s', employee_id = test.id('alice'), line), ', ' order by line desc) from staging.import_line $$,
  't 3, f 2', 'staging removes old lines of other employees');
call test.given('dba', 'alter policy owner_read_old on staging.import_line using (true)');
call test.given('dba', 'alter policy owner_delete_old on staging.import_line using (true)');
select test.results_in('bruno', pg_temp.stage('[{}]', 'b'), 'select count(*) from staging.import_line', '2', 'staging removes only old lines, even if the owner could delete all of them');
call test.given('dba', 'delete from staging.import_line');

create function pg_temp.many(lines integer) returns text
language sql
return format($$ select crm.stage_import(md5('m')::uuid, (
    select jsonb_agg(jsonb_build_object('line', line, 'values', jsonb_build_object())) from generate_series(1, %s) line)) $$, lines);
select test.allows('alice', pg_temp.many(20000), 'an import may have 20,000 lines');
select test.rejects('alice', pg_temp.many(20001), '23514', 'An import has at most 20,000 lines: import one part after the other.', 'an import of more than 20,000 lines is refused');


-- what can be imported

select test.rejects('alice', pg_temp.run('payment'), '22023',
  'Clients are imported, and matched by their e-mail address; contracts and events are imported.', 'an import of payments is refused');
select test.rejects('alice', pg_temp.run('contract', ', match_email => true'), '22023',
  'Clients are imported, and matched by their e-mail address; contracts and events are imported.', 'an import that matches contracts is refused');
select test.forbids_with_reason(who, pg_temp.run('client'), 'You may not create this client.',
  'Sales create clients, and look after those they create.', 'sales', 'sales_create_own', format('%s cannot import clients', test.department_of(who)))
from unnest(array['chloe', 'emma']) who;
select test.forbids('chloe', pg_temp.run(record), format('support cannot import a %s', record)) from unnest(array['contract', 'event']) record;

call test.given('alice', pg_temp.stage('[{"full_name": "Zoé"}, {"full_name": "Zoé", "id": 7}]'));
call test.given('alice', pg_temp.stage('[{"full_name": "Zoé"}]', 'b'));
select test.rejects('alice', pg_temp.run('client'), '42703', 'No client is imported with “id”: there are fullName, email, phone, companyName, firstContact.', 'a column that the database fills in is not imported');
select test.allows('alice', pg_temp.run('client', import => 'b'), 'an import is not refused for the columns of another');
call test.given('dba', 'delete from staging.import_line');



-- values by the names of the API

call test.given('alice', pg_temp.stage('[{"fullName": "Zoé", "email": "z@x.example", "companyName": "X"}, {}, {"full_name": "Ada", "firstContact": null}]'));
select test.reads('alice', $$ select string_agg(input::text, ' ' order by line) from staging.import_line $$,
  '{"email": "z@x.example", "full_name": "Zoé", "company_name": "X"} {} {"full_name": "Ada", "first_contact": null}',
  'values are staged by column, whether their names are those of the API or of the database');
call test.given('dba', 'delete from staging.import_line');
select test.rejects('alice', pg_temp.stage('[{"fullName": "Ada"}, {"fullName": "Zoé", "full_name": "Ada"}]'), '23514',
  'Line 3 has one value as “fullName” and as “full_name”: give it once.', 'a value under both names is refused');
call test.given('alice', pg_temp.stage('[{"fullName": "Zoé", "shoeSize": 40}]'));
select test.rejects('alice', pg_temp.run('client'), '42703',
  'No client is imported with “shoeSize”: there are fullName, email, phone, companyName, firstContact.', 'a field that clients do not have is refused');
call test.given('dba', 'delete from staging.import_line');
call test.given('emma', pg_temp.stage('[{"TITLE": "Ball"}]'));
select test.rejects('emma', pg_temp.run('event'), '42703',
  'No event is imported with “TITLE”: there are contractId, title, startDate, endDate, location, attendees, notes, supportContactId, supportContactEmail.',
  'the names of values are case-sensitive');
call test.given('dba', 'delete from staging.import_line');
select is(pg_temp.import('alice', 'client',
    '[{"fullName": "Zoé", "email": "z@x.example", "phone": "+33 1 02", "companyName": "X", "firstContact": "2020-05-06"}]',
    $$ select row(full_name, company_name, first_contact) from crm.client where email = 'z@x.example' $$),
  '1 created, 0 updated, 0 unchanged / (Zoé,X,2020-05-06)', 'a client is imported by the names of the API');
select is(pg_temp.import('emma', 'contract', '[{"clientEmail": "bea@bistro.example", "totalAmount": "12.50"}]',
    'select count(*) from crm.contract where total_amount = 12.50'),
  '1 created, 0 updated, 0 unchanged / 1', 'a contract is imported by the names of the API');
select is(pg_temp.import('emma', 'event', jsonb_build_array(jsonb_build_object('contractId', test.id('acme_signed'), 'title', 'Ball',
      'startDate', '2030-01-02T18:00+01', 'endDate', '2030-01-03T02:00+01', 'supportContactEmail', 'chloe@epic.example')),
    $$ select support_contact_id = test.id('chloe') from crm.event where title = 'Ball' $$),
  '1 created, 0 updated, 0 unchanged / true', 'an event is imported by the names of the API');


-- clients

select is(pg_temp.import('alice', 'client',
    '[{"full_name": "Zoé", "email": "z@x.example", "phone": "+33 1 02", "company_name": "X", "first_contact": "2020-05-06"},
      {"full_name": "Ada", "email": "a@x.example"}]',
    $$ select string_agg(row(full_name, email, phone, company_name, first_contact = current_date or first_contact = '2020-05-06',
                             commercial_contact_id = test.id('alice'))::text, ' ' order by id) from crm.client where email like '%@x.example' $$),
  '2 created, 0 updated, 0 unchanged / (Zoé,z@x.example,"+33 1 02",X,t,t) (Ada,a@x.example,,,t,t)',
  'imported clients are created in the order of the lines, with the importing employee as sales contact');
select is(pg_temp.import('alice', 'client', '[{"full_name": "Anaïs", "email": "anais@acme.example"}]',
    $$ select count(*) from crm.client where email = 'anais@acme.example' $$),
  '1 created, 0 updated, 0 unchanged; 2 email: Client ' || test.id('acme') || ' has this e-mail address: Anaïs Durand. / 1', 'a client with a known e-mail address is a problem');
select is(pg_temp.import('alice', 'client', '[{"full_name": "Anaïs", "email": "ANAIS@acme.example"}]',
    $$ select count(*) from crm.client where lower(email) = 'anais@acme.example' $$, ', allow_duplicates => true'),
  '1 created, 0 updated, 0 unchanged / 2', 'a client with a known e-mail address is created where duplicates are allowed');
select test.rejects('alice', pg_temp.run('client', ', match_email => true, allow_duplicates => true'), '22023',
  'Clients who are known are either changed or created again, not both.', 'an import cannot both match clients and allow duplicates');
select is(pg_temp.import('alice', 'client', '[{"full_name": "Zoé", "email": "z@x.example"}]',
    'select count(*) from audit.change where action = $$insert$$'), '1 created, 0 updated, 0 unchanged / 1', 'imported clients are in history');
select is(pg_temp.import('alice', 'client', '[{"full_name": "Zoé", "email": "z@x.example"}]', pg_temp.waiting()),
  '1 created, 0 updated, 0 unchanged / 1', 'an import removes its staged lines, and no others');
select is(pg_temp.import('alice', 'client', '[]', 'null'), '0 created, 0 updated, 0 unchanged', 'an import without lines creates nothing');

select is(pg_temp.import('alice', 'client', '[{"full_name": "Zoé", "email": "z@x.example"}]', pg_temp.found() || '||' || pg_temp.waiting(), ', dry_run => true'),
  '1 created, 0 updated, 0 unchanged / 01', 'a dry run returns the outcome and writes nothing');
select is(pg_temp.import('alice', 'client', '[{"full_name": "Zoé", "email": "z@x.example"}, {"full_name": "Ada", "email": "a"}, {"full_name": "Zoé", "email": "y@x.example"}]',
    pg_temp.found() || '||' || pg_temp.waiting()),
  '2 created, 0 updated, 0 unchanged; 3 email: An e-mail address looks like name@example.com. / 01', 'an import with one problem writes nothing');
select is(pg_temp.import('alice', 'client',
    '[{"full_name": "Zoé", "email": "z@x.example", "phone": "x"}, {"full_name": "Ada", "email": null}, {"email": "y@x.example"},
      {"full_name": "Bo", "email": "b@x.example", "first_contact": "2020-02-31"}, {"full_name": "Bo", "email": "c@x.example", "first_contact": "soon"}]',
    pg_temp.found()),
  '0 created, 0 updated, 0 unchanged'
  '; 2 phone: A phone number is 4 to 30 digits, spaces, dots, dashes or brackets, and may begin with +.'
  '; 3 email: A client needs an e-mail address.; 4 full_name: This is missing.'
  '; 5 first_contact: This cannot be read.; 6 first_contact: This cannot be read. / 0',
  'an import returns every problem, by line and column');
select is(pg_temp.import('alice', 'client',
    (select jsonb_agg(jsonb_build_object('full_name', 'Zoé', 'email', nth || case when nth in (1, 57, 243) then '' else '@x.example' end))
     from generate_series(1, 243) nth), pg_temp.found()),
  '240 created, 0 updated, 0 unchanged; 2 email: An e-mail address looks like name@example.com.; 58 email: An e-mail address looks like name@example.com.'
  '; 244 email: An e-mail address looks like name@example.com. / 0', 'an import of many lines returns every problem');

create function pg_temp.fail() returns trigger language plpgsql as $$ begin raise feature_not_supported using message = 'Later.'; end $$;
create trigger client_99_fails before insert on crm.client for each row when (new.full_name = 'Late') execute function pg_temp.fail();
call test.given('alice', pg_temp.stage('[{"full_name": "Ada", "email": "a@x.example"}, {"full_name": "Late", "email": "l@x.example"}]', 'late'));
select test.rejects('alice', pg_temp.run('client', import => 'late'), '0A000', 'Later.', 'an error that is not caused by a line aborts the import');


-- clients that are known

create function pg_temp.match(who text, lines jsonb, result_query text default 'null') returns text
language sql
return pg_temp.import(who, 'client', lines, result_query, ', match_email => true');

select is(pg_temp.match('alice',
    '[{"full_name": "Zoé", "email": "z@x.example"}, {"full_name": "Anaïs", "email": "ANAIS@acme.example"}, {"full_name": "Paul Privé", "email": "paul@home.example"}]',
    $$ select string_agg(row(full_name, email, phone, company_name, last_update = now())::text, ' ' order by id) from crm.client where commercial_contact_id = test.id('alice') $$),
  '1 created, 1 updated, 1 unchanged / (Anaïs,anais@acme.example,"+33 1 02 03 04 05","Acme Événements",t) ("Paul Privé",paul@home.example,"+33 6 07 08 09 10",,f) (Zoé,z@x.example,,,t)',
  'matched clients are updated where they differ, and the others are created');
select is(pg_temp.match('alice', '[{"full_name": "Anaïs Durand", "email": "anais@acme.example", "phone": null, "company_name": "A", "first_contact": "1999-01-01"}]',
    $$ select row(phone, company_name, first_contact > '1999-01-01') from crm.client where id = test.id('acme') $$),
  '0 created, 1 updated, 0 unchanged / (,A,t)', 'a null clears the column of a matched client, except the first contact');
select is(pg_temp.match('alice', '[{"full_name": "Béa", "email": "bea@bistro.example"}, {"full_name": "Béa Colin", "email": "bea@bistro.example"}]'),
  '0 created, 0 updated, 1 unchanged; 2 email: You may not update client ' || test.id('bistro') ||
    '. Sales change only the clients they look after. Ask Bruno.; 3 email: Line 2 has the same e-mail address.',
  'a matched client of a colleague, and a second line for one client, are problems');
select is(pg_temp.match('alice', '[{"full_name": "Zoé", "email": "z@x.example"}, {"full_name": "Ada", "email": "a@x.example"}, {"full_name": "Zoé", "email": "Z@x.example"}, {"full_name": "Bo"}, {"full_name": "Bo"}]'),
  '2 created, 0 updated, 1 unchanged; 4 email: Line 2 has the same e-mail address.; 5 email: A client needs an e-mail address.; 6 email: A client needs an e-mail address.',
  'two lines with the same e-mail address are a problem, whatever the case');
select is(pg_temp.import('alice', 'client', '[{"full_name": "Zoé", "email": "z@x.example"}, {"full_name": "Zoé", "email": "Z@x.example"}]', pg_temp.found()),
  '2 created, 0 updated, 0 unchanged; 3 email: Line 2 has the same e-mail address. / 0', 'two lines with the same e-mail address are a problem without matching too');
select is(pg_temp.import('alice', 'client', '[{"full_name": "Zoé", "email": "z@x.example"}, {"full_name": "Zoé", "email": "z@x.example"}]', pg_temp.found(), ', allow_duplicates => true'),
  '2 created, 0 updated, 0 unchanged / 2', 'two lines with the same e-mail address are created where duplicates are allowed');
call test.given('dba', $$ update crm.client set email = 'ANAIS@acme.example' where id = test.id('paul') $$);
select is(pg_temp.match('alice', '[{"full_name": "Zoé", "email": "z@x.example"}, {"full_name": "Anaïs", "email": "anais@acme.example"}]'),
  format('1 created, 0 updated, 0 unchanged; 3 email: 2 clients have this e-mail address, client %s among them.', test.id('acme')),
  'an e-mail address that two clients have cannot be matched');
select is(pg_temp.match('alice', '[{"full_name": "Zoé", "email": "z@x.example"}]'), '1 created, 0 updated, 0 unchanged', 'an e-mail address that two clients have is no problem to other lines');
select is(pg_temp.import('alice', 'client', '[{"full_name": "Anaïs", "email": "anais@acme.example"}]', 'null'),
  format('1 created, 0 updated, 0 unchanged; 2 email: 2 clients have this e-mail address, client %s among them.', test.id('acme')), 'an e-mail address that two clients have is known');


-- values have the form that the API takes

select is(pg_temp.import('alice', 'client', format('[{"full_name": "Zoé", "email": "z@x.example", "first_contact": %s}]', to_jsonb(day))::jsonb, 'null'),
  '0 created, 0 updated, 0 unchanged; 2 first_contact: ' || sentence, format('“%s” is not accepted as a first contact', day))
from (values ('tomorrow', 'This cannot be read.'), ('infinity', 'This cannot be read.'), ('-infinity', 'This cannot be read.'),
             ('31/12/2025', 'This cannot be read.'), ('2025-12-31 BC', 'This cannot be read.'), ('2025-02-30', 'This cannot be read.'),
             ('1899-12-31', 'A date lies in the years 1900 to 2199.'), ('2200-01-01', 'A date lies in the years 1900 to 2199.')) refused (day, sentence);
select is(pg_temp.import('alice', 'contract', jsonb_build_array(jsonb_build_object('client_id', test.id('acme'), 'total_amount', amount)), 'null'),
  '0 created, 0 updated, 0 unchanged; 2 total_amount: This cannot be read.', format('“%s” is not accepted as an amount', amount))
from unnest(array['1.005', '1e3', 'NaN', 'Infinity', ' 12', '1_000', '0x10']) amount;
select is(pg_temp.import('emma', 'event', jsonb_build_array(jsonb_build_object('contract_id', test.id('acme_signed'), 'title', 'Ball',
    'start_date', '2030-01-02T18:00+01', 'end_date', '2030-01-03T02:00+01') || jsonb_build_object(field, value)), 'null'),
  format('0 created, 0 updated, 0 unchanged; 2 %s: This cannot be read.', field), format('%s does not accept “%s”', field, value))
from (values ('start_date', '-infinity'), ('start_date', 'now'), ('start_date', '2030-01-02'), ('start_date', '2030-01-02T18:00'),
             ('end_date', 'infinity'), ('attendees', '12.0'), ('attendees', '1_000'), ('attendees', '0x10')) refused (field, value);


-- clients with the same name and phone number

call test.given('dba', $$ insert into crm.client (full_name, email, phone, commercial_contact_id)
  values ('Zoé d’Or', 'zoe@or.example', '+33 6 11 22 33 44', test.id('bruno')) $$);
select is(pg_temp.import('alice', 'client', jsonb_build_array(jsonb_build_object('full_name', 'zoe d or', 'email', email, 'phone', '06.11.22.33.44')), 'null'),
  format(outcome, (select id from crm.client where email = 'zoe@or.example')), format('a client with a known name and phone number, and the address %s, is a problem', email))
from (values ('z@x.example', '1 created, 0 updated, 0 unchanged; 2 phone: Client %s has this name and phone number.'),
             ('Zoe@or.example', '1 created, 0 updated, 0 unchanged; 2 email: Client %s has this e-mail address: Zoé d’Or.')) known (email, outcome);
select is(pg_temp.import('alice', 'client', '[{"full_name": "Zoé d’Or", "email": "z@x.example", "phone": "06 11 22 33 44"}]', 'null', options),
  '1 created, 0 updated, 0 unchanged', format('a client with a known name and phone number is created with%s', options))
from unnest(array[', allow_duplicates => true', ', match_email => true']) options;
select is(pg_temp.import('alice', 'client', jsonb_build_array(jsonb_build_object('full_name', full_name, 'email', 'z@x.example', 'phone', phone)), 'null'),
  '1 created, 0 updated, 0 unchanged', format('%s with the phone number %s is no known client', full_name, phone))
from (values ('Zoé d’Or', '06 11 22 33 45'), ('Zoé', '06 11 22 33 44'), ('Zoé d’Or', null)) other (full_name, phone);
create function pg_temp.namesakes(phone text, other_phone text) returns jsonb
language sql
return jsonb_build_array(jsonb_build_object('full_name', 'Ida', 'email', 'a@x.example', 'phone', phone), jsonb_build_object('full_name', 'IDA', 'email', 'b@x.example', 'phone', other_phone));
select is(pg_temp.import('alice', 'client', pg_temp.namesakes('06 11', '0611'), 'null', options), '2 created, 0 updated, 0 unchanged' || problem,
  format('two lines with the same name and phone number%s%s', options, problem))
from (values ('', '; 3 phone: Line 2 has the same name and phone number.'), (', allow_duplicates => true', ''), (', match_email => true', '')) twins (options, problem);
select is(pg_temp.import('alice', 'client', pg_temp.namesakes('06 11', other_phone), 'null'), '2 created, 0 updated, 0 unchanged',
  format('two lines with the same name and the phone numbers 06 11 and %s are two clients', other_phone))
from unnest(array['06 12', null]) other_phone;
select is(pg_temp.import('alice', 'client', pg_temp.namesakes('x', 'y'), 'null'),
  '0 created, 0 updated, 0 unchanged; 2 phone: A phone number is 4 to 30 digits, spaces, dots, dashes or brackets, and may begin with +.'
  '; 3 phone: A phone number is 4 to 30 digits, spaces, dots, dashes or brackets, and may begin with +.', 'what is no phone number is not the same one');

-- contracts

select is(pg_temp.import('alice', 'contract',
    jsonb_build_array(jsonb_build_object('client_id', test.id('acme'), 'total_amount', '12.50'),
                      jsonb_build_object('client_email', 'Anais@acme.example', 'total_amount', 3)),
    $$ select string_agg(row(client_id = test.id('acme'), total_amount, status)::text, ' ' order by id) from crm.contract where total_amount < 100 $$),
  '1 created, 0 updated, 0 unchanged; 3 client_email: 2 clients have the e-mail address Anais@acme.example: give the id of one.',
  'a contract cannot name its client by an e-mail address that two clients have');
call test.given('dba', $$ update crm.client set email = 'paul@home.example' where id = test.id('paul') $$);
select is(pg_temp.import('alice', 'contract',
    jsonb_build_array(jsonb_build_object('client_id', test.id('acme'), 'total_amount', '12.50'),
                      jsonb_build_object('client_email', 'Anais@acme.example', 'total_amount', 3)),
    $$ select string_agg(row(client_id = test.id('acme'), total_amount, status)::text, ' ' order by id) from crm.contract where total_amount < 100 $$),
  '2 created, 0 updated, 0 unchanged / (t,12.50,draft) (t,3.00,draft)', 'imported contracts are drafts, and name their client by id or by e-mail address');
select is(pg_temp.import('alice', 'contract',
    jsonb_build_array(jsonb_build_object('client_id', test.id('bistro'), 'total_amount', 1), jsonb_build_object('client_id', test.id('acme'), 'total_amount', -1),
                      jsonb_build_object('client_id', -1, 'total_amount', 1), jsonb_build_object('client_email', 'x@y.example', 'total_amount', 1),
                      jsonb_build_object('client_id', test.id('acme'), 'total_amount', 1), jsonb_build_object('client_id', test.id('acme')),
                      jsonb_build_object('client_id', test.id('acme'), 'total_amount', '1e12'), jsonb_build_object('client_id', test.id('bistro'), 'total_amount', 1)),
    'select count(*) from crm.contract where total_amount = 1'),
  '1 created, 0 updated, 0 unchanged; 2 : Sales create contracts only for their own clients, as drafts.'
  '; 3 total_amount: The total of a contract is an amount of zero euros or more.; 4 client_id: There is no client -1.'
  '; 5 client_email: There is no client with the e-mail address x@y.example.; 7 total_amount: This is missing.; 8 total_amount: This cannot be read.'
  '; 9 : Sales create contracts only for their own clients, as drafts. / 0',
  'an imported contract is refused by the same policies, constraints and triggers as a single one');
select is(pg_temp.import('emma', 'contract', jsonb_build_array(jsonb_build_object('client_id', test.id('bistro'), 'total_amount', 1)),
    'select count(*) from crm.contract where total_amount = 1'), '1 created, 0 updated, 0 unchanged / 1', 'management imports contracts for any client');


-- events

create function pg_temp.event(contract text, more jsonb default '{}') returns jsonb
language sql
return jsonb_build_object('contract_id', test.id(contract), 'title', 'Ball', 'start_date', '2030-01-02T18:00+01', 'end_date', '2030-01-03T02:00+01') || more;

select is(pg_temp.import('emma', 'event',
    jsonb_build_array(pg_temp.event('acme_signed', '{"location": "Lyon", "attendees": 12, "notes": "Chairs", "support_contact_email": "Chloe@epic.example"}'),
                      pg_temp.event('bistro_signed', jsonb_build_object('support_contact_id', test.id('denis'))), pg_temp.event('bistro_signed', '{"start_date": "2030-01-02T17:00+01", "end_date": "2030-01-03T01:00+01"}')),
    $$ select string_agg(row(location, attendees, notes, (select full_name from crm.employee where employee.id = support_contact_id), status,
                             extract(epoch from end_date - start_date))::text, ' ' order by id) from crm.event where title = 'Ball' $$),
  '3 created, 0 updated, 0 unchanged / (Lyon,12,Chairs,Chloe,planned,28800.000000) (,0,,Denis,planned,28800.000000) (,0,,,planned,28800.000000)',
  'imported events have every given column, and name their support contact by id or by e-mail address');
select is(pg_temp.import('emma', 'event',
    jsonb_build_array(pg_temp.event('acme_draft'), pg_temp.event('acme_signed', '{"contract_id": -1}'), pg_temp.event('acme_signed', '{"end_date": "2029-01-01T00:00Z"}'),
                      pg_temp.event('acme_signed', '{"support_contact_email": "x@y.example"}'), pg_temp.event('acme_signed', '{"title": "B", "support_contact_email": "alice@epic.example"}'),
                      pg_temp.event('acme_signed', '{"title": "C", "support_contact_id": -1}'), pg_temp.event('acme_signed', '{"title": "D"}')),
    $$ select count(*) from crm.event where title = 'Ball' $$),
  format('1 created, 0 updated, 0 unchanged; 2 contract_id: Contract %s is a draft: an event needs a signed contract.', test.id('acme_draft'))
  || '; 3 contract_id: There is no contract -1.; 4 end_date: An event ends after it starts.'
  '; 5 support_contact_email: There is no employee with the e-mail address x@y.example.'
  '; 6 support_contact_id: Alice cannot run events: a support contact is an active support employee.; 7 support_contact_id: There is no employee -1. / 0',
  'an imported event is refused by the same policies, constraints and triggers as a single one');
select is(pg_temp.import('alice', 'event',
    jsonb_build_array(pg_temp.event('acme_signed'), pg_temp.event('bistro_signed'), pg_temp.event('acme_signed', '{"title": "B", "support_contact_email": "chloe@epic.example"}')),
    'null'),
  '1 created, 0 updated, 0 unchanged'
  '; 3 : Sales plan events only under the contracts of their own clients, and leave the support contact to management.'
  '; 4 : Sales plan events only under the contracts of their own clients, and leave the support contact to management.',
  'sales import events for their own contracts, without a support contact');

select is(pg_temp.import('emma', 'event',
    jsonb_build_array(pg_temp.event('acme_signed'), pg_temp.event('bistro_signed'), pg_temp.event('acme_signed', '{"title": "BALL", "location": "Lyon"}'),
                      pg_temp.event('acme_signed', '{"title": "B"}'), pg_temp.event('acme_signed', '{"start_date": "2030-01-02T17:00+01"}'),
                      pg_temp.event('acme_signed', '{"end_date": "2030-01-03T01:00+01"}')),
    $$ select count(*) from crm.event where title = 'Ball' $$),
  '5 created, 0 updated, 0 unchanged; 4 title: Line 2 is the same event. / 0',
  'two lines that are the same event are a problem, and named by their numbers');
select is(pg_temp.import('emma', 'event', '[{"location": "Lyon"}, {"location": "Lyon"}]', 'null'),
  '0 created, 0 updated, 0 unchanged; 2 contract_id: This is missing.; 3 contract_id: This is missing.',
  'lines without what makes an event are not the same event');
call test.given('alice', pg_temp.stage(jsonb_build_array(pg_temp.event('acme_signed')), 'b', 1));
select is(pg_temp.import('alice', 'event', jsonb_build_array(pg_temp.event('acme_signed')), $$ select count(*) from crm.event where title = 'Ball' $$),
  '1 created, 0 updated, 0 unchanged / 1', 'a line of another import is not held against the event');
call test.given('alice', pg_temp.stage(jsonb_build_array(pg_temp.event('acme_signed', '{"title": "A"}'), pg_temp.event('acme_signed', '{"title": "B"}')), 'b'));
select is(pg_temp.import('alice', 'event', jsonb_build_array(pg_temp.event('acme_signed'), pg_temp.event('acme_signed')),
    $$ select count(*) from staging.import_line where import_id = md5('b')::uuid and line in (2, 3) $$),
  '1 created, 0 updated, 0 unchanged; 3 title: Line 2 is the same event. / 2', 'a repeated event is left out of its own import alone');
call test.given('dba', $$ delete from staging.import_line $$);
call test.given('dba', $$ update crm.client set full_name = 'Paul Petit', phone = '+33 6 07 08 09 10' where id = test.id('paul') $$);
call test.given('alice', pg_temp.stage('[{"full_name": "Paul Petit", "phone": "06 07 08 09 10"}]', 'b', 9));
select is(pg_temp.import('alice', 'client', '[{"full_name": "Ida", "email": "ida@x.example"}]', pg_temp.found()),
  '1 created, 0 updated, 0 unchanged / 1', 'a line of another import is not held against the client');
call test.given('dba', $$ delete from staging.import_line $$);
call test.given('alice', format($$ insert into crm.event (contract_id, title, start_date, end_date) values (test.id('acme_signed'), 'Ball', '2030-01-02T18:00+01', '2030-01-03T02:00+01') $$));
select is(pg_temp.import('alice', 'event', jsonb_build_array(pg_temp.event('acme_signed'), pg_temp.event('acme_signed', '{"title": "B"}')),
    $$ select count(*) from crm.event where title = 'B' $$),
  format('1 created, 0 updated, 0 unchanged; 2 title: Event %s of contract %s has the same title and the same times. / 0',
    (select id from crm.event where title = 'Ball'), test.id('acme_signed')),
  'an event that is planned already is not imported again');


-- the codes, kinds and fields of problems

create function pg_temp.problems(who text, record text, lines jsonb, options text default '') returns text
language plpgsql
as $$
declare
  outcome crm.import_outcome;
  dba     text := current_setting('role');
begin
  call test.given(who, pg_temp.stage(lines));
  perform test.act_as(who);
  execute format('select (outcome).* from crm.run_import(md5(%L)::uuid, %L%s) outcome', 'a', record, options) into outcome;
  perform test.stop_acting(dba);
  return concat_ws(', ', outcome.record, (
    select string_agg(concat_ws(' ', line, code, kind, field), ', ' order by line, field) from unnest(outcome.problems)));
end
$$;

select is(pg_temp.problems('alice', 'client', jsonb_build_array(
    '{"fullName": "Zoé", "email": "z"}'::jsonb, '{"email": "b@x.example"}'::jsonb, '{"fullName": "Bo", "email": "c@x.example", "firstContact": "soon"}'::jsonb,
    '{"fullName": "Bo", "email": "zoe@or.example"}'::jsonb, '{"fullName": "zoe d or", "email": "d@x.example", "phone": "06.11.22.33.44"}'::jsonb,
    '{"fullName": "Bo", "email": "C@x.example"}'::jsonb, '{"fullName": "Bo"}'::jsonb, '{"fullName": "Ok", "email": "ok@x.example"}'::jsonb)),
  'client, 2 INVALID client_email_is_an_address email, 3 INVALID missing fullName, 4 INVALID value_unreadable firstContact'
  ', 5 CONFLICT client_is_known email, 6 CONFLICT client_is_known phone, 7 CONFLICT line_is_repeated email, 8 INVALID client_email_is_known email',
  'problems of clients have a code, a kind and the field of the API');
select is(pg_temp.problems('alice', 'client', '[{"fullName": "Béa", "email": "bea@bistro.example"}]', ', match_email => true'),
  'client, 2 FORBIDDEN sales_update_own email', 'a client of a colleague has the policy as its kind');
select is(pg_temp.problems('alice', 'contract', jsonb_build_array(
    jsonb_build_object('clientId', test.id('bistro'), 'totalAmount', 1), jsonb_build_object('clientId', -1, 'totalAmount', 1),
    jsonb_build_object('clientEmail', 'x@y.example', 'totalAmount', 1), jsonb_build_object('clientId', test.id('acme'), 'totalAmount', -1),
    jsonb_build_object('totalAmount', 1))),
  'contract, 2 FORBIDDEN sales_create_own, 3 NOT_FOUND contract_client_id_fkey clientId, 4 NOT_FOUND contract_client_id_fkey clientEmail'
  ', 5 INVALID contract_total_is_an_amount totalAmount, 6 INVALID missing clientId',
  'problems of contracts have a code, a kind and the field of the API');
call test.given('dba', $$ update crm.client set email = 'zoe@or.example' where id = test.id('paul') $$);
select is(pg_temp.problems('emma', 'contract', '[{"clientEmail": "zoe@or.example", "totalAmount": 1}]'),
  'contract, 2 CONFLICT client_email_is_unambiguous clientEmail', 'an address of several clients is a conflict');
select is(pg_temp.problems('alice', 'client', '[{"fullName": "Zoé", "email": "zoe@or.example"}]', ', match_email => true'),
  'client, 2 CONFLICT client_email_is_unambiguous email', 'an address of several clients is a conflict where clients are matched');
select is(pg_temp.problems('emma', 'event', jsonb_build_array(pg_temp.event('acme_draft'), pg_temp.event('acme_signed', '{"title": "A", "contract_id": -1}'),
    pg_temp.event('acme_signed', '{"title": "A", "end_date": "2029-01-01T00:00Z"}'),
    pg_temp.event('acme_signed', '{"title": "B", "supportContactEmail": "x@y.example"}'), pg_temp.event('acme_signed', '{"title": "C", "supportContactId": -1}'),
    pg_temp.event('acme_signed', '{"title": "D"}'), pg_temp.event('acme_signed', '{"title": "d"}'))),
  'event, 2 INVALID event_needs_a_signed_contract contractId, 3 NOT_FOUND event_contract_id_fkey contractId, 4 INVALID event_ends_after_it_starts endDate'
  ', 5 NOT_FOUND event_support_contact_id_fkey supportContactEmail, 6 NOT_FOUND event_support_contact_id_fkey supportContactId, 8 CONFLICT event_is_planned_once title',
  'problems of events have a code, a kind and the field of the API');

select * from finish();
rollback;
