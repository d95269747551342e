-- notification: each employee reads their own and marks them read; only the database writes them.
-- The recipients are in notification_recipients.sql.

begin;
set local search_path = tap, public;
select plan(53);
call test.load_company();


-- structure

select test.has_structure('crm.notification',
  array['PRIMARY KEY (id)',
        'FOREIGN KEY (recipient_id) REFERENCES crm.employee(id) ON DELETE CASCADE',
        'FOREIGN KEY (event_id) REFERENCES crm.event(id) ON DELETE CASCADE',
        'FOREIGN KEY (contract_id) REFERENCES crm.contract(id) ON DELETE CASCADE',
        'FOREIGN KEY (employee_id) REFERENCES crm.employee(id) ON DELETE CASCADE',
        'FOREIGN KEY (note_id) REFERENCES crm.note(id) ON DELETE CASCADE'],
  'id, recipient_id, kind, created_at');


-- read

select test.reads(who,
  $$ select string_agg(name.name, ', ') from crm.notification join test.name on name.id = notification.id and name.name like 'note%' $$,
  'note_to_' || who,
  format('%s reads their own notifications, and no others', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads(who, 'select count(*) from crm.notification', '0',
  format('%s (%s), who has no notifications, reads none', test.department_of(who), who))
from unnest(array['bruno', 'denis', 'felix']) who;


-- columns

select test.column_privileges_are(who, 'select', 'crm.notification', 'id, recipient_id, kind, event_id, contract_id, employee_id, subject, old_values, new_values, created_at, read_at, note_id',
  format('%s reads every column of a notification', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'insert', 'crm.notification', '',
  format('%s enters nothing about notifications', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, 'update', 'crm.notification', 'read_at',
  format('%s may only change read_at of a notification', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- mark read

select test.results_in(who, format($$ update crm.notification set read_at = '1999-12-31' where id = test.id('note_to_%s') $$, who),
  format($$ select read_at = now() from crm.notification where id = test.id('note_to_%s') $$, who), 'true',
  format('%s marks their own notification read, and the database keeps the time', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows('bruno', $$ update crm.notification set read_at = now() $$,
  'sales do not mark a colleague''s notification read');
select test.affects_no_rows('denis', $$ update crm.notification set read_at = now() $$,
  'support do not mark a colleague''s notification read');
select test.affects_no_rows('felix', $$ update crm.notification set read_at = now() $$,
  'management does not mark a colleague''s notification read');
select test.allows(who, $$ update crm.notification set read_at = now() $$,
  format('%s who mark all notifications read mark only their own', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.notification set read_at = '2020-02-02' where id = test.id('note_to_alice');
  set local session_replication_role = origin $$);
select test.results_in('alice', format($$ update crm.notification set read_at = %s where id = test.id('note_to_alice') $$, moment),
  $$ select read_at = '2020-02-02' from crm.notification where id = test.id('note_to_alice') $$, 'true',
  format('the time at which a notification was read does not change (%s)', moment))
from unnest(array['now()', 'null']) moment;


-- create, delete

select test.forbids(who,
  format($$ insert into crm.notification (recipient_id, kind, subject, event_id)
    values (test.id(%L), 'event_moved', 'Gala', test.id('gala')) $$, who),
  format('%s cannot write notifications', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, format($$ delete from crm.notification where id = test.id('note_to_%s') $$, who),
  format('%s cannot delete notifications, not even their own', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- what a notification must be

select test.rejects('dba',
  format($$ insert into crm.notification (recipient_id, kind, event_id, contract_id, employee_id)
    values (test.id('bruno'), 'event_moved', %s, %s, %s) $$, event, contract, employee),
  '23514', 'A notification is about one event, one contract, one employee or one note.',
  format('a notification about %s is refused', what))
from (values ('null',              'null',                     'null',               'nothing'),
             ($$test.id('gala')$$, $$test.id('acme_signed')$$, 'null',               'an event and a contract'),
             ($$test.id('gala')$$, 'null',                     $$test.id('bruno')$$, 'an event and an employee'),
             ('null',              $$test.id('acme_signed')$$, $$test.id('bruno')$$, 'a contract and an employee'),
             ($$test.id('gala')$$, $$test.id('acme_signed')$$, $$test.id('bruno')$$, 'three things')) bad (event, contract, employee, what);
select test.rejects('dba',
  $$ insert into crm.notification (recipient_id, kind, subject, event_id) values (test.id('bruno'), 'gossip', 'Gala', test.id('gala')) $$,
  '23514', 'A notification is of a kind that the database writes.',
  'a notification of an unknown kind is refused');
call test.given('dba', $$ insert into crm.notification (recipient_id, kind, contract_id)
     values (test.id('bruno'), 'contract_signed', test.id('acme_draft')) $$);
select test.results_in('emma', $$ delete from crm.contract where id = test.id('acme_draft') $$,
  $$ select count(*) from crm.notification where contract_id = test.id('acme_draft') $$, '0',
  'the notifications about a deleted contract go with it');


-- behind the grants: what the policies would still refuse if columns were granted by mistake

call test.given('dba', $$ grant insert, update, delete on crm.notification to epic_employee $$);

select test.forbids(who,
  format($$ insert into crm.notification (recipient_id, kind, subject, event_id)
    values (test.id(%L), 'event_moved', 'Gala', test.id('gala')) $$, who),
  format('no policy lets %s write a notification', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, $$ update crm.notification set recipient_id = test.id('denis') $$,
  format('no policy lets %s pass a notification on', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.affects_no_rows(who, $$ delete from crm.notification $$,
  format('no policy lets %s delete a notification', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- the owner, whose functions write notifications, and read one only to say who may read it

select test.reads('owner', 'select count(*) from crm.notification', '4', 'the owner reads notifications, for crm.who_may');
select test.affects_no_rows('owner', $$ update crm.notification set subject = 'Hush.' $$,
  'the owner cannot change a notification');
select test.affects_no_rows('owner', $$ delete from crm.notification $$,
  'the owner cannot delete a notification');
call test.given('dba', $$ insert into crm.notification (recipient_id, kind, subject, note_id) values (test.id('alice'), 'note_due', 'Call', test.id('caterer')) $$);
select test.forbids('owner', $$ update crm.notification set note_id = null, event_id = test.id('gala') where note_id is not null $$,
  'the owner cannot make another notification of a reminder');

select * from finish();
rollback;
