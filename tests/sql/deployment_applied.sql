-- deployment.applied: deployments read and write it as epic_owner; no other role has access.

begin;
set local search_path = tap, public;
select plan(12);
call test.load_company();

select test.has_structure('deployment.applied',
  array['PRIMARY KEY (name)'],
  'name, digest');

select test.forbids(who, statement, format('%s has no right to: %s', who, statement))
from unnest(array['alice', 'chloe', 'emma', 'anonymous']) who,
     unnest(array['select from deployment.applied', 'delete from deployment.applied']) statement;

select test.results_in('owner', $$ insert into deployment.applied (name, digest) values ('a file', 'a digest') $$,
  $$ select digest from deployment.applied where name = 'a file' $$, 'a digest', 'a deployment records what it has applied');
select test.reads('owner', $$ select count(*) = 1 from deployment.applied where name = 'release' $$, 'true',
  'a deployment looks up what was applied before');
select test.results_in('owner', 'delete from deployment.applied', 'select count(*) from deployment.applied', '0',
  'a deployment removes what was recorded before');

select * from finish();
rollback;
