-- Idempotency keys: a request that is sent again, because its answer was lost, changes nothing more and is answered as the
-- first time.
--
-- A key is claimed in the transaction of its mutation: it is there if the mutation was committed, and if it was not, it is
-- not there. A second request with the key waits, at the primary key, until the transaction of the first has ended.


create or replace function crm_private.idempotency_retention() returns interval
language sql immutable parallel safe
return interval '1 day';
comment on function crm_private.idempotency_retention() is
  'How long an idempotency key is kept.';


create or replace function crm_private.claim_idempotency_key(
  key_hash bytea, field integer, fingerprint bytea, out is_repeated boolean, out answer json)
language plpgsql volatile security definer  -- no employee reads or writes the keys
set search_path = ''
as $$
declare
  me      constant integer := crm.current_employee_id();
  program constant text    := coalesce(identity.current_service_account(), '');
  earlier crm_private.idempotency_key;
begin
  if me is null then
    raise insufficient_privilege using constraint = 'no_session', message = 'This is done in a session only.';
  end if;

  begin
    insert into crm_private.idempotency_key as known (employee_id, service_account, key_hash, field, fingerprint)
    values (me, program, claim_idempotency_key.key_hash, claim_idempotency_key.field, claim_idempotency_key.fingerprint)
    on conflict on constraint idempotency_key_pkey do update
    set fingerprint = excluded.fingerprint, answer = null, created_at = now()
    where known.created_at <= now() - crm_private.idempotency_retention();
  exception when lock_not_available then
    raise exception using errcode = 'EP409',
      constraint = 'request_in_progress', message = 'A request with this idempotency key is still running.',
      hint = 'Send it again in a moment, with the same key.';
  end;
  is_repeated := not found;
  if not is_repeated then
    return;
  end if;

  select * into earlier
  from crm_private.idempotency_key known
  where known.employee_id = me
    and known.service_account = program
    and known.key_hash = claim_idempotency_key.key_hash
    and known.field = claim_idempotency_key.field;
  if earlier.fingerprint <> claim_idempotency_key.fingerprint then
    raise exception using errcode = 'EP409',
      constraint = 'idempotency_key_reused', message = 'This idempotency key belongs to another request.',
      hint = 'Send each request with a key of its own.';
  end if;
  if earlier.answer is null then
    raise exception using errcode = 'EP409',
      constraint = 'answer_not_kept', message = 'This request was received before, and its answer is not kept.',
      hint = 'Look at what has become of it before you send it again, with another key.',
      detail = jsonb_build_object('since', earlier.created_at);
  end if;
  answer := earlier.answer;
end
$$;
comment on function crm_private.claim_idempotency_key(bytea, integer, bytea, out boolean, out json) is
  'Claims a key of the caller for a mutation of this transaction; or says that it is a repetition, and what was answered. Waits for a transaction that has claimed it, for as long as lock_timeout. Raises EP409 when that takes longer (request_in_progress), when the key was used for another request (idempotency_key_reused), and when the answer is not kept (answer_not_kept).';


create or replace function crm_private.keep_answer(key_hash bytea, field integer, answer json) returns void
language plpgsql volatile security definer  -- as above
set search_path = ''
as $$
begin
  update crm_private.idempotency_key known
  set answer = keep_answer.answer
  where known.employee_id = crm.current_employee_id()
    and known.service_account = coalesce(identity.current_service_account(), '')
    and known.key_hash = keep_answer.key_hash
    and known.field = keep_answer.field
    and known.created_at = now()  -- claimed in this transaction
    and octet_length(keep_answer.answer::text) <= 65536;
end
$$;
comment on function crm_private.keep_answer(bytea, integer, json) is
  'Keeps what a mutation of this transaction returned, unless that is longer than 64 kB.';


create or replace function crm_private.release_idempotency_key(key_hash bytea, field integer) returns void
language plpgsql volatile security definer  -- as above
set search_path = ''
as $$
begin
  update crm_private.idempotency_key known
  set created_at = '-infinity'  -- as if it had expired
  where known.employee_id = crm.current_employee_id()
    and known.service_account = coalesce(identity.current_service_account(), '')
    and known.key_hash = release_idempotency_key.key_hash
    and known.field = release_idempotency_key.field
    and known.answer is null;
end
$$;
comment on function crm_private.release_idempotency_key(bytea, integer) is
  'Gives back a key of the caller whose mutation has changed nothing.';


create or replace function crm_private.forget_idempotency_keys() returns integer
language plpgsql volatile security definer  -- the worker reads no keys
set search_path = ''
as $$
declare
  forgotten integer;
begin
  delete from crm_private.idempotency_key
  where created_at <= now() - crm_private.idempotency_retention();
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
comment on function crm_private.forget_idempotency_keys() is
  'Forgets the idempotency keys that are a day old, and returns how many. The servers call it every minute.';
