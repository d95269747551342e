-- What a server asks in order to know whether the database is as new as itself: anybody may, without a session.

begin;
set local search_path = tap, public;
select plan(4);
call test.open_the_company();

select test.reads('stranger', $$ select auth.deployed_migration() ~ '^[0-9]{6}' $$, 'true',
  'the last migration that was applied');

call test.given('dba', format('comment on schema dba is %L', 'Tools. Made from files with the digest ' || repeat('0a', 32) || '.'));
select test.reads('stranger', $$ select auth.deployed_policies() $$, repeat('0a', 32),
  'the digest that the last deployment left in the comment of schema dba');

call test.given('dba', $$ comment on schema dba is 'Tools.' $$);
select test.reads('stranger', $$ select coalesce(auth.deployed_policies(), 'unknown') $$, 'unknown',
  'no digest where none was left');

call test.given('dba', 'drop schema dba cascade');
select test.reads('stranger', $$ select coalesce(auth.deployed_policies(), 'unknown') $$, 'unknown',
  'and none where the schema is gone');

select * from finish();
rollback;
