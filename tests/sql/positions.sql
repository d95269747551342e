-- How a subscriber misses nothing: from a position, or from what they last saw, they are given every signal that they
-- cannot have seen. A transaction that began earlier may commit later, with lower ids; here, where nothing commits, such
-- transactions are written down by hand. Real ones are in tests/server.

begin;
set local search_path = tap, public;
select plan(44);
call test.open_the_company();
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
  ($$ 'event', '1:1:', '200:200:' $$,             '1,2,3,4,5,6', 'whoever has seen nothing is given everything'),
  ($$ 'event', '200:200:', '200:200:' $$,         '',            'whoever has seen everything is given nothing'),
  ($$ 'event', '111:111:', '200:200:' $$,         '2,6',         'what had not been written is given'),
  ($$ 'event', '100:121:100,110', '200:200:' $$,  '3,4,5,6',     'and what was being written, whatever its id'),
  ($$ 'event', '100:121:100,110', '115:200:120,130' $$, '3,4,5', 'but not what still is'),
  ($$ 'event', '100:100:', '111:111:' $$,         '3,4,5',       'nor what has begun since'),
  ($$ 'event', '1:1:', '200:200:', 3 $$,          '4,5,6',       'the next thousand is what has a higher id'),
  ($$ 'notification', '1:1:', '200:200:' $$,      '',            'a signal for somebody else is not given'),
  ($$ 'mark', '1:1:', '200:200:' $$,              '',            'nor are those of another topic')) reading (arguments, ids, what);
select test.reads('alice', pg_temp.between($$ 'notification', '1:1:', '200:200:' $$), '7', 'but to its recipient');
select test.reads('denis', $$ select (id, row_id, action) from audit.signals_between('event', '110:110:', '120:120:') limit 1 $$,
  '(3,13,update)', 'a signal says what happened to which record');
select test.forbids(who, pg_temp.between($$ 'event', '1:1:', '200:200:' $$), format('%s is given nothing', who))
from unnest(array['stranger', 'login']) who;


-- from a position

select test.reads('denis', format('select audit.position_snapshot(%s)', id), snapshot,
  format('whoever is at position %s has seen what was committed by then, and counts no later transaction as seen', id))
from (values (1, '90:90:'), (2, '100:120:100,110'), (3, '100:110:100'), (5, '95:100:95'), (6, '100:130:100')) place (id, snapshot);
select test.reads('denis', pg_temp.between(format($$ 'event', audit.position_snapshot(%1$s), '200:200:', "position" => %1$s $$, id)), ids,
  format('after position %s comes %s', id, ids))
from (values (1, '2,3,4,5,6'), (2, '3,4,5,6'), (3, '2,4,5,6'), (4, '2,5,6'), (5, '2,3,4,6'), (6, '5')) place (id, ids);
select test.reads('alice', pg_temp.between($$ 'notification', audit.position_snapshot(1), '200:200:', "position" => 1 $$), '7',
  'a position of one topic is good for another');


-- what is no position

create function pg_temp.lost(id bigint) returns text
language sql
return format('Position %s is too old, or never was one: what has happened since is no longer known.', id);

select test.refuses('denis', format('select audit.position_snapshot(%s)', id), 'EP410', pg_temp.lost(id),
  format('position %s is refused, since %s', id, why))
from (values (7, 'it is somebody else''s'), (8, 'there is no such signal'), (0, 'there never was')) wrong (id, why);
select test.reads('alice', 'select audit.position_snapshot(7)', '131:131:', 'it is good for its recipient');
select test.advises('denis', 'select audit.position_snapshot(8)',
  'Ask for subscriptionPosition, read the records anew, then subscribe after that position.',
  'the refusal says what to do');

call test.given('dba', $$ update audit.signal set created_at = now() - interval '6 days 23 hours' where id = 1 $$);
select test.reads('denis', 'select audit.position_snapshot(1)', '90:90:', 'a position is good for seven days');
call test.given('dba', $$ update audit.signal set created_at = now() - interval '7 days 1 minute' where id = 1 $$);
select test.refuses('denis', 'select audit.position_snapshot(1)', 'EP410', pg_temp.lost(1),
  'and no longer, although the signals are kept for a day more');
call test.given('dba', $$ update audit.signal set transaction_id = far::xid8, snapshot = format('%1$s:%1$s:', far)::pg_snapshot
                          from (select (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1000)::text as far) elsewhere
                          where id = 6 $$);
select test.refuses('denis', 'select audit.position_snapshot(6)', 'EP410', pg_temp.lost(6),
  'a position of another cluster, from which the database was restored, is none here');


-- the present position

create function pg_temp.marks(who text, why text) returns text
language sql
return test.leaves(who, $$ select set_config('test.position', audit.current_position()::text, true) $$,
  $$ select current_setting('test.position') = max(id)::text and max(id) > 7 from audit.signal where topic = 'mark' $$, 'true',
  format('%s makes one where %s', test.team(who), why));

select pg_temp.marks('denis', 'the latest signal is of another cluster');
call test.given('dba', $$ update audit.signal set transaction_id = '130', snapshot = '100:130:100' where id = 6 $$);
select pg_temp.marks('denis', 'the latest would tell again what had been begun before it and was committed later');
call test.given('dba', $$ delete from audit.signal where id = 5 $$);
select test.reads('denis', 'select audit.current_position()', '6', 'but not for what others had done by then while that was running');
call test.given('dba', $$ update audit.signal set snapshot = '130:130:' where id = 6 $$);
select test.reads('denis', 'select audit.current_position()', '6', 'the present position is the latest signal that one can see');
select test.reads('alice', 'select audit.current_position()', '7', 'which may be one''s own');
call test.given('dba', $$ update audit.signal set created_at = now() - interval '23 hours' $$);
select test.reads('denis', 'select audit.current_position()', '6', 'of the last day');

call test.given('dba', $$ update audit.signal set created_at = now() - interval '25 hours' $$);
select pg_temp.marks(who, 'there was none for a day') from unnest(array['alice', 'denis', 'emma']) who;
call test.given('dba', $$ delete from audit.signal $$);
select pg_temp.marks('emma', 'there never was one');
select test.forbids('stranger', 'select audit.current_position()', 'a stranger has no position');

select * from finish();
rollback;
