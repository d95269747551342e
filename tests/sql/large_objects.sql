-- Large objects, which ask no policy: PostgreSQL lets every role make them, and this database lets none.

begin;
set local search_path = tap, public;
select plan(12);
call test.load_company();

select test.rejects(who, format('select %s', call), '42501',
  format('permission denied for function %s', split_part(call, '(', 1)),
  format('%s makes no large object by %s', name, split_part(call, '(', 1)))
from (values ('authenticator', 'the API''s login'),
             ('worker',        'the job queue''s login'),
             ('anonymous',     'an anonymous request'),
             ('emma',          'management')) caller (who, name),
     unnest(array['lo_creat(-1)', 'lo_create(0)', $$lo_from_bytea(0, 'much')$$]) call;

select * from finish();
rollback;
