-- crm.changes: what changed after a position, under the policies of the reader. That nothing is missed while others write is
-- in tests/server/changes.test.ts: what this transaction writes is not committed, so its history is written by hand.

begin;
set local search_path = tap, public;
select plan(46);
call test.load_company();

create procedure pg_temp.happened(xid xid8, record text, called text, action audit.action default 'update', age interval default '0')
language sql
begin atomic
  insert into audit.change (changed_at, transaction_id, record, row_id, action)
  values (now() - age, xid, record, test.id(called), action);
end;
create function pg_temp.since(whose text, args text default '') returns text
language sql
return format($$ select string_agg(format('%%s%%s', entry.name, case when is_deleted then ' deleted' end), ', ' order by ordinality)
  from unnest((crm.changes(current_setting('test.%s')%s)).entries) with ordinality
  join (values ('client', 'acme'), ('contract', 'acme_draft'), ('payment', 'deposit'), ('event', 'gala'), ('event', 'picnic'),
    ('note', 'caterer'), ('employee', 'basile')) entry (kind, name) on kind = record and test.id(entry.name) = row_id $$, whose, args);
create function pg_temp.page(whose text, args text default '') returns text
language sql
return format($$ select (cardinality(entries), has_more) from crm.changes(current_setting('test.%s')%s) $$, whose, args);
create procedure pg_temp.keep(who text, what text, args text default '')
language plpgsql
as $$
begin
  call test.given(who, format($q$ select set_config('test.%s', (crm.changes(%s)).position, true) $q$, what, args));
end
$$;


-- a position

call pg_temp.keep('alice', 'start');
select test.reads('alice', pg_temp.page('start'), '(0,f)', 'nothing has changed since the present position, where history is empty');

