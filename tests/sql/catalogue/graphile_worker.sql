-- The tables and functions of graphile_worker.

begin;
set local search_path = tap, public;
select plan(2);

select is_empty($$
    select oid::regclass from pg_class
    where relnamespace = 'graphile_worker'::regnamespace and relkind = 'r' and not relrowsecurity $$,
  'every table of the queue has row-level security');
select is_empty($$
    select oid::regprocedure from pg_proc
    where pronamespace = 'graphile_worker'::regnamespace
      and (has_function_privilege('public', oid, 'execute') or not 'search_path=""' = any (coalesce(proconfig, '{}'))) $$,
  'no function of the queue is executable by PUBLIC, and none depends on the search_path of its caller');

select * from finish();
rollback;
