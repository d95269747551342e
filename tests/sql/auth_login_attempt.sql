-- auth.login_attempt: its structure.

begin;
set local search_path = tap, public;
select plan(1);


select test.has_structure('auth.login_attempt',
  array['PRIMARY KEY (account, address)'],
  'account, address, failures, last_attempt_at');

select * from finish();
rollback;
