-- audit.signal: that a notification was written or an event changed. Every employee reads the signals that are for
-- everybody, and their own. Only the database writes them; employees write marks. Which signals are written
-- is in signals.sql, and how they are read in signal_positions.sql.

begin;
set local search_path = tap, public;
select plan(48);
call test.load_company();


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
  format('%s reads the signals for everybody and their own, and no others', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads(who, $$ select string_agg(topic::text, ', ') from audit.signal $$, 'event',
  format('%s (%s) reads the signals for everybody', test.department_of(who), who))
from unnest(array['bruno', 'denis', 'felix']) who;
select test.forbids(who, 'select id from audit.signal', format('%s reads no signals', who))
from unnest(array['anonymous', 'authenticator']) who;


-- columns

select test.column_privileges_are(who, 'select', 'audit.signal', 'id, created_at, transaction_id, snapshot, topic, row_id, action',
  format('%s reads every column of a signal but the recipient', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'insert', 'audit.signal', 'topic',
  format('%s enters nothing but the topic of a signal', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'update', 'audit.signal', '',
  format('%s changes nothing about signals', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- marks

select test.allows(who, $$ insert into audit.signal (topic) values ('mark') $$, format('%s marks a position', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, format('insert into audit.signal (topic) values (%L)', topic),
  format('%s signals nothing by hand: %s', test.department_of(who), topic))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['event', 'notification']) topic;
select test.forbids(who, 'delete from audit.signal', format('%s deletes no signals', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', 'grant insert, update, delete on audit.signal to epic_employee');

select test.forbids(who, $$ insert into audit.signal (topic, row_id, action) values ('event', 1, 'delete') $$,
  format('no policy lets %s signal that an event changed', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, statement, format('no policy lets %s change or delete signals: %s', test.department_of(who), statement))
from unnest(array['alice', 'chloe', 'emma']) who,
     unnest(array['update audit.signal set row_id = 1', 'delete from audit.signal']) statement;


-- the owner, whose functions write signals and remove those that are too old

select test.allows('owner', format('insert into audit.signal (topic, recipient_id) values (''notification'', %s)', test.id('denis')),
  'the owner''s functions write signals for any recipient');
select test.reads('owner', 'select count(*) from audit.signal', '0', 'the owner sees no recent signals');
select test.affects_no_rows('owner', 'delete from audit.signal', 'the owner cannot delete recent signals');
select test.affects_no_rows('owner', 'update audit.signal set row_id = 1', 'the owner cannot change signals');

call test.given('dba', $$ update audit.signal set created_at = now() - interval '9 days' where topic = 'event' $$);
select test.reads('owner', 'select topic from audit.signal', 'event', 'the owner sees a signal of more than eight days ago');
select test.allows('owner', 'delete from audit.signal', 'the owner deletes a signal of more than eight days ago');
select test.affects_no_rows('owner', 'update audit.signal set row_id = 1', 'the owner cannot change a signal of more than eight days ago');

-- Reading is narrower than deleting by chance only.
call test.given('dba', 'alter policy owner_read_old on audit.signal using (true)');
select test.allows('owner', 'delete from audit.signal', 'the owner deletes only old signals, even if it could see all of them');

-- In one statement, since the next one may see what another process has committed meanwhile.
call test.given('dba', $$
  do $do$
  declare
    signal text;
  begin
    insert into audit.signal (topic) values ('mark')
    returning (created_at = now(), transaction_id = pg_current_xact_id(), snapshot::text = pg_current_snapshot()::text,
               recipient_id, row_id, action) into signal;
    perform set_config('test.signal', signal, true);
  end
  $do$ $$);
select is(current_setting('test.signal'), '(t,t,t,,,)',
  'the database adds the time, the transaction and the snapshot to a signal');

select * from finish();
rollback;
