-- audit.signals_between, audit.position_snapshot and audit.current_position: a subscriber gets every signal that is not
-- in their snapshot or before their position. A transaction that began earlier may commit later, with lower ids. Nothing
-- commits here, so such transactions are inserted; real ones are in tests/server.

begin;
set local search_path = tap, public;
select plan(46);
call test.load_company();
delete from audit.signal;

-- Five transactions: 100 was still running when all the others were done, and 120 when signal 3 was written.
insert into audit.signal (id, transaction_id, snapshot, topic, row_id, action)
overriding system value
values (1, '90',  '90:90:',          'event', 11, 'insert'),
       (2, '120', '100:120:100,110', 'event', 12, 'update'),
       (3, '110', '100:121:100,120', 'event', 13, 'update'),
       (4, '110', '100:121:100,120', 'event', 14, 'update'),
       (5, '100', '95:125:95',       'event', 15, 'delete'),
       (6, '130', '100:130:100',     'event', 16, 'insert');
insert into audit.signal (id, transaction_id, snapshot, topic, recipient_id, row_id, action)
overriding system value
values (7, '131', '132:132:', 'notification', test.id('alice'), 17, 'insert');

create function pg_temp.between(arguments text) returns text
language sql
return format('select string_agg(id::text, '','' order by place) from audit.signals_between(%s) with ordinality found (id, row_id, action, place)', arguments);


-- from one snapshot to another

select test.reads('denis', pg_temp.between(arguments), ids, what)
from (values
  ($$ 'event', '1:1:', '200:200:' $$,             '1,2,3,4,5,6', 'a subscriber who has seen nothing gets every signal'),
  ($$ 'event', '200:200:', '200:200:' $$,         '',            'a subscriber who has seen everything gets no signal'),
  ($$ 'event', '111:111:', '200:200:' $$,         '2,6',         'a subscriber gets the signals that were not written when they last looked'),
  ($$ 'event', '100:121:100,110', '200:200:' $$,  '3,4,5,6',     'a subscriber gets the signals of transactions that were running when they last looked'),
  ($$ 'event', '100:121:100,110', '115:200:120,130' $$, '3,4,5', 'a subscriber does not get the signals of transactions that are still running'),
  ($$ 'event', '100:100:', '111:111:' $$,         '3,4,5',       'a subscriber does not get the signals of transactions that began later'),
  ($$ 'event', '1:1:', '200:200:', 3 $$,          '4,5,6',       'a subscriber gets the signals with a higher id than the given one'),
  ($$ 'notification', '1:1:', '200:200:' $$,      '',            'a subscriber does not get the signals of another recipient'),
  ($$ 'mark', '1:1:', '200:200:' $$,              '',            'a subscriber does not get the signals of another topic')) reading (arguments, ids, what);
select test.reads('alice', pg_temp.between($$ 'notification', '1:1:', '200:200:' $$), '7', 'a recipient gets their own signals');
select test.reads('denis', $$ select (id, row_id, action) from audit.signals_between('event', '110:110:', '120:120:') limit 1 $$,
  '(3,13,update)', 'a signal holds the id, the record and the action');
select test.forbids(who, pg_temp.between($$ 'event', '1:1:', '200:200:' $$), format('%s cannot read signals', who))
from unnest(array['anonymous', 'authenticator']) who;


-- from a position

select test.reads('denis', format('select audit.position_snapshot(%s)', id), snapshot,
  format('the snapshot of position %s holds what was committed by then, and no later transaction', id))
from (values (1, '90:90:'), (2, '100:120:100,110'), (3, '100:110:100'), (5, '95:100:95'), (6, '100:130:100')) place (id, snapshot);
select test.reads('denis', pg_temp.between(format($$ 'event', audit.position_snapshot(%1$s), '200:200:', "position" => %1$s $$, id)), ids,
  format('a subscriber at position %s gets %s', id, ids))
from (values (1, '2,3,4,5,6'), (2, '3,4,5,6'), (3, '2,4,5,6'), (4, '2,5,6'), (5, '2,3,4,6'), (6, '5')) place (id, ids);
select test.reads('alice', pg_temp.between($$ 'notification', audit.position_snapshot(1), '200:200:', "position" => 1 $$), '7',
  'a position of one topic is valid for another');


