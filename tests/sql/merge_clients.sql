-- crm.merge_clients: of two clients who are one, everything moves to the one who stays; the other is gone, and their number
-- leads on. Bruno's Bistro stays, Alice's Acme is merged into it.

begin;
set local search_path = tap, public;
select plan(60);
call test.load_company();

create function pg_temp.merge(kept text default 'bistro', gone text default 'acme', options text default '') returns text
language sql
return format('select crm.merge_clients(%s, %s%s)', test.id(kept), test.id(gone), options);

create function pg_temp.gone() returns text
language sql
return (select format('Client %s was merged into client %s.', test.id('acme'), test.id('bistro')));


-- who may merge

select test.forbids(who, pg_temp.merge(), format('%s cannot merge clients, even their own', test.department_of(who)))
from unnest(array['alice', 'bruno', 'chloe']) who;
select test.reads(who, $$ (select concat_ws(' ', message, reason, contact_department)
     from access.explain_refused_call('merge_clients', jsonb_build_object('client_id', test.id('bistro'), 'merged_client_id', test.id('acme')))) $$,
  format('You may not merge client %s. Only management may do this. management', test.id('bistro')), format('%s is told who may merge clients', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.forbids(who, pg_temp.merge(), format('%s cannot merge clients', who)) from unnest(array['anonymous', 'authenticator', 'worker']) who;
select test.allows('emma', pg_temp.merge(), 'management merges clients');


-- what moves

select test.results_in('emma', pg_temp.merge(),
  $$ select count(*) from crm.client where id = test.id('acme') $$, '0', 'the client who is merged is gone');
select test.results_in('emma', pg_temp.merge(),
  $$ select string_agg(format('%s %s %s', id = any (array[test.id('bistro_draft'), test.id('bistro_signed')]), status, total_amount), ', ' order by id)
     from crm.contract where client_id = test.id('bistro') $$,
  'f draft 1000.00, f signed 5000.00, f cancelled 700.00, t draft 400.00, t signed 800.00', 'their contracts are with the client who stays');
select test.results_in('emma', pg_temp.merge(),
  $$ select concat_ws(' ', (select count(*) from crm.contract where commercial_id <> test.id('bruno')),
                           (select count(*) from crm.event where commercial_id <> test.id('bruno')),
                           (select count(*) from crm.contract), (select count(*) from crm.event), (select count(*) from crm.payment)) $$,
  '0 0 5 4 1', 'contracts and events have the sales contact of the client who stays, and none is lost');
select test.results_in('emma', pg_temp.merge(),
  $$ select concat_ws(' ', amount_to_be_paid, signed_at = '2020-02-02 10:00 Europe/Paris', creation_date = signed_at) from crm.contract where id = test.id('acme_signed') $$,
  '3000.00 t t', 'what is paid and since when a contract is signed stays');
select test.results_in('emma', pg_temp.merge(),
  $$ select client_id = test.id('bistro') and author_id = test.id('alice') from crm.note where id = test.id('caterer') $$, 'true',
  'notes about the client move along and keep their author');
select test.results_in('emma', pg_temp.merge(),
  $$ select count(*) from (
       select subject, day, employee_id, records, amount from crm_private.daily_count
       except
       select subject, day, employee_id, sum(records), sum(amount) from crm_private.daily_total group by 1, 2, 3) difference $$, '0',
  'the totals of the reports follow');
select test.results_in('emma', pg_temp.merge('acme', 'paul'),
  $$ select row(full_name, email, phone, company_name, commercial_contact_id = test.id('alice')) from crm.client where id = test.id('acme') $$,
  '("Anaïs Durand",anais@acme.example,"+33 1 02 03 04 05","Acme Événements",t)', 'the client who stays keeps what is known of them');
select test.results_in('emma', pg_temp.merge(),
  $$ select row(full_name, email, phone, company_name, last_update = now()) from crm.client where id = test.id('bistro') $$,
  '("Béa Colin",bea@bistro.example,"+33 1 02 03 04 05","Bistro 100%_sûr",t)', 'an empty field of the client who stays is filled in from the other');
select test.results_in('emma', pg_temp.merge('paul', 'acme'),
  $$ select company_name from crm.client where id = test.id('paul') $$, 'Acme Événements', 'so is an empty company');
call test.given('dba', $$ update crm.client set first_contact = '2019-01-01' where id = test.id('acme') $$);
select test.results_in('emma', pg_temp.merge(kept, gone),
  format($$ select first_contact from crm.client where id = test.id(%L) $$, kept), '2019-01-01', format('the first contact is the earlier one (%s into %s)', gone, kept))
from (values ('bistro', 'acme'), ('acme', 'bistro')) two (kept, gone);
select test.results_in('emma', pg_temp.merge(),
  $$ select row(full_name, email, phone, company_name, commercial_contact_id = test.id('alice'), version) from crm.client where id = test.id('paul') $$,
  '("Paul Privé",paul@home.example,"+33 6 07 08 09 10",,t,1)', 'no other client changes');
call test.given('dba', $$ insert into crm.client (full_name, email, commercial_contact_id) values ('Ida', 'ida@x.example', test.id('alice')) $$);
insert into test.name (name, id) select 'ida', id from crm.client where full_name = 'Ida';
select test.reads('emma', format('(%s).filled', substr(pg_temp.merge(kept, gone, ', dry_run => true'), 8)), filled, format('what is empty in both is not filled in (%s into %s)', gone, kept))
from (values ('bistro', 'ida', '{}'), ('ida', 'bistro', '{company_name,first_contact}'), ('ida', 'paul', '{phone,first_contact}')) two (kept, gone, filled);
select test.results_in('emma', pg_temp.merge('paul', 'ida'),
  $$ select string_agg(coalesce(new_values::text, 'gone'), ', ' order by id) from audit.change where record = 'client' and employee_id = test.id('emma') $$,
  format('{"merged_into": %s}, {"merged": %s}, gone', test.id('paul'), test.id('ida')), 'where nothing is handed over or filled in, history says no more than that they were merged');
call test.given('dba', $$ delete from crm.client where id = test.id('ida') $$);


-- what is returned

select test.results_in('emma', format($$ select set_config('test.seen', (%s)::text, true) $$, substr(pg_temp.merge(options => options), 8)),
  $$ current_setting('test.seen') = row(test.id('bistro'), test.id('acme'),
       array[row('contract', 3), row('note', 1)]::crm.moved_records[], '{phone,first_contact}'::text[])::crm.client_merge::text $$, 'true',
  format('it says what moves and what is filled in%s', options))
from unnest(array['', ', dry_run => true', ', dry_run => false']) options;
select test.results_in('emma', format($$ select set_config('test.seen', (%s)::text, true) $$, substr(pg_temp.merge('acme', 'paul'), 8)),
  $$ current_setting('test.seen') = row(test.id('acme'), test.id('paul'), '{}'::crm.moved_records[], '{}'::text[])::crm.client_merge::text $$, 'true',
  'and when nothing does');
select test.reads('emma', format('(%s).filled', substr(pg_temp.merge('paul', 'acme', ', dry_run => true'), 8)), '{company_name,first_contact}', 'a company is among what is filled in');
select is((test.attempt('emma', pg_temp.merge(options => ', dry_run => true'), compare_data => true)).unchanged, true, 'a dry run changes nothing');


-- history

select test.results_in('emma', pg_temp.merge(),
  $$ select string_agg(format('%s %s %s', action, old_values, new_values), ' | ' order by id)
     from crm.history where record = 'client' and row_id = test.id('bistro') and new_values ? 'merged' and employee_id = test.id('emma') $$,
  format('update  {"merged": %s}', test.id('acme')), 'the history of the client who stays says who was merged into them, and who did it');
select test.results_in('emma', pg_temp.merge(),
  $$ select string_agg(format('%s %s', action, coalesce(new_values, old_values - array['first_contact', 'last_update', 'id'])), ' | ' order by id)
     from crm.history where record = 'client' and row_id = test.id('acme') and changed_at = now() and new_values is distinct from '{"first_contact": "2019-01-01"}'
       and employee_id = test.id('emma') and not coalesce(new_values ? 'commercial_contact_id', false) $$,
  format('update {"merged_into": %s} | delete {"email": "anais@acme.example", "phone": "+33 1 02 03 04 05", "erased_at": null, "full_name": "Anaïs Durand", "company_name": "Acme Événements", "commercial_contact_id": %s}',
    test.id('bistro'), test.id('bruno')), 'the history of the other says into whom, and what was known of them');
select test.results_in('emma', pg_temp.merge(),
  $$ select string_agg(distinct format('%s %s', record, count), ', ') from (
       select record, count(*) from audit.change where new_values ->> 'client_id' = test.id('bistro')::text and employee_id = test.id('emma') group by record) moved $$,
  'contract 3, note 1', 'each record that moved has it in its history');
select test.results_in('emma', pg_temp.merge(),
  $$ select count(distinct transaction_id) from audit.change where changed_at = now() and employee_id = test.id('emma') $$, '1', 'it is one transaction');


-- the former number

call test.given('alice', $$ insert into crm.note (client_id, body) values (test.id('acme'), 'Another caterer') $$);
call test.given('alice', $$ delete from crm.note where body = 'Another caterer' $$);
call test.given('emma', pg_temp.merge());
select test.reads(who, $$ select row(id = test.id('bistro'), full_name) from crm.client_merged_into(test.id('acme')) $$, '(t,"Béa Colin")',
  format('%s is led from the former number to the client who stays', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads('alice', format('(crm.client_merged_into(%s)).id', id), '', 'another number leads nowhere') from (values (test.id('bistro')), (test.id('paul')), (-1)) other (id);
select test.rejects(who, statement, 'P0002', pg_temp.gone(), format('the former number is answered with the client who stays: %s', btrim(statement)))
from (values
  ('bruno', $$ select crm.record_contact(test.id('acme')) $$),
  ('bruno', $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 1) $$),
  ('chloe', $$ insert into crm.note (client_id, body) values (test.id('acme'), 'x') $$),
  ('emma',  $$ select crm.hand_over_client(test.id('acme'), test.id('bruno')) $$),
  ('emma',  $$ select crm.erase_client(test.id('acme'), confirm => true) $$),
  ('emma',  pg_temp.merge()),
  ('emma',  pg_temp.merge('acme', 'paul'))) attempt (who, statement);

call test.given('emma', pg_temp.merge('paul', 'bistro'));
select test.reads('alice', $$ (select (crm.client_merged_into(test.id('acme'))).id = test.id('paul')) $$, 'true', 'a number leads through several mergings');


-- erasing

select test.results_in('emma', $$ select crm.erase_client(test.id('paul'), confirm => true) $$,
  $$ select string_agg(format('%s %s', record, row_id), ', ') from audit.change
     where record in ('client', 'note') and concat(old_values, new_values) ~ 'Anaïs|anais|03 04 05|Béa|bea@|Paul|07 08 09|caterer' $$, null,
  'erasing a client erases those who were merged into them from history too, and their notes, deleted ones as well');
select test.results_in('emma', $$ select crm.erase_client(test.id('paul'), confirm => true) $$,
  $$ select count(*) from audit.change where record = 'client' and new_values ?| array['merged', 'merged_into'] $$, '4',
  'and keeps that they were merged');


-- what is not merged

select test.rejects('emma', pg_temp.merge('paul', 'paul'), '23514', 'A client cannot be merged with itself: name two.', 'a client is not merged with itself');
select test.rejects('emma', format('select crm.merge_clients(%s, %s)', kept, gone), 'P0002', 'There is no client -1.', format('a client who does not exist is not merged (%s)', kept))
from (values (-1, test.id('paul')), (test.id('paul'), -1)) two (kept, gone);
insert into test.name (name, id) values ('other', 0);
call test.given('alice', $$ insert into crm.client (full_name, email) values ('Zoé', 'zoe@x.example') $$);
update test.name set id = (select id from crm.client where full_name = 'Zoé') where name = 'other';
select test.rejects('emma', pg_temp.merge('paul', 'other', version), 'EP409', sentence, format('a merging that expects another version is refused:%s', version))
from (select format('Client %s is at version %s, not 77: read it again.', id, client.version) as sentence, full_name from crm.client) client
join (values ('Paul Privé', ', version => 77'), ('Zoé', ', merged_version => 77')) expected (full_name, version) using (full_name);
select test.allows('emma', pg_temp.merge('paul', 'other', format(', version => %s, merged_version => 1', (select version from crm.client where id = test.id('paul')))),
  'one that expects the versions there are is not');
call test.given('emma', $$ select crm.erase_client(test.id('other'), confirm => true) $$);
select test.rejects('emma', pg_temp.merge(kept, gone), '55000', format('The personal data of client %s was erased: it stays apart.', test.id('other')),
  format('a client whose data was erased is not merged (%s)', kept))
from (values ('paul', 'other'), ('other', 'paul')) two (kept, gone);


-- what refers to a client moves: a reference that would delete instead is not allowed

select is_empty($$ select conname from pg_constraint where confrelid = 'crm.client'::regclass and (confdeltype <> 'a' or cardinality(conkey) <> 1) $$,
  'no record that refers to a client is deleted with it');

select * from finish();
rollback;
