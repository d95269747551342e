-- Optimistic locking: every change increments the version of a record, and an update that expects another version is
-- refused, with who made the last change.

begin;
set local search_path = tap, public;
select plan(37);
call test.load_company();

create function pg_temp.update_of(record text, called text, changes text) returns text
language sql
return format('update crm.%I set %s where id = test.id(%L)', record, changes, called);

create function pg_temp.version_of(record text, called text) returns text
language sql
return format('select version from crm.%I where id = test.id(%L)', record, called);

-- the version is incremented

select is(
  (select array_agg(distinct version) from (select version from crm.employee union all select version from crm.client) record),
  '{1}', 'a new record is at version 1');
select test.results_in(who, pg_temp.update_of(record, called, changes), pg_temp.version_of(record, called), '2',
  format('an update by %s of %s makes version 2 of %s', who, changes, called))
from (values
  ('alice', 'client',   'acme',       $$phone = '3939'$$),
  ('emma',  'client',   'acme',       $$commercial_contact_id = test.id('bruno')$$),
  ('alice', 'contract', 'acme_draft', $$total_amount = 1$$),
  ('chloe', 'event',    'gala',       $$notes = 'Back entrance'$$),
  ('alice', 'note',     'caterer',    $$body = 'Call'$$),
  ('emma',  'employee', 'denis',      $$full_name = 'Denise'$$)) change (who, record, called, changes);
select test.results_in('alice', pg_temp.update_of('client', 'acme', $$phone = '3939'$$), pg_temp.version_of('client', 'paul'), '1',
  'an update leaves the version of other clients');
select test.results_in('alice', pg_temp.update_of('client', 'acme', 'phone = phone'), pg_temp.version_of('client', 'acme'), '1',
  'an update that changes nothing leaves the version');
select test.results_in('alice', pg_temp.update_of('client', 'acme', $$phone = '3939'$$) || ';' || pg_temp.update_of('client', 'acme', $$phone = '3940'$$),
  pg_temp.version_of('client', 'acme'), '3', 'two changes make two versions');
select test.results_in('alice', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 1) $$,
  pg_temp.version_of('contract', 'acme_signed'), '3', 'a payment increments the version of its contract');
select test.results_in('emma', pg_temp.update_of('client', 'acme', $$commercial_contact_id = test.id('bruno')$$),
  pg_temp.version_of('contract', 'acme_draft'), '2', 'a hand-over increments the version of the client''s contracts');


-- an expected version

select test.results_in(who, pg_temp.update_of(record, called, 'version = 1, ' || changes), pg_temp.version_of(record, called), '2',
  format('an update by %s with the right version of %s is made', who, called))
from (values
  ('alice', 'client',   'acme',       $$phone = '3939'$$),
  ('emma',  'client',   'acme',       $$commercial_contact_id = test.id('bruno')$$),
  ('alice', 'contract', 'acme_draft', $$total_amount = 1$$),
  ('emma',  'contract', 'acme_draft', $$total_amount = 1$$),
  ('chloe', 'event',    'gala',       $$notes = 'Back entrance'$$),
  ('emma',  'event',    'gala',       $$notes = 'Back entrance'$$),
  ('chloe', 'note',     'chairs',     $$done_at = null$$),
  ('emma',  'employee', 'denis',      $$full_name = 'Denise'$$)) change (who, record, called, changes);
select test.results_in('alice', pg_temp.update_of('client', 'acme', $$version = null, phone = '3939'$$), pg_temp.version_of('client', 'acme'), '2',
  'an update with version null is made');
select test.affects_no_rows('alice', pg_temp.update_of('client', 'bistro', 'version = 1, phone = null'),
  'the right version does not allow an update of a colleague''s client');


-- another version

select test.rejects(who, pg_temp.update_of(record, called, 'version = ' || expected), 'EP409',
  format('%s %s is at version 1, not %s: read it again.', initcap(record), test.id(called), expected),
  format('an update by %s that expects version %s of %s is refused', who, expected, called))
from (values
  ('alice', 'client',   'acme',       2),
  ('emma',  'client',   'acme',       0),
  ('alice', 'contract', 'acme_draft', 7),
  ('chloe', 'event',    'gala',       2),
  ('emma',  'employee', 'denis',      2)) expectation (who, record, called, expected);
