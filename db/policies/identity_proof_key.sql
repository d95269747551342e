-- identity.proof_key: the key with which the claims of a transaction are proven.
-- No role of the API reads or writes it; the functions of identity do.

call dba.close_table('identity.proof_key');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on identity.proof_key
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.proof_key is
  'Entering a session proves its claims, and every policy checks the proof.';

create policy owner_replace_any on identity.proof_key
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_replace_any on identity.proof_key is
  'dba.replace_proof_key replaces the key.';
