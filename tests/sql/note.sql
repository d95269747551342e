-- note: every employee reads all of them and writes on any record; their author alone changes, finishes and deletes them.
-- Reminders are in remind_of_notes.sql.

begin;
set local search_path = tap, public;
select plan(167);
call test.load_company();


-- structure

select test.has_structure('crm.note',
  array['PRIMARY KEY (id)',
        'FOREIGN KEY (client_id) REFERENCES crm.client(id)',
        'FOREIGN KEY (contract_id) REFERENCES crm.contract(id) ON DELETE CASCADE',
        'FOREIGN KEY (event_id) REFERENCES crm.event(id) ON DELETE CASCADE',
        'FOREIGN KEY (author_id) REFERENCES crm.employee(id)'],
  'id, author_id, body, created_at, version');

-- Of each department one who has a note, and whose it is.
create temp table author (who text, note text);
insert into author values ('alice', 'caterer'), ('chloe', 'chairs'), ('emma', 'discount');

create temp table change (statement text);
insert into change values ($$body = 'Called.'$$), ($$remind_on = '2030-01-01'$$), ('remind_on = null'), ('done_at = null'), ('done_at = now()');


-- read

select test.reads_all(who, 'crm.note', format('%s reads every note', test.department_of(who))) from author;


-- columns

select test.column_privileges_are(who, 'select', 'crm.note',
  'id, client_id, contract_id, event_id, author_id, body, created_at, remind_on, done_at, version',
  format('%s reads every column of a note', test.department_of(who)))
from author;
select test.column_privileges_are(who, 'insert', 'crm.note', 'client_id, contract_id, event_id, body, remind_on',
  format('%s enters what a note is about, its text and its reminder', test.department_of(who)))
from author;
select test.column_privileges_are(who, 'update', 'crm.note', 'body, remind_on, done_at, version',
  format('%s changes the text and the reminder of a note, and whether it is done', test.department_of(who)))
from author;


-- create

select test.results_in(who, format('insert into crm.note (%s, body) values (test.id(%L), %L)', record, name, 'New'),
  format($$ select author_id = test.id(%L) and created_at = now() and remind_on is null and done_at is null and %s = test.id(%L) from crm.note where body = 'New' $$, who, record, name),
  'true', format('%s writes a note about any %s, in their own name', test.department_of(who), record))
from author, (values ('client_id', 'bistro'), ('contract_id', 'acme_draft'), ('contract_id', 'bistro_signed'), ('event_id', 'banquet'), ('event_id', 'reunion')) record (record, name);
select test.forbids(who, $$ insert into crm.note (client_id, body, author_id) values (test.id('acme'), 'New', test.id('bruno')) $$,
  format('%s writes no note in a colleague''s name', test.department_of(who)))
from author;
select test.forbids(who, format($$ insert into crm.note (client_id, body, %s) values (test.id('acme'), 'New', %s) $$, field, value),
  format('%s does not enter the %s of a note', test.department_of(who), field))
from author, (values ('created_at', 'now()'), ('done_at', 'now()')) given (field, value);
select test.rejects_with_data('basile', format('insert into crm.note (%s_id, body) values (-1, %L)', record, 'New'),
  'P0002', format('note_%s_id_fkey', record), record || '_id', null, format('There is no %s -1.', record),
  format('a note is about a %s that there is', record))
from unnest(array['client', 'contract', 'event']) record;


-- update

select test.allows(who, format('update crm.note set %s where id = test.id(%L)', statement, note),
  format('%s changes a note of their own: %s', test.department_of(who), statement))
from author, change;
select test.affects_no_rows(who, format('update crm.note set %s where id = test.id(%L)', statement, theirs),
  format('%s does not change a note of someone else''s: %s', test.department_of(who), statement))
from author, change, (values ('caterer'), ('chairs'), ('discount')) other (theirs)
where theirs <> note;
select test.affects_no_rows('felix', $$ update crm.note set body = 'Mine?' $$,
  'management does not change a note of a colleague''s either');
select test.forbids(who, format('update crm.note set %s = %s where id = test.id(%L)', field, value, note),
  format('%s does not change the %s of a note of their own', test.department_of(who), field))
from author,
  (values ('author_id', 'author_id'), ('created_at', 'created_at'), ('client_id', 'client_id'), ('contract_id', 'contract_id'), ('event_id', 'event_id')) kept (field, value);


-- finish and reopen

