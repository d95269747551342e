-- identity.deployed_release: what a server asks to compare the deployed release with its own.

begin;
set local search_path = tap, public;
select plan(4);
call test.load_company();

select test.reads('anonymous', $$ select migration ~ '^[0-9]{6}' from identity.deployed_release() $$, 'true',
  'a request without a session reads the file name of the last migration');

call test.given('dba', format('update deployment.applied set digest = %L where name = %L', repeat('0a', 32), 'release'));
select test.reads('anonymous', $$ select digest from identity.deployed_release() $$, repeat('0a', 32),
  'a request without a session reads the digest that the last deployment recorded');

call test.given('dba', $$ delete from deployment.applied $$);
select test.reads('anonymous', $$ select coalesce(digest, 'unknown') from identity.deployed_release() $$, 'unknown',
  'the digest is null where no deployment has recorded one');

select test.rejects('anonymous', $$ select from deployment.applied $$, '42501', 'permission denied for schema deployment',
  'a request without a session reads nothing else of what was deployed');

select * from finish();
rollback;
