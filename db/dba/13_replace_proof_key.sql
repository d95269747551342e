-- Replacing the key with which claims are proven.

create procedure dba.replace_proof_key()
language sql
set search_path = ''
as $$
  update identity.proof_key set inner_key = default, outer_key = default, created_at = now()
$$;
comment on procedure dba.replace_proof_key() is
  'Draws a new key for the proofs of claims. Call it when a backup was stolen, or restored for others to use: a key that someone has read proves whatever they like. Transactions that are under way lose their session and fail once.';