select test.results_in(who, format('select crm.finish_note(test.id(%L))', note),
  format('select done_at = now() from crm.note where id = test.id(%L)', note), 'true',
  format('%s finishes a note of their own', test.department_of(who)))
from author where note <> 'chairs';
select test.results_in('chloe', $$ select crm.reopen_note(test.id('chairs')) $$,
  $$ select done_at is null from crm.note where id = test.id('chairs') $$, 'true',
  'an author takes back that a note is done');
select test.results_in('alice', $$ update crm.note set done_at = '1999-12-31' where id = test.id('caterer') $$,
  $$ select done_at = now() from crm.note where id = test.id('caterer') $$, 'true',
  'the database keeps when a note was finished');
select test.results_in('chloe', $$ update crm.note set done_at = now(), body = 'Fifty' where id = test.id('chairs') $$,
  $$ select done_at = '2020-02-02 10:00 Europe/Paris' from crm.note where id = test.id('chairs') $$, 'true',
  'a note that is done stays done since then');
select test.results_in('chloe', $$ update crm.note set done_at = now() where id = test.id('chairs') $$,
  $$ select version from crm.note where id = test.id('chairs') $$, '1',
  'to finish what is done makes no new version');
select test.forbids_with_reason(who, $$ select crm.finish_note(test.id('caterer')) $$,
  format('You may not finish note %s.', test.id('caterer')),
  'A note is changed and finished by its author alone.', 'alice', 'employee_update_own',
  format('%s (%s) does not finish a note of someone else''s, and is told whose it is', test.department_of(who), who))
from unnest(array['bruno', 'chloe', 'emma']) who;
select test.forbids_with_reason(who, $$ select crm.reopen_note(test.id('chairs')) $$,
  format('You may not reopen note %s.', test.id('chairs')),
  'A note is changed and finished by its author alone.', 'chloe', 'employee_update_own',
  format('%s (%s) does not reopen a note of someone else''s', test.department_of(who), who))
from unnest(array['alice', 'denis', 'emma']) who;
select test.rejects_with_data(who, $$ select crm.finish_note(test.id('chairs')) $$,
  '55000', 'note_is_not_done', '', jsonb_build_object('noteId', test.id('chairs'), 'since', '2020-02-02 10:00 Europe/Paris'::timestamptz),
  format('Note %s is done already.', test.id('chairs')),
  format('%s is told that a note is done, and since when', who))
from unnest(array['chloe', 'alice']) who;
select test.rejects_with_data(who, $$ select crm.reopen_note(test.id('caterer')) $$,
  '55000', 'note_is_done', '', jsonb_build_object('noteId', test.id('caterer')),
  format('Note %s is not done.', test.id('caterer')),
  format('%s is told that a note is not done', who))
from unnest(array['alice', 'chloe']) who;
select test.rejects('alice', format('select crm.%s_note(-1)', verb), 'P0002', 'There is no note -1.',
  format('a note that there is not cannot be %sed', verb))
from unnest(array['finish', 'reopen']) verb;


-- delete

select test.allows(who, format('delete from crm.note where id = test.id(%L)', note),
  format('%s deletes a note of their own', test.department_of(who)))
from author;
select test.affects_no_rows(who, format('delete from crm.note where id = test.id(%L)', theirs),
  format('%s does not delete a note of someone else''s: %s', test.department_of(who), theirs))
from author, (values ('caterer'), ('chairs'), ('discount')) other (theirs)
where theirs <> note;


-- what a note must be

select test.rejects('alice', format('insert into crm.note (%s, body) select %s, %L', columns, ids, 'New'),
  '23514', 'A note is about one client, one contract or one event.', format('a note is about one record: %s', columns))
from (values ('client_id, contract_id', $$test.id('acme'), test.id('acme_signed')$$),
             ('contract_id, event_id',  $$test.id('acme_signed'), test.id('gala')$$),
             ('client_id',              'null::integer')) wrong (columns, ids);
select test.rejects('alice', format($$ update crm.note set body = %L where id = test.id('caterer') $$, body),
  '23514', 'A note has 1 to 20,000 characters.', format('%s is no note', what))
from (values ('', 'nothing'), (E' \n\t', 'a blank'), (repeat('x', 20001), 'a book')) wrong (body, what);
select test.allows('alice', format($$ update crm.note set body = %L where id = test.id('caterer') $$, body),
  format('%s is a note', what))
