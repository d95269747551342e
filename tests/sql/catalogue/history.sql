-- The triggers of history: every table of crm has them, and no other.

begin;
set local search_path = tap, public;
select plan(7);

create function pg_temp.without_history() returns setof text
language sql
begin atomic
  select format('%s: %s', relation.oid::regclass, missing)
  from pg_class relation
  cross join (values
    ('insert', 'audit.record_change'::regproc, 4),
    ('delete', 'audit.record_change', 8),
    ('update', 'audit.record_change', 16),
    ('truncate', 'audit.refuse_truncate', 2 + 32)) wanted (missing, function, kind)
  where relation.relnamespace = 'crm'::regnamespace
    and relation.relkind in ('r', 'p')
    and relation.relname <> 'notification'  -- its history would show everyone who reads what
    and not exists (
      select from pg_trigger
      where tgrelid = relation.oid and tgfoid = wanted.function and tgtype = wanted.kind
        and tgenabled = 'A' and tgqual is null and tgattr = '');
end;

select is_empty('select pg_temp.without_history()',
  'every table of crm records insert, update and delete in history, and refuses truncate');
call test.given('dba', 'create table crm.trial (id integer); alter table crm.trial owner to epic_owner');
select set_eq('select pg_temp.without_history()', array['crm.trial: insert', 'crm.trial: delete', 'crm.trial: update', 'crm.trial: truncate'],
  'a table without history triggers would be found');
call test.given('owner', 'call audit.track(''crm.trial'')');
select is_empty('select pg_temp.without_history()', 'audit.track gives a table its history triggers');
call test.given('dba', 'drop table crm.trial');
call test.given('dba', 'alter table crm.payment enable trigger payment_90_record_update');
select set_eq('select pg_temp.without_history()', array['crm.payment: update'],
  'a history trigger that session_replication_role could switch off would be found');
call test.given('dba', 'alter table crm.payment enable always trigger payment_90_record_update');

select is_empty($$ select from pg_trigger where tgrelid = 'crm.notification'::regclass and tgfoid = 'audit.record_change'::regproc $$,
  'notifications have no history, which would show who reads what');
select is_empty($$ select tgrelid::regclass from pg_trigger join pg_class on pg_class.oid = tgrelid
                   where tgfoid = 'audit.record_change'::regproc and relnamespace <> 'crm'::regnamespace $$,
  'only tables of crm have history triggers, and credentials, sessions and tokens have none');
select is_empty($$ select attrelid::regclass, attname from pg_attribute join pg_class on pg_class.oid = attrelid
                   where relnamespace = 'crm'::regnamespace and attname ~ 'password|hash|token|secret|salt' $$,
  'no column of crm is named like a secret');

select * from finish();
rollback;
