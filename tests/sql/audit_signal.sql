-- audit.signal: that a notification was written or an event changed. Every employee reads the signals that are for
-- everybody, and their own; the database writes them, and nobody else does but for marks. What is signalled is in
-- signalling.sql, and how a subscriber misses nothing in positions.sql.

begin;
set local search_path = tap, public;
select plan(48);
call test.open_the_company();


-- structure

select test.has_structure('audit.signal',
  array['PRIMARY KEY (id)'],
  'id, created_at, transaction_id, snapshot, topic');

delete from audit.signal;
insert into audit.signal (topic, recipient_id, row_id, action)
select 'notification', test.id(who), test.id('note_to_' || who), 'insert' from unnest(array['alice', 'chloe', 'emma']) who;
insert into audit.signal (topic, row_id, action) values ('event', test.id('gala'), 'update');


-- read

select test.reads(who, $$ select string_agg(format('%s %s', topic, row_id), ', ' order by id) from audit.signal $$,
  format('notification %s, event %s', test.id('note_to_' || who), test.id('gala')),
  format('%s reads the signals for everybody and their own, and no others', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads(who, $$ select string_agg(topic::text, ', ') from audit.signal $$, 'event',
  format('%s (%s) reads the signals for everybody', test.team(who), who))
from unnest(array['bruno', 'denis', 'felix']) who;
select test.forbids(who, 'select id from audit.signal', format('%s reads no signals', who))
from unnest(array['stranger', 'login']) who;


-- columns

select test.opens(who, 'select', 'audit.signal', 'id, created_at, transaction_id, snapshot, topic, row_id, action',
  format('%s reads every column of a signal but whom it is for', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.opens(who, 'insert', 'audit.signal', 'topic',
  format('%s enters nothing but the topic of a signal', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.opens(who, 'update', 'audit.signal', '',
  format('%s changes nothing about signals', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- marks

select test.allows(who, $$ insert into audit.signal (topic) values ('mark') $$, format('%s marks a position', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, format('insert into audit.signal (topic) values (%L)', topic),
  format('%s signals nothing by hand: %s', test.team(who), topic))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['event', 'notification']) topic;
select test.forbids(who, 'delete from audit.signal', format('%s deletes no signals', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', 'grant insert, update, delete on audit.signal to epic_employee');

select test.forbids(who, $$ insert into audit.signal (topic, row_id, action) values ('event', 1, 'delete') $$,
  format('no policy lets %s signal that an event changed', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.touches_nothing(who, statement, format('no policy lets %s do it: %s', test.team(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update audit.signal set row_id = 1', 'delete from audit.signal']) statement;


-- the owner, whose functions write signals and remove those that are too old

select test.allows('owner', format('insert into audit.signal (topic, recipient_id) values (''notification'', %s)', test.id('denis')),
  'the owner''s functions write signals for anybody');
select test.reads('owner', 'select count(*) from audit.signal', '0', 'the owner sees no signals of these days');
select test.touches_nothing('owner', 'delete from audit.signal', 'even the owner deletes no signals of these days');
select test.touches_nothing('owner', 'update audit.signal set row_id = 1', 'even the owner changes no signals');

call test.given('dba', $$ update audit.signal set created_at = now() - interval '9 days' where topic = 'event' $$);
select test.reads('owner', 'select topic from audit.signal', 'event', 'the owner sees a signal of more than eight days ago');
select test.allows('owner', 'delete from audit.signal', 'the owner deletes that one');
select test.touches_nothing('owner', 'update audit.signal set row_id = 1', 'and does not change it');

-- Reading is narrower than deleting by chance only.
call test.given('dba', 'alter policy owner_read_old on audit.signal using (true)');
select test.allows('owner', 'delete from audit.signal', 'whatever the owner sees, it deletes only what is old');

select test.leaves('dba', 'insert into audit.signal (topic) values (''mark'')',
  $$ select (created_at = now(), transaction_id = pg_current_xact_id(), snapshot::text = pg_current_snapshot()::text,
             recipient_id, row_id, action)
     from audit.signal where topic = 'mark' $$,
  '(t,t,t,,,)',
  'the database adds when, in which transaction, and in which snapshot');

select * from finish();
rollback;
