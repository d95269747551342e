-- An event is planned once: of a contract, no two events have the same title and the same times, unless one of them is
-- cancelled. Those that were planned twice before there was this rule stay, and can be changed.

begin;
set local search_path = tap, public;
select plan(25);
call test.load_company();

create function pg_temp.plan_event(title text, contract text default 'acme_signed', starts text default '2030-01-01 20:00Z', ends text default '2030-01-01 23:00Z')
returns text
language sql
return format('insert into crm.event (contract_id, title, start_date, end_date) values (test.id(%L), %L, %L, %L)', contract, title, starts, ends);

create function pg_temp.sentence(named text) returns text
language sql
return (
  select format('Event %s of contract %s has the same title and the same times.', id, contract_id)
  from crm.event where id = test.id(named));

call test.given('alice', pg_temp.plan_event('Concert'));
insert into test.name (name, id) select 'concert', id from crm.event where title = 'Concert';
call test.given('emma', pg_temp.plan_event('Concert', 'bistro_signed'));
insert into test.name (name, id) select 'bistro_concert', max(id) from crm.event where title = 'Concert';


-- planned

select test.rejects(who, pg_temp.plan_event('Concert'), '23505', pg_temp.sentence('concert'),
  format('%s cannot plan an event twice', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.rejects_with_data('alice', pg_temp.plan_event('CONCERT', starts => '2030-01-01 21:00+01', ends => '2030-01-02 00:00+01'),
  '23505', 'event_is_planned_once', 'title',
  jsonb_build_object('eventId', test.id('concert'), 'contractId', test.id('acme_signed')), pg_temp.sentence('concert'),
  'the case of the title and the time zone make no other event of it');
select test.allows('emma', statement, format('this is another event: %s', difference))
from (values
  ('another title',    pg_temp.plan_event('Concerto')),
  ('another start',    pg_temp.plan_event('Concert', starts => '2030-01-01 20:30Z')),
  ('another end',      pg_temp.plan_event('Concert', ends => '2030-01-01 23:30Z')),
  ('another contract', pg_temp.plan_event('Gala', 'bistro_signed'))) other (difference, statement);
select matches(
  (test.attempt('alice', pg_temp.plan_event('Ball') || $$, (test.id('acme_signed'), 'Ball', '2030-01-01 20:00Z', '2030-01-01 23:00Z') $$)).sentence,
  '^Event \d+ of contract \d+ has the same title and the same times\.$',
  'one statement does not plan an event twice either');
select test.rejects('alice', $$ insert into crm.event (contract_id, title, start_date, end_date) values (test.id('acme_draft'), 'Concert', '2030-01-01 20:00Z', '2030-01-01 23:00Z') $$,
  '23514', format('Contract %s is a draft: an event needs a signed contract.', test.id('acme_draft')),
  'an event of another contract that is a draft is refused for that');

call test.given('emma', $$ update crm.event set status = 'cancelled' where id = test.id('concert') $$);
select test.allows('alice', pg_temp.plan_event('Concert'), 'an event that was cancelled can be planned anew');
call test.given('alice', pg_temp.plan_event('Concert'));
insert into test.name (name, id) select 'new_concert', max(id) from crm.event where title = 'Concert';
select test.rejects('alice', pg_temp.plan_event('Concert'), '23505', pg_temp.sentence('new_concert'), 'and that only once');
select test.allows('dba', replace(replace(pg_temp.plan_event('Concert'), ', end_date)', ', end_date, status)'), '23:00Z'')', '23:00Z'', ''cancelled'')'),
  'an event that is entered as cancelled is not planned twice');


-- changed

select test.rejects('emma', $$ update crm.event set status = 'planned' where id = test.id('concert') $$, '23505', pg_temp.sentence('new_concert'),
  'an event that was cancelled is not planned again beside the one that replaces it');
select test.allows('emma', $$ update crm.event set status = 'planned', title = 'Encore' where id = test.id('concert') $$,
  'unless it becomes another');
select test.allows('emma', $$ update crm.event set title = 'Gala', location = 'Rome' where id = test.id('concert') $$,
  'a cancelled event may have the title of another');

call test.given('emma', $$ update crm.event set title = 'Recital', start_date = '2030-01-02 20:00Z', end_date = '2030-01-02 23:00Z' where id = test.id('picnic') $$);
call test.given('emma', $$ update crm.event set title = 'Concert', start_date = '2030-01-02 20:00Z', end_date = '2030-01-02 23:00Z' where id = test.id('gala') $$);
select test.rejects('emma', format('update crm.event set %s where id = test.id(''gala'')', change), '23505', pg_temp.sentence(twin),
  format('an event does not become another: %s', change))
from (values
  ($$title = 'recital'$$, 'picnic'),
  ($$start_date = '2030-01-01 20:00Z', end_date = '2030-01-01 23:00Z'$$, 'new_concert')) rename (change, twin);
call test.given('emma', $$ update crm.event set title = 'Concert', end_date = '2030-01-02 22:00Z' where id = test.id('picnic') $$);
select test.rejects('emma', $$ update crm.event set end_date = '2030-01-02 23:00Z' where id = test.id('picnic') $$, '23505', pg_temp.sentence('gala'),
  'an event does not become another by its end alone');
call test.given('emma', $$ update crm.event set start_date = '2030-01-02 19:00Z', end_date = '2030-01-02 23:00Z' where id = test.id('picnic') $$);
select test.rejects('emma', $$ update crm.event set start_date = '2030-01-02 20:00Z' where id = test.id('picnic') $$, '23505', pg_temp.sentence('gala'),
  'an event does not become another by its start alone');
select test.allows('emma', $$ update crm.event set title = title, start_date = start_date, status = 'confirmed' where id = test.id('gala') $$,
  'an event that stays the same is not held against itself');


-- those of before

call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.event set title = 'Concert', start_date = '2030-01-01 20:00Z', end_date = '2030-01-01 23:00Z' where id in (test.id('gala'), test.id('picnic'));
  set local session_replication_role = origin $$);
select test.allows('emma', format('update crm.event set %s where id = test.id(''gala'')', change),
  format('an event that was planned twice before can still be changed: %s', change))
from unnest(array[$$notes = 'Bring chairs.'$$, $$title = 'CONCERT'$$, $$status = 'completed'$$, $$status = 'cancelled'$$]) change;


-- the rule sees what the caller does not

call test.given('dba', 'alter policy employee_read_all on crm.event using (false)');
select test.rejects('alice', pg_temp.plan_event('Concert'), '23505',
  format('Event %s of contract %s has the same title and the same times.', least(test.id('gala'), test.id('picnic')), test.id('acme_signed')),
  'an event is not planned twice even where the caller does not see the other');

select * from finish();
rollback;