call pg_temp.happened('10', 'contract', 'acme_draft');
select test.reads(who, pg_temp.since('start'), 'acme_draft', format('%s reads what changed since a position', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads('alice', $$ select (cardinality(entries), has_more) from crm.changes() $$, '(0,f)',
  'without a position there are no entries, and nothing more');

call pg_temp.keep('alice', 'ten');
select test.reads('alice', pg_temp.page('ten'), '(0,f)', 'nothing has changed since the position of now');
call pg_temp.keep('alice', 'read', $$current_setting('test.start')$$);
select test.reads('alice', pg_temp.page('read'), '(0,f)', 'the position of a page is that after its entries');


-- what a page holds

call pg_temp.happened('20', 'client', 'acme');
call pg_temp.happened('20', 'payment', 'deposit', 'insert');
call pg_temp.happened('15', 'event', 'gala');
call pg_temp.happened('20', 'note', 'caterer');
call pg_temp.happened('21', 'client', 'acme');
select test.reads('alice', pg_temp.since('ten'), 'gala, deposit, caterer, acme',
  'records are in the order of transactions, each once, at its last change');
select test.reads('chloe', pg_temp.since('ten', $$, 1000, array['client', 'note']$$), 'caterer, acme',
  'a page may hold some kinds of record alone');
select test.reads('alice', pg_temp.page('ten', ', 2'), '(2,t)', 'a page says that there are more');
call pg_temp.keep('alice', 'two', $$current_setting('test.ten'), 2$$);
select test.reads('alice', pg_temp.since('two', ', 2'), 'deposit, caterer', 'the next page follows');
call pg_temp.keep('alice', 'four', $$current_setting('test.two'), 2$$);
call pg_temp.happened('30', 'contract', 'acme_draft');
select test.reads('alice', pg_temp.since('four', ', 2'), 'acme', 'what changes while pages are read comes after them');
call pg_temp.keep('alice', 'five', $$current_setting('test.four'), 2$$);
select test.reads('alice', pg_temp.since('five', ', 2'), 'acme_draft', 'and it comes');
select test.reads('alice', format($$ select string_agg(to_jsonb(entry)::text, ' ') from unnest((crm.changes(current_setting('test.five'))).entries) entry $$),
  format('{"record": "contract", "row_id": %1$s, "note_id": null, "event_id": null, "client_id": null, "changed_at": %2$s, "is_deleted": false, "payment_id": null, "contract_id": %1$s, "employee_id": null}',
    test.id('acme_draft'), to_jsonb(now())), 'an entry names the record, and when it was changed');


-- deletions, and what the reader may not see

call pg_temp.keep('alice', 'sales');
call pg_temp.keep('emma', 'management');
call pg_temp.happened('40', 'event', 'picnic', 'insert');
call pg_temp.happened('41', 'employee', 'basile');
alter table crm.event disable trigger user;  -- which would write this transaction into history, latest of all
call test.given('emma', $$ delete from crm.event where id = test.id('picnic') $$);
alter table crm.event enable trigger user;
select test.reads('emma', pg_temp.since('management'), 'picnic deleted, basile',
  'management is told of employees, and a record that is gone is deleted');
select test.reads(who, pg_temp.since('sales'), 'picnic deleted', format('%s are not told of employees, whose history they do not read', test.department_of(who)))
from unnest(array['alice', 'chloe']) who;
select test.reads('alice', pg_temp.page('sales', $$, 50, array['employee']$$), '(0,f)', 'nor when they ask for them');
create policy hide_acme on crm.client as restrictive for select to epic_sales using (id <> test.id('acme'));
select test.reads('alice', pg_temp.since('five', $$, 50, array['client']$$), '', 'what did not change is not there');
call pg_temp.happened('42', 'client', 'acme');
select test.reads('alice', pg_temp.since('sales'), 'picnic deleted, acme deleted', 'a record that a policy hides from the reader is deleted for them');
select test.reads('chloe', pg_temp.since('sales'), 'picnic deleted, acme', 'and for no one else');
drop policy hide_acme on crm.client;


-- positions that are none, or expired

create function pg_temp.altered(whose text, path text[], value jsonb) returns text
language sql
return format('select crm.changes(%L)', encode(convert_to(
  jsonb_set(convert_from(decode(current_setting('test.' || whose), 'base64'), 'utf8')::jsonb, path, value)::text, 'utf8'), 'base64'));

select test.rejects_with_data('alice', format('select crm.changes(%L)', position), '23514', 'position_is_known', 'after', null,
  'That is no position of changes.', format('%s is refused as a position', title))
from (values
  ('', 'an empty text'), ('105', 'a number'), ('bm8=', 'a text'), ('bnVsbA==', 'null'), ('W10=', 'a list'),
  (repeat('e30=', 6000), 'a text of 24,000 characters')) wrong (position, title);
select test.rejects_with_data('alice', pg_temp.altered('sales', path, value), '23514', 'position_is_known', 'after', null,
  'That is no position of changes.', format('a position whose %s is wrong is refused', path[1]))
from (values
  (array['seen'], '"5:4:"'::jsonb), (array['upTo'], '"7:8:"'), (array['after'], '["1", "x"]'), (array['latest'], '[]'), (array['since'], '"soon"')
) wrong (path, value);
select test.rejects_with_data('alice', pg_temp.altered('sales', path, value), 'EP410', 'position_expired', 'after', null,
  'What has changed since this position is no longer known.', title)
from (values
  (array['database'], '"00000000"'::jsonb, 'a position of another database is expired'),
  (array['latest'], '["30", "999999"]', 'a position of an entry that is not there is expired'),
  (array['latest'], '["31", "1"]', 'a position of an entry of another transaction is expired')
) gone (path, value, title);
call pg_temp.keep('emma', 'later');
call pg_temp.happened('50', 'employee', 'basile');
call pg_temp.keep('emma', 'of_employee');
select test.rejects('chloe', $$ select crm.changes(current_setting('test.of_employee')) $$, 'EP410',
  'What has changed since this position is no longer known.', 'a position whose entry the reader may not read is expired');
select test.hints('chloe', $$ select crm.changes(current_setting('test.of_employee')) $$,
  'Start again: ask for changes without a position, read all records, then go on from the position that you were given.',
  'an expired position says how to start again');

insert into audit.change (transaction_id, record, row_id, action, old_values)
values ('60', 'history', 0, 'prune', jsonb_build_object('rows', 7, 'before', now() - interval '2 days'));
select test.reads('alice', pg_temp.page('sales'), '(2,f)', 'a position younger than what was pruned is good, and a pruning is no entry');
insert into audit.change (transaction_id, record, row_id, action, old_values)
values ('61', 'history', 0, 'prune', jsonb_build_object('rows', 7, 'before', now() - interval '1 hour'));
select test.rejects(who, format('select crm.changes(current_setting(%L))', 'test.' || whose), 'EP410',
  'What has changed since this position is no longer known.', title)
from (values
  ('alice', 'sales', 'a position before what was pruned is expired'),
  ('alice', 'start', 'a position before all history is expired once some was pruned'),
  ('alice', 'two',   'a position within pages is expired when what they read was pruned')) old (who, whose, title);


-- limits

select test.rejects_with_data('alice', format('select crm.changes(null, %s)', most), '23514', 'page_size', 'first', null,
  format('A page has 1 to 1,000 changes: first cannot be %s.', most), format('a page of %s is refused', most))
from unnest(array[0, -1, 1001]) most;
select test.forbids('anonymous', 'select crm.changes()', 'an anonymous request reads no changes');
select is(
  (select string_agg(tgrelid::regclass::text, ', ' order by tgrelid::regclass::text) from pg_trigger
   where tgfoid = 'audit.record_change()'::regprocedure and tgname like '%_insert'),
  (select string_agg('crm.' || kind[1], ', ' order by kind[1])
   from regexp_matches(col_description('crm.change'::regclass, 1), '^- `(\w+)`', 'gn') kind),
  'every record with a history has changes');

select * from finish();
rollback;
