-- dba.index_use: why each index is there.

begin;
set local search_path = tap, public;
select plan(5);

create function pg_temp.used_by(name text) returns text
language sql
return (select array_to_string(used_by, ', ') from dba.index_use where index = name);

select is(pg_temp.used_by('contract_pkey'), 'primary key', 'an index of a primary key is used by it');
select is(pg_temp.used_by('notification_recipient_id_idx'),
  'foreign key notification_recipient_id_fkey, policy employee_mark_own, policy employee_read_own',
  'an index is used by the foreign key and the policies that look for its first column');

create index trial_idx on crm.client (company_name) where erased_at is null;
select is((select (definition, enforces, used_by, serves, scans)::text from dba.index_use where index = 'trial_idx'),
  '("(company_name) where erased_at is null",f,{},,0)',
  'an index that no object uses, and that has no comment, is listed as such');
comment on index crm.trial_idx is 'Serves a trial.';
select is((select serves from dba.index_use where index = 'trial_idx'), 'Serves a trial.',
  'what an index serves is its comment');
select is((select bytes from dba.index_use where index = 'trial_idx'), pg_relation_size('crm.trial_idx'),
  'the size of an index is in bytes');

select * from finish();
rollback;