from (values ('x', 'a letter'), (repeat('é', 20000), 'a long text'), (E'\nOne\n\nTwo\n', 'a text of several lines')) good (body, what);
select test.allows('alice', format($$ insert into crm.note (client_id, body, remind_on) values (test.id('acme'), 'New', %s) $$, day),
  format('a note is to be followed up on %s', day))
from unnest(array['current_date', 'current_date + 1', $$'2199-12-31'$$]) day;
select test.rejects('alice', format($$ insert into crm.note (client_id, body, remind_on) values (test.id('acme'), 'New', %s) $$, day),
  '23514', 'A reminder is not before the day on which the note was written.', format('a note is not to be followed up on %s', day))
from unnest(array['current_date - 2', $$'1999-12-31'$$]) day;
select test.rejects('alice', $$ update crm.note set remind_on = '2020-01-31' where id = test.id('caterer') $$,
  '23514', 'A reminder is not before the day on which the note was written.', 'a reminder is not put before its note');
select test.allows('alice', $$ update crm.note set remind_on = '2020-02-01' where id = test.id('caterer') $$,
  'a reminder is put on the day on which the note was written, wherever its author was then');
select test.rejects('alice', $$ insert into crm.note (client_id, body, remind_on) values (test.id('acme'), 'New', '2200-01-01') $$,
  '23514', 'A date lies in the years 1900 to 2199.', 'a note is not to be followed up in 2200');


-- who reminds

select test.forbids(who, $$ select crm_private.remind_of_notes('UTC') $$, format('%s does not write reminders', who))
from unnest(array['alice', 'chloe', 'emma', 'anonymous', 'authenticator']) who;


-- what becomes of a note when its record, or its author, goes

select test.results_in('emma', $$ delete from crm.event where id = test.id('gala') $$,
  $$ select concat_ws(' ', (select count(*) from crm.note where id = test.id('chairs')),
       (select action from crm.history where record = 'note' and row_id = test.id('chairs'))) $$, '0 delete',
  'the notes about a deleted event go with it, and history says so');
call test.given('emma', $$ insert into crm.note (contract_id, body) values (test.id('bistro_draft'), 'Late') $$);
select test.results_in('emma', $$ delete from crm.contract where id = test.id('bistro_draft') $$,
  $$ select count(*) from crm.note where body = 'Late' $$, '0',
  'the notes about a deleted contract go with it');
call test.given('basile', $$ insert into crm.note (client_id, body) values (test.id('bistro'), 'Mine') $$);
select test.rejects('emma', $$ delete from crm.employee where id = test.id('basile') $$,
  '23503', 'The employee has written notes.', 'an employee who has written notes is not deleted');
select test.results_in('emma', $$ select crm.deactivate_employee(test.id('basile')) $$,
  $$ select author_id = test.id('basile') and done_at is null from crm.note where body = 'Mine' $$, 'true',
  'the notes of an employee who leaves stay theirs');
select test.rejects('dba', $$ delete from crm.client where id = test.id('acme') $$,
  '23503', 'The client still has contracts.', 'a client with contracts and notes is not deleted');


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant insert, update, delete on crm.note to epic_employee $$);

select test.forbids(who, $$ insert into crm.note (client_id, body, author_id) values (test.id('acme'), 'New', test.id('bruno')) $$,
  format('no policy lets %s write a note in a colleague''s name', test.department_of(who)))
from author;
select test.forbids(who, format($$ update crm.note set author_id = test.id('bruno') where id = test.id(%L) $$, note),
  format('no policy lets %s give a note away', test.department_of(who)))
from author;


-- the owner, whose functions search notes and erase those about a client

select test.reads_all('owner', 'crm.note', 'the owner''s functions look notes up');
select test.forbids('owner', $$ insert into crm.note (client_id, body, author_id) values (test.id('acme'), 'New', test.id('alice')) $$,
  'the owner cannot write a note');
select test.allows('owner', $$ update crm.note set body = 'Erased note' where id = test.id('caterer') $$,
  'the owner erases a note about a client');
select test.affects_no_rows('owner', $$ update crm.note set body = 'x' where client_id is null $$,
  'the owner changes no note about a contract or an event');
select test.forbids('owner', $$ update crm.note set client_id = null, event_id = test.id('gala') where id = test.id('caterer') $$,
  'the owner cannot move a note from a client to an event');
select test.affects_no_rows('owner', $$ delete from crm.note $$, 'the owner cannot delete a note');

select * from finish();
rollback;
