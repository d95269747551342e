-- crm.erase_client: a client's personal data is erased on request, from the record and from history. The company,
-- the contracts and the events stay, and so does the trace that it was done.

begin;
set local search_path = tap, public;
select plan(33);
call test.load_company();

call test.given('alice', $$ update crm.client set full_name = 'Anaïs Dupont', phone = '01 02 03 04' where id = test.id('acme') $$);
call test.given('alice', $$ update crm.client set company_name = 'Acme' where id = test.id('acme') $$);
call test.given('alice', $$ update crm.client set full_name = 'Pol Privé' where id = test.id('paul') $$);
call test.given('alice', $$ insert into crm.contract (client_id, total_amount) values (test.id('paul'), 123) $$);
call test.given('alice', $$ update crm.contract set status = 'signed' where total_amount = 123 $$);

create function pg_temp.erase(who text) returns text
language sql
return format('select crm.erase_client(test.id(%L), confirm => true)', who);


-- who may erase

select test.forbids(who, pg_temp.erase('acme'), format('%s cannot erase a client', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.allows('emma', pg_temp.erase(client), format('management erases any client: %s', client))
from unnest(array['acme', 'paul', 'bistro']) client;


-- what is erased and what stays

select test.results_in('emma', pg_temp.erase('acme'),
  $$ select (full_name, email, phone, company_name, erased_at = now(), last_update = now(), commercial_contact_id = test.id('alice'))
     from crm.client where id = test.id('acme') $$,
  '("Erased client",,,Acme,t,t,t)',
  'erasing a client removes the name, e-mail address and phone number and keeps the company');
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select concat_ws(' ',
       (select count(*) from crm.contract where client_id = test.id('acme')),
       (select count(*) from crm.event),
       (select count(*) from crm.payment)) $$,
  '3 4 1',
  'erasing a client keeps contracts, events and payments');
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select count(*) from crm.client where full_name = 'Erased client' or erased_at is not null $$, '1',
  'erasing a client erases no other client');

create temp table trace (client text, pattern text);
insert into trace values
  ('acme', 'Anaïs|anais|Durand|Dupont|02 03 04'),
  ('paul', 'Paul|paul|Pol|Privé|07 08 09');
select test.results_in('emma', pg_temp.erase(client),
  format($$ select string_agg(place, ', ') from (
      select 'client'       from crm.client       t where t::text ~ %1$L union all
      select 'contract'     from crm.contract     t where t::text ~ %1$L union all
      select 'event'        from crm.event        t where t::text ~ %1$L union all
      select 'notification' from crm.notification t where t::text ~ %1$L union all
      select 'history of ' || record from audit.change t where t::text ~ %1$L) found (place) $$, pattern), null,
  format('erasing a client leaves no personal data in any table (%s)', client))
from trace;
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select string_agg(distinct new_values ->> 'company_name', ', ') from audit.change
    where record = 'client' and row_id = test.id('acme') $$, 'Acme',
  'the history of an erased client keeps the company');
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select count(*) from audit.change where record = 'client' and row_id = test.id('paul') and new_values ->> 'full_name' = 'Pol Privé' $$, '1',
  'erasing a client leaves the history of other clients as it was');
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select string_agg(concat(employee.full_name, case when new_values ? 'erased_at' then ' erased' else ' changed' end), ', ' order by change.id)
     from audit.change join crm.employee on employee.id = employee_id where record = 'client' and row_id = test.id('acme') $$,
  'Alice changed, Alice changed, Emma erased',
  'the history of an erased client keeps who changed it and who erased it');


-- the notes about the client

call test.given('alice', $$ update crm.note set body = 'Anaïs Durand likes Lyon' where id = test.id('caterer') $$);
call test.given('bruno', $$ insert into crm.note (client_id, body, remind_on) values (test.id('bistro'), 'Call Béa', current_date + 1) $$);
call test.given('dba', $$ insert into crm.notification (recipient_id, kind, subject, note_id) values (test.id('alice'), 'note_due', 'Anaïs', test.id('caterer')),
  (test.id('bruno'), 'note_due', 'Call Béa', (select max(id) from crm.note)) $$);
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select string_agg(concat_ws(':', body, remind_on = current_date + 1, author_id = test.id('alice')), ', ' order by id) from crm.note $$,
  'Erased note:t, Forty chairs more:f, No further discount:f, Call Béa:t:f',
  'erasing a client erases the text of the notes about them, and no other note');
select test.results_in('emma', pg_temp.erase('acme'), $$ select string_agg(subject, ', ') from crm.notification where kind = 'note_due' $$, 'Call Béa',
  'the reminders of these notes go');
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select concat_ws(' ', count(*), count(new_values -> 'body'), count(old_values -> 'body'))
     from audit.change where record = 'note' and row_id = test.id('caterer') $$, '2 0 0',
  'the history of these notes keeps that they were changed, and not their text');
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select count(*) from audit.change where record = 'note' and new_values ->> 'body' = 'Call Béa' $$, '1',
  'erasing a client leaves the history of other notes as it was');
