-- History, worked on by hand: what its triggers let a DBA do, and what not, row by row.

begin;
set local search_path = tap, public;
select plan(5);
call test.open_the_company();

insert into audit.change (record, row_id, action, new_values) values
  ('client', test.id('acme'), 'update', '{"full_name": "Anaïs"}'),
  ('client', test.id('paul'), 'update', '{"full_name": "Paul"}'),
  ('employee', test.id('acme'), 'update', '{"full_name": "Alice"}');
insert into audit.change (changed_at, record, row_id, action)
  values (now() - interval '3 years', 'client', test.id('acme'), 'insert');

create function pg_temp.forget(client text, record text default 'client') returns text
language sql
return format($$ update audit.change set new_values = audit.redact_client(new_values)
                 where record = %L and row_id = test.id(%L) and new_values is not null $$, record, client);


-- taking a person out

select test.refuses('dba', pg_temp.forget('acme'),
  '23514', format('History is not rewritten: entry %s, about client %s, stays as it is.', id, row_id),
  'nobody is taken out of history who was not erased')
from audit.change where record = 'client' and row_id = test.id('acme') and new_values is not null;

call test.given('emma', $$ select crm.erase_client(test.id('acme'), confirm => true) $$);
select test.refuses('dba', pg_temp.forget('paul'),
  '23514', format('History is not rewritten: entry %s, about client %s, stays as it is.', id, row_id),
  'nor because somebody else was')
from audit.change where row_id = test.id('paul');
select test.refuses('dba', pg_temp.forget('acme', 'employee'),
  '23514', format('History is not rewritten: entry %s, about employee %s, stays as it is.', id, row_id),
  'nor an employee who has the id of a client that was')
from audit.change where record = 'employee';
select test.leaves('dba', pg_temp.forget('acme'),
  $$ select count(*) from audit.change where new_values ->> 'full_name' = 'Anaïs' $$, '0',
  'who was erased is');


-- pruning

select test.leaves('dba', $$
    insert into audit.change (record, row_id, action, old_values)
      values ('history', 0, 'prune', jsonb_build_object('rows', 1, 'before', now() - interval '2 years'));
    insert into audit.change (record, row_id, action) values ('client', 0, 'insert'), ('history', 1, 'insert');
    delete from audit.change where changed_at < now() - interval '2 years' $$,
  $$ select count(*) from audit.change where changed_at < now() - interval '2 years' $$, '0',
  'what is old goes with a trace, whatever was written after the trace');

select * from finish();
rollback;