-- invalid positions

create function pg_temp.lost(id bigint) returns text
language sql
return format('Position %s is too old, or never was one: what has happened since is no longer known.', id);

select test.rejects('denis', format('select audit.position_snapshot(%s)', id), 'EP410', pg_temp.lost(id),
  format('position %s is refused: %s', id, why))
from (values (7, 'it is a signal of another recipient'), (8, 'there is no such signal'), (0, 'it never existed')) wrong (id, why);
select test.reads('alice', 'select audit.position_snapshot(7)', '131:131:', 'a position is valid for its recipient');
select test.hints('denis', 'select audit.position_snapshot(8)',
  'Ask for subscriptionPosition, read the records anew, then subscribe after that position.',
  'the refusal of a position hints at subscriptionPosition');

call test.given('dba', $$ update audit.signal set created_at = now() - interval '6 days 23 hours' where id = 1 $$);
select test.reads('denis', 'select audit.position_snapshot(1)', '90:90:', 'a position is valid for seven days');
call test.given('dba', $$ update audit.signal set created_at = now() - interval '7 days 1 minute' where id = 1 $$);
select test.rejects('denis', 'select audit.position_snapshot(1)', 'EP410', pg_temp.lost(1),
  'a position is refused after seven days, although signals are kept for eight');
call test.given('dba', $$ update audit.signal set transaction_id = far::xid8, snapshot = format('%1$s:%1$s:', far)::pg_snapshot
                          from (select (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1000)::text as far) elsewhere
                          where id = 6 $$);
select test.rejects('denis', 'select audit.position_snapshot(6)', 'EP410', pg_temp.lost(6),
  'a position of the cluster that the database was restored from is refused');


-- the current position

create function pg_temp.marks(who text, why text) returns text
language sql
return test.results_in(who, $$ select set_config('test.position', audit.current_position()::text, true) $$,
  $$ select current_setting('test.position') = max(id)::text and max(id) > 7 from audit.signal where topic = 'mark' $$, 'true',
  format('%s get a new mark as the current position when %s', test.department_of(who), why));

select pg_temp.marks('denis', 'the latest signal is of another cluster');
call test.given('dba', $$ update audit.signal set transaction_id = '130', snapshot = '100:130:100' where id = 6 $$);
select pg_temp.marks('denis', 'the latest signal would repeat one that was committed after it');
select test.results_in('denis', $$ set local transaction_read_only = on; select set_config('test.position', audit.current_position()::text, true) $$,
  $$ current_setting('test.position') $$, '6',
  'the current position in a read-only transaction is the latest signal, even if it would repeat others');
call test.given('dba', $$ delete from audit.signal where id = 5 $$);
select test.reads('denis', 'select audit.current_position()', '6', 'the current position is the latest signal even if other transactions were running when it was written');
call test.given('dba', $$ update audit.signal set snapshot = '130:130:' where id = 6 $$);
select test.reads('denis', 'select audit.current_position()', '6', 'the current position is the latest signal that the caller can see');
select test.reads('alice', 'select audit.current_position()', '7', 'the current position may be a signal of the caller''s own notification');
call test.given('dba', $$ update audit.signal set created_at = now() - interval '23 hours' $$);
select test.reads('denis', 'select audit.current_position()', '6', 'the current position may be a signal of 23 hours ago');

call test.given('dba', $$ update audit.signal set created_at = now() - interval '25 hours' $$);
select pg_temp.marks(who, 'the latest signal is more than a day old') from unnest(array['alice', 'denis', 'emma']) who;
call test.given('dba', $$ delete from audit.signal $$);
select pg_temp.marks('emma', 'there is no signal');
select test.rejects('denis', 'set local transaction_read_only = on; select audit.current_position()',
  '25006', 'cannot execute INSERT in a read-only transaction', 'a read-only transaction gets no position when there is no signal');
select test.forbids('anonymous', 'select audit.current_position()', 'an anonymous request cannot get the current position');

select * from finish();
rollback;