call test.given('alice', $$ delete from crm.note where id = test.id('caterer') $$);
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select concat_ws(' ', count(*), count(new_values -> 'body'), count(old_values -> 'body'))
     from audit.change where record = 'note' and row_id = test.id('caterer') $$, '2 0 0',
  'nor does the history of those that were deleted keep their text');
select test.results_in('emma', pg_temp.erase('bistro'),
  $$ select count(*) from audit.change where record = 'note' and row_id = test.id('caterer') and old_values ->> 'body' = 'Anaïs Durand likes Lyon' $$, '1',
  'erasing a client leaves the history of deleted notes about others as it was');


-- what is outside the record

call test.given('dba', $$ update crm.event set notes = 'Ask for ANAIS dupont.' where id = test.id('gala') $$);
call test.given('dba', $$ update crm.event set title = 'Anaïs Dupont’s picnic' where id = test.id('picnic') $$);
call test.given('dba', $$ update crm.event set notes = 'Anaïs Dupont is a guest of Béa Colin.' where id = test.id('banquet') $$);
call test.given('dba', $$ insert into crm.event (contract_id, title, notes, start_date, end_date)
                          values (test.id('acme_signed'), 'Brunch', 'For the staff.', now(), now() + interval '1 hour') $$);
select test.results_in('emma', $$ select set_config('test.seen', crm.erase_client(test.id('acme'), true)::text, true) $$,
  $$ current_setting('test.seen') = row(test.id('acme'), array[
       row(test.id('gala'), 'Gala'), row(test.id('picnic'), 'Anaïs Dupont’s picnic')]::crm.event_mention[])::crm.client_erasure::text $$, 'true',
  'erasing names the client''s events whose title or notes still hold the name, and no others');
select test.results_in('emma', pg_temp.erase('acme'), $$ select notes from crm.event where id = test.id('gala') $$, 'Ask for ANAIS dupont.',
  'erasing changes no event');


call test.given('alice', $$ insert into crm.note (contract_id, body) values (test.id('acme_draft'), 'ANAIS DUPONT wants a rebate') $$);
call test.given('chloe', $$ insert into crm.note (event_id, body) values (test.id('gala'), 'Anaïs Dupont eats no nuts') $$);
call test.given('chloe', $$ insert into crm.note (event_id, body) values (test.id('banquet'), 'Anaïs Dupont comes too') $$);
select test.rejects_with_data('emma', $$ select crm.erase_client(test.id('acme'), confirm => false) $$,
  '23514', 'client_erasure_is_confirmed', 'confirm',
  jsonb_build_object('mentionedIn', jsonb_build_array(
    jsonb_build_object('eventId', test.id('gala'), 'title', 'Gala'),
    jsonb_build_object('eventId', test.id('picnic'), 'title', 'Anaïs Dupont’s picnic'),
    jsonb_build_object('noteId', (select id from crm.note where body like 'ANAIS%'), 'body', 'ANAIS DUPONT wants a rebate'),
    jsonb_build_object('noteId', (select id from crm.note where body like '%nuts'), 'body', 'Anaïs Dupont eats no nuts'))),
  format('Erasing client %s cannot be undone: confirm it.', test.id('acme')),
  'before it is confirmed, the events and the notes about contracts and events of the client are named that hold the name, and no others');
select test.results_in('emma', pg_temp.erase('acme'),
  $$ select count(*) from crm.note where body ~* 'ana.s dupont' $$, '3', 'erasing changes no note about a contract or an event');


-- confirmation and repetition

select test.rejects('emma', statement, '23514', format('Erasing client %s cannot be undone: confirm it.', test.id('acme')),
  format('a client is not erased without a confirmation: %s', btrim(statement)))
from unnest(array[
  $$ select crm.erase_client(test.id('acme'), confirm => false) $$,
  $$ select crm.erase_client(test.id('acme'), confirm => null) $$]) statement;
select test.rejects('emma', $$ select crm.erase_client(-1, confirm => true) $$, 'P0002', 'There is no client -1.',
  'a client who does not exist is not erased');

call test.given('emma', pg_temp.erase('acme'));
select test.rejects('emma', pg_temp.erase('acme'), '55000', format('The personal data of client %s has been erased already.', test.id('acme')),
  'a client is not erased twice');
select test.rejects('alice', format($$ update crm.client set %s where id = test.id('acme') $$, change),
  '23514', 'The personal data of this client was erased on request and stays erased.',
  format('an erased column of a client cannot be filled in again: %s', change))
from unnest(array[$$full_name = 'Anaïs'$$, $$email = 'anais@acme.example'$$, $$phone = '01 02 03 04'$$]) change;
select test.allows('alice', $$ update crm.client set company_name = 'Acme SA' where id = test.id('acme') $$,
  'the company of an erased client can still change');
select test.allows('alice', $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 1) $$,
  'the company of an erased client can still buy');
select test.allows('emma', $$ update crm.client set commercial_contact_id = test.id('bruno') where id = test.id('acme') $$,
  'an erased client can still be handed over');

select * from finish();
rollback;
