-- The triggers of audit.change: what they let a DBA change by hand, and what they refuse.

begin;
set local search_path = tap, public;
select plan(5);
call test.load_company();

insert into audit.change (record, row_id, action, new_values) values
  ('client', test.id('acme'), 'update', '{"full_name": "Anaïs"}'),
  ('client', test.id('paul'), 'update', '{"full_name": "Paul"}'),
  ('employee', test.id('acme'), 'update', '{"full_name": "Alice"}');
insert into audit.change (changed_at, record, row_id, action)
  values (now() - interval '3 years', 'client', test.id('acme'), 'insert');

create function pg_temp.redact(client text, record text default 'client') returns text
language sql
return format($$ update audit.change set new_values = audit.redact(record, new_values)
                 where record = %L and row_id = test.id(%L) and new_values is not null $$, record, client);


-- redacting a client

select test.rejects('dba', pg_temp.redact('acme'),
  '23514', format('History is not rewritten: entry %s, about client %s, stays as it is.', id, row_id),
  'the history of a client who was not erased cannot be redacted')
from audit.change where record = 'client' and row_id = test.id('acme') and new_values is not null;

call test.given('emma', $$ select crm.erase_client(test.id('acme'), confirm => true) $$);
select test.rejects('dba', pg_temp.redact('paul'),
  '23514', format('History is not rewritten: entry %s, about client %s, stays as it is.', id, row_id),
  'the history of one client cannot be redacted because another was erased')
from audit.change where record = 'client' and row_id = test.id('paul') and new_values is not null;
select test.rejects('dba', pg_temp.redact('acme', 'employee'),
  '23514', format('History is not rewritten: entry %s, about employee %s, stays as it is.', id, row_id),
  'the history of an employee with the id of an erased client cannot be redacted')
from audit.change where record = 'employee';
select test.results_in('dba', pg_temp.redact('acme'),
  $$ select count(*) from audit.change where new_values ->> 'full_name' = 'Anaïs' $$, '0',
  'the history of an erased client can be redacted');


-- pruning

select test.results_in('dba', $$
    insert into audit.change (record, row_id, action, old_values)
      values ('history', 0, 'prune', jsonb_build_object('rows', 1, 'before', now() - interval '2 years'));
    insert into audit.change (record, row_id, action) values ('client', 0, 'insert'), ('history', 1, 'insert');
    delete from audit.change where changed_at < now() - interval '2 years' $$,
  $$ select count(*) from audit.change where changed_at < now() - interval '2 years' $$, '0',
  'old history can be deleted with a trace, even if changes were recorded after the trace');

select * from finish();
rollback;
