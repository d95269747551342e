-- deployment.applied: deployments read and write it as epic_owner; no other role has access.

begin;
set local search_path = tap, public;
select plan(9);
call test.load_company();

select test.has_structure('deployment.applied',
  array['PRIMARY KEY (name)'],
  'name, digest');

select test.forbids(who, statement, format('%s has no right to: %s', who, statement))
from unnest(array['alice', 'chloe', 'emma', 'anonymous']) who,
     unnest(array['select from deployment.applied', 'delete from deployment.applied']) statement;

select * from finish();
rollback;