select test.rejects_with_data('alice', pg_temp.update_of('client', 'acme', 'version = 2'), 'EP409', 'version_is_current', 'version',
  '{"version": 1, "changedBy": null, "changedAt": null}',
  format('Client %s is at version 1, not 2: read it again.', test.id('acme')), 'the error has the version, and no author where the record was not changed');

-- A client and an event of the same number; the event is changed last.
call test.given('dba', $$
  insert into crm.client (id, full_name, email, commercial_contact_id) overriding system value
  values (4711, 'Same number', 'same@number.example', test.id('alice'));
  insert into crm.event (id, contract_id, title, start_date, end_date) overriding system value
  values (4711, test.id('acme_signed'), 'Same number', now(), now() + interval '1 hour') $$);
call test.given('emma', $$ update crm.event set notes = 'Back entrance' where id = 4711 $$);
select test.rejects_with_data('alice', 'update crm.client set version = 9 where id = 4711', 'EP409', 'version_is_current', 'version',
  jsonb_build_object('version', 1, 'changedBy', session_user, 'changedAt', now()),
  'Client 4711 is at version 1, not 9: read it again.', 'the error does not name the author of a change of another record with the same id');
call test.given('alice', pg_temp.update_of('client', 'acme', $$phone = '3939'$$));
call test.given('alice', pg_temp.update_of('client', 'paul', $$phone = '3939'$$));
call test.given('emma', pg_temp.update_of('client', 'bistro', $$commercial_contact_id = test.id('alice')$$));
call test.given('chloe', pg_temp.update_of('event', 'gala', $$notes = 'Back entrance'$$));
select test.rejects_with_data('alice', pg_temp.update_of('client', 'acme', $$version = 1, email = 'a@acme.example'$$), 'EP409', 'version_is_current', 'version',
  jsonb_build_object('version', 2, 'changedBy', 'Alice', 'changedAt', now()),
  format('Client %s is at version 2, not 1: read it again.', test.id('acme')), 'the error names the author of the record''s last change');
call test.given('dba', pg_temp.update_of('client', 'acme', $$phone = '3940'$$));
select test.rejects_with_data('alice', pg_temp.update_of('client', 'acme', $$version = 2, email = 'a@acme.example'$$), 'EP409', 'version_is_current', 'version',
  jsonb_build_object('version', 3, 'changedBy', session_user, 'changedAt', now()),
  format('Client %s is at version 3, not 2: read it again.', test.id('acme')), 'the error names a DBA by their login');
call test.given('emma', pg_temp.update_of('client', 'acme', $$commercial_contact_id = test.id('bruno')$$));
select test.rejects_with_data('bruno', pg_temp.update_of('client', 'acme', $$version = 2, email = 'a@acme.example'$$), 'EP409', 'version_is_current', 'version',
  jsonb_build_object('version', 4, 'changedBy', 'Emma', 'changedAt', now()),
  format('Client %s is at version 4, not 2: read it again.', test.id('acme')), 'the error names the last of several authors');
select test.results_in('bruno', pg_temp.update_of('client', 'acme', $$version = 4, email = 'a@acme.example'$$),
  pg_temp.version_of('client', 'acme'), '5', 'an update with the new version is made');


-- history and explanations leave out versions

select test.results_in('alice', $$ insert into crm.client (full_name, email) values ('Zoé', 'zoe@new.example') $$,
  $$ select new_values ? 'version' from crm.history order by id desc limit 1 $$, 'false',
  'history has no version of a new record');
select test.results_in('alice', pg_temp.update_of('client', 'paul', $$phone = '3941'$$),
  $$ select (array(select jsonb_object_keys(new_values)), array(select jsonb_object_keys(old_values))) from crm.history order by id desc limit 1 $$,
  '({phone},{phone})', 'history has no version of a changed record');
select test.results_in('emma', $$ delete from crm.event where id = 4711 $$,
  $$ select old_values ? 'version' from crm.history order by id desc limit 1 $$, 'false',
  'history has no version of a deleted record');
select test.reads('alice',
  $$ select sentence from crm.explain_access('client', 'update') where kind = 'grant' and is_mine $$,
  'Sales may update full_name, email, phone, company_name of a client.',
  'an explanation does not list version as a column to change');

select * from finish();
rollback;
