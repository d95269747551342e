-- The versions of a record: every change counts, and whoever expects another version than the row's is refused and told
-- who was quicker.

begin;
set local search_path = tap, public;
select plan(35);
call test.open_the_company();

create function pg_temp.update_of(record text, called text, changes text) returns text
language sql
return format('update crm.%I set %s where id = test.id(%L)', record, changes, called);

create function pg_temp.version_of(record text, called text) returns text
language sql
return format('select version from crm.%I where id = test.id(%L)', record, called);

-- a record begins with its first version, and every change makes another

select is(
  (select array_agg(distinct version) from (select version from crm.employee union all select version from crm.client) record),
  '{1}', 'a record that nobody has changed is at version 1');
select test.leaves(who, pg_temp.update_of(record, called, changes), pg_temp.version_of(record, called), '2',
  format('when %s change %s of %s, it is at its second version', who, changes, called))
from (values
  ('alice', 'client',   'acme',       $$phone = '3939'$$),
  ('emma',  'client',   'acme',       $$commercial_contact_id = test.id('bruno')$$),
  ('alice', 'contract', 'acme_draft', $$total_amount = 1$$),
  ('chloe', 'event',    'gala',       $$notes = 'Back entrance'$$),
  ('emma',  'employee', 'denis',      $$full_name = 'Denise'$$)) change (who, record, called, changes);
select test.leaves('alice', pg_temp.update_of('client', 'acme', $$phone = '3939'$$), pg_temp.version_of('client', 'paul'), '1',
  'another client stays at its version');
select test.leaves('alice', pg_temp.update_of('client', 'acme', 'phone = phone'), pg_temp.version_of('client', 'acme'), '1',
  'an update that changes nothing is none');
select test.leaves('alice', pg_temp.update_of('client', 'acme', $$phone = '3939'$$) || ';' || pg_temp.update_of('client', 'acme', $$phone = '3940'$$),
  pg_temp.version_of('client', 'acme'), '3', 'two changes make two versions');
select test.leaves('alice', $$ insert into crm.payment (contract_id, amount) values (test.id('acme_signed'), 1) $$,
  pg_temp.version_of('contract', 'acme_signed'), '3', 'a payment is a change of its contract');
select test.leaves('emma', pg_temp.update_of('client', 'acme', $$commercial_contact_id = test.id('bruno')$$),
  pg_temp.version_of('contract', 'acme_draft'), '2', 'contracts that follow their client change');


-- a version that is expected

select test.leaves(who, pg_temp.update_of(record, called, 'version = 1, ' || changes), pg_temp.version_of(record, called), '2',
  format('%s may say which version of %s they have seen', who, called))
from (values
  ('alice', 'client',   'acme',       $$phone = '3939'$$),
  ('emma',  'client',   'acme',       $$commercial_contact_id = test.id('bruno')$$),
  ('alice', 'contract', 'acme_draft', $$total_amount = 1$$),
  ('emma',  'contract', 'acme_draft', $$total_amount = 1$$),
  ('chloe', 'event',    'gala',       $$notes = 'Back entrance'$$),
  ('emma',  'event',    'gala',       $$notes = 'Back entrance'$$),
  ('emma',  'employee', 'denis',      $$full_name = 'Denise'$$)) change (who, record, called, changes);
select test.leaves('alice', pg_temp.update_of('client', 'acme', $$version = null, phone = '3939'$$), pg_temp.version_of('client', 'acme'), '2',
  'no version is no expectation');
select test.touches_nothing('alice', pg_temp.update_of('client', 'bistro', 'version = 1, phone = null'),
  'whoever knows the version of a colleague''s client may change it no more than before');


-- another version than the row's

select test.refuses(who, pg_temp.update_of(record, called, 'version = ' || expected), 'EP409',
  format('%s %s is at version 1, not %s: read it again.', initcap(record), test.id(called), expected),
  format('%s, who expect version %s of %s, are refused', who, expected, called))
from (values
  ('alice', 'client',   'acme',       2),
  ('emma',  'client',   'acme',       0),
  ('alice', 'contract', 'acme_draft', 7),
  ('chloe', 'event',    'gala',       2),
  ('emma',  'employee', 'denis',      2)) expectation (who, record, called, expected);
