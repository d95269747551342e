-- deployment.applied: its structure.

begin;
set local search_path = tap, public;
select plan(1);


select test.has_structure('deployment.applied',
  array['PRIMARY KEY (name)'],
  'name, digest');

select * from finish();
rollback;
