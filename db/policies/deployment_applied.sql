-- deployment.applied: what was deployed. Deployments read and write it as epic_owner; no other role has access.

call dba.close_table('deployment.applied');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on deployment.applied
  for select to epic_owner
  using (true);
comment on policy owner_read_all on deployment.applied is
  'A deployment, and identity.deployed_release, look up what was deployed.';

create policy owner_create_any on deployment.applied
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on deployment.applied is
  'A deployment records what it has applied.';

create policy owner_delete_any on deployment.applied
  for delete to epic_owner
  using (true);
comment on policy owner_delete_any on deployment.applied is
  'A deployment removes what it recorded before.';