select test.raises('alice', pg_temp.update_of('client', 'acme', 'version = 2'), 'EP409', 'version_is_current', 'version',
  '{"version": 1, "changedBy": null, "changedAt": null}',
  format('Client %s is at version 1, not 2: read it again.', test.id('acme')), 'the error says which version it is, and that nobody has changed it');

-- A client and an event of the same number; the event is changed last.
call test.given('dba', $$
  insert into crm.client (id, full_name, email, commercial_contact_id) overriding system value
  values (4711, 'Same number', 'same@number.example', test.id('alice'));
  insert into crm.event (id, contract_id, title, start_date, end_date) overriding system value
  values (4711, test.id('acme_signed'), 'Same number', now(), now() + interval '1 hour') $$);
call test.given('emma', $$ update crm.event set notes = 'Back entrance' where id = 4711 $$);
select test.raises('alice', 'update crm.client set version = 9 where id = 4711', 'EP409', 'version_is_current', 'version',
  jsonb_build_object('version', 1, 'changedBy', session_user, 'changedAt', now()),
  'Client 4711 is at version 1, not 9: read it again.', 'whoever changed nothing but an event of the same number is not named');
call test.given('alice', pg_temp.update_of('client', 'acme', $$phone = '3939'$$));
call test.given('alice', pg_temp.update_of('client', 'paul', $$phone = '3939'$$));
call test.given('emma', pg_temp.update_of('client', 'bistro', $$commercial_contact_id = test.id('alice')$$));
call test.given('chloe', pg_temp.update_of('event', 'gala', $$notes = 'Back entrance'$$));
select test.raises('alice', pg_temp.update_of('client', 'acme', $$version = 1, email = 'a@acme.example'$$), 'EP409', 'version_is_current', 'version',
  jsonb_build_object('version', 2, 'changedBy', 'Alice', 'changedAt', now()),
  format('Client %s is at version 2, not 1: read it again.', test.id('acme')), 'whoever changed the record last is named, not who changed another one since');
call test.given('dba', pg_temp.update_of('client', 'acme', $$phone = '3940'$$));
select test.raises('alice', pg_temp.update_of('client', 'acme', $$version = 2, email = 'a@acme.example'$$), 'EP409', 'version_is_current', 'version',
  jsonb_build_object('version', 3, 'changedBy', session_user, 'changedAt', now()),
  format('Client %s is at version 3, not 2: read it again.', test.id('acme')), 'a DBA goes by their login');
call test.given('emma', pg_temp.update_of('client', 'acme', $$commercial_contact_id = test.id('bruno')$$));
select test.raises('bruno', pg_temp.update_of('client', 'acme', $$version = 2, email = 'a@acme.example'$$), 'EP409', 'version_is_current', 'version',
  jsonb_build_object('version', 4, 'changedBy', 'Emma', 'changedAt', now()),
  format('Client %s is at version 4, not 2: read it again.', test.id('acme')), 'of several who changed it since, the last is named');
select test.leaves('bruno', pg_temp.update_of('client', 'acme', $$version = 4, email = 'a@acme.example'$$),
  pg_temp.version_of('client', 'acme'), '5', 'and with the version it has now the change is made');


-- history and explanations say what changed, and nothing of versions

select test.leaves('alice', $$ insert into crm.client (full_name, email) values ('Zoé', 'zoe@new.example') $$,
  $$ select new_values ? 'version' from crm.history order by id desc limit 1 $$, 'false',
  'history does not say which version a new record has');
select test.leaves('alice', pg_temp.update_of('client', 'paul', $$phone = '3941'$$),
  $$ select (array(select jsonb_object_keys(new_values)), array(select jsonb_object_keys(old_values))) from crm.history order by id desc limit 1 $$,
  '({phone},{phone})', 'history does not say that a change made another version');
select test.leaves('emma', $$ delete from crm.event where id = 4711 $$,
  $$ select old_values ? 'version' from crm.history order by id desc limit 1 $$, 'false',
  'history does not say which version a deleted record had');
select test.reads('alice',
  $$ select sentence from crm.explain_access('client', 'update') where kind = 'grant' and is_mine $$,
  'Sales may update full_name, email, phone, company_name of a client.',
  'to expect a version is not to change one');

select * from finish();
rollback;
