-- Service accounts: programs that act for an employee, and prove who they are with an assertion (RFC 7523).
--
-- An assertion is a JWT that the program signs with its private key: RS256, good for five minutes at most, for one
-- session. The signature is verified here and not by the API, so that a thief of the API's login opens no session
-- without one. PostgreSQL can: verifying RSA takes 17 multiplications of numeric.


-- The signature: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.2).


create or replace function identity.big_integer(bytes bytea) returns numeric
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  value numeric := 0;
begin
  for position in 0 .. length(bytes) - 1 loop
    value := value * 256 + get_byte(bytes, position);
  end loop;
  return value;
end
$$;
comment on function identity.big_integer(bytea) is
  'Bytes as a number, big-endian, without a sign.';


create or replace function identity.rs256_expected(message text, size integer) returns bytea
language sql immutable strict parallel safe
set search_path = ''
return decode(
  '0001' || repeat('ff', size - 54) || '00'
  || '3031300d060960864801650304020105000420'  -- DigestInfo of SHA-256
  || encode(sha256(convert_to(message, 'UTF8')), 'hex'), 'hex');
comment on function identity.rs256_expected(text, integer) is
  'What a signature of a message must give, raised to the public exponent: the padded digest, as many bytes as the key has.';


create or replace function identity.rs256_is_valid(message text, signature bytea, modulus bytea) returns boolean
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  n constant numeric := identity.big_integer(modulus);
  s constant numeric := identity.big_integer(signature);
  power      numeric := s;
begin
  for squaring in 1 .. 16 loop
    power := power * power % n;
  end loop;
  power := power * s % n;  -- s to the power of 65537

  return length(signature) = length(modulus)
    and s < n
    and power = identity.big_integer(identity.rs256_expected(message, length(modulus)));
end
$$;
comment on function identity.rs256_is_valid(text, bytea, bytea) is
  'Whether a signature of a message was made with the private key of an RSA modulus, whose exponent is 65537. The whole padded digest is compared: nothing in it is parsed.';


create or replace function identity.decode_base64url(encoded text) returns bytea
language sql immutable strict parallel safe
set search_path = ''
return decode(rpad(translate(encoded, '-_', '+/'), (length(encoded) + 3) / 4 * 4, '='), 'base64');
comment on function identity.decode_base64url(text) is
  'Bytes in the encoding of a JWT.';


create or replace function identity.read_assertion(
  assertion text, out signed text, out header jsonb, out claims jsonb, out signature bytea)
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  parts constant text[] := regexp_match(left(assertion, 4097), '^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$');
begin
  if length(assertion) > 4096 then
    return;
  end if;
  header    := convert_from(identity.decode_base64url(parts[1]), 'UTF8')::jsonb;
  claims    := convert_from(identity.decode_base64url(parts[2]), 'UTF8')::jsonb;
  signature := identity.decode_base64url(parts[3]);
  signed    := parts[1] || '.' || parts[2];
exception when data_exception then  -- neither base64url, nor UTF-8, nor JSON
  header := null;
  claims := null;
  signature := null;
end
$$;
comment on function identity.read_assertion(text) is
  'The parts of a JWT, not verified; nulls where it is none, or longer than 4096 characters.';


-- Opening a session. The reason of a refusal is for the server's log: the program is told none.


create or replace function identity.authenticate_service(
  assertion text, access_secret_hash bytea, user_agent text, ip_address inet,
  out outcome text, out service_account text, out session_id uuid, out employee_id integer, out department text,
  out access_token_expires_at timestamptz, out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  presented record;
  account   identity.service_account;
  owner     crm.employee;
  is_signed boolean;
  now_s     numeric;
begin
  select * into presented from identity.read_assertion(assertion);
  service_account := left(presented.claims ->> 'iss', 63);

  retry_at := identity.begin_attempt(coalesce(service_account, ''), authenticate_service.ip_address);
  if retry_at is not null then
    outcome := 'locked';
    return;
  end if;

  -- The lock makes the assertions of an account wait for one another; the time is read after it, so that one that has
  -- not expired is still known if it was used.
  select * into account from identity.service_account where name = presented.claims ->> 'iss' for no key update;
  select * into owner from crm.employee where id = account.owner_id;
  now_s := extract(epoch from clock_timestamp());
  -- for an unknown account as much is computed as for a known one
  is_signed := identity.rs256_is_valid(presented.signed, presented.signature, coalesce(account.modulus, decode(repeat('ff', 256), 'hex')));

  if presented.claims is null then
    outcome := 'malformed';
  elsif presented.header ->> 'alg' is distinct from 'RS256' or presented.header ? 'crit' then
    outcome := 'algorithm';
  elsif account.name is null then
    outcome := 'account_unknown';
  elsif not is_signed then
    outcome := 'signature';
  elsif presented.claims ->> 'sub' is distinct from account.name then
    outcome := 'subject';
  elsif not coalesce(presented.claims -> 'aud' @> to_jsonb(account.audience), false) then
    outcome := 'audience';
  elsif jsonb_typeof(presented.claims -> 'exp') is distinct from 'number' then
    outcome := 'expiry_missing';
  elsif (presented.claims ->> 'exp')::numeric <= now_s then
    outcome := 'expired';
  elsif (presented.claims ->> 'exp')::numeric > now_s + 300 then
    outcome := 'expiry_too_late';
  elsif presented.claims ? 'nbf' and not coalesce(
    jsonb_typeof(presented.claims -> 'nbf') = 'number' and (presented.claims ->> 'nbf')::numeric <= now_s + 60, false)
  then
    outcome := 'not_yet_valid';
  elsif jsonb_typeof(presented.claims -> 'jti') is distinct from 'string' then
    outcome := 'id_missing';
  elsif account.revoked_at is not null then
    outcome := 'account_revoked';
  elsif account.expires_at <= clock_timestamp() then
    outcome := 'account_expired';
  elsif not owner.active then
    outcome := 'owner_deactivated';
  else
    delete from identity.used_assertion used where used.service_account = account.name and used.expires_at < now();
    insert into identity.used_assertion as used (service_account, id_hash, expires_at)
    values (account.name, sha256(convert_to(presented.claims ->> 'jti', 'UTF8')), to_timestamp((presented.claims ->> 'exp')::double precision))
    on conflict on constraint used_assertion_pkey do nothing;
    outcome := case when found then 'ok' else 'replayed' end;
  end if;

  perform identity.count_attempt(coalesce(service_account, ''), authenticate_service.ip_address, succeeded => outcome = 'ok');
  if outcome <> 'ok' then
    return;
  end if;

  delete from identity.session where session.service_account = account.name and session.expires_at < now();
  insert into identity.session (employee_id, service_account, user_agent, read_only, expires_at, ends_at)
  select owner.id, account.name, left(authenticate_service.user_agent, 200), account.read_only, until, until
  from (select least(now() + interval '15 minutes', account.expires_at) as until) session
  returning id, expires_at into session_id, access_token_expires_at;
  perform identity.issue_access_token(authenticate_service.session_id, authenticate_service.access_secret_hash);
  update identity.service_account set last_used_at = now() where name = account.name;
  employee_id := owner.id;
  department := owner.department;
end
$$;
comment on function identity.authenticate_service(text, bytea, text, inet) is
  'Opens a session of a service account for an assertion that the program has signed: as its owner, for reading only if the account is, of fifteen minutes and without a refresh token. Outcome: ok; locked, until retry_at; otherwise the reason of the refusal, for the log alone. A failure returns rather than raises, since the count of failures must be committed.';


create or replace function identity.current_service_account() returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return case when identity.in_session() then nullif(current_setting('jwt.claims.service_account', true), '') end;
end
$$;
comment on function identity.current_service_account() is
  'The service account whose session this is; null in the session of an employee who logged in, and outside a session.';


create or replace function identity.require_person() returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if identity.current_service_account() is not null then
    raise exception using errcode = 'EP403',
      constraint = 'no_program', message = 'A program manages neither the password nor the second factor of its owner.';
  end if;
end
$$;
comment on function identity.require_person() is
  'Raises EP403 in the session of a service account. For functions by which people manage what they log in with.';


-- Creating and revoking.


create or replace function identity.create_service_account(
  name text, owner_email text, modulus bytea, audience text, read_only boolean, expires_at timestamptz)
returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  owner crm.employee;
begin
  select * into owner from crm.employee where lower(email) = lower(btrim(owner_email)) and active;
  if owner.id is null then
    raise no_data_found using
      constraint = 'service_account_owner', column = 'owner_email',
      message = format('There is no active employee with %s.', owner_email);
  end if;
  if create_service_account.expires_at <= now() then
    raise invalid_parameter_value using
      constraint = 'service_account_expires_later', column = 'expires_at',
      message = 'The service account would have expired already.';
  end if;

  insert into identity.service_account as account (name, owner_id, modulus, audience, read_only, expires_at)
  values (create_service_account.name, owner.id, create_service_account.modulus, create_service_account.audience,
          create_service_account.read_only, create_service_account.expires_at)
  on conflict on constraint service_account_pkey do update
  set owner_id = excluded.owner_id, modulus = excluded.modulus, audience = excluded.audience, read_only = excluded.read_only,
      created_at = excluded.created_at, last_used_at = null, expires_at = excluded.expires_at, revoked_at = null
  where account.revoked_at is not null or account.expires_at <= now();
  if not found then
    raise unique_violation using
      constraint = 'service_account_pkey', column = 'name',
      message = format('There is a service account %s already.', create_service_account.name);
  end if;
end
$$;
comment on function identity.create_service_account(text, text, bytea, text, boolean, timestamptz) is
  'Creates a service account of an active employee, with the RSA modulus of its public key; one that was revoked or has expired gives its name back. For operators, as epic_owner.';


create or replace function identity.service_account_record() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  before text := case when new.revoked_at is not null then new.name end;
  after  text := case when new.revoked_at is null     then new.name end;
begin
  insert into audit.change (record, row_id, action, old_values, new_values)
  values ('employee', new.owner_id, 'update', jsonb_build_object('service_account', before), jsonb_build_object('service_account', after));
  return null;
end
$$;

create or replace trigger service_account_90_record
  after insert or update of revoked_at on identity.service_account
  for each row execute function identity.service_account_record();
comment on trigger service_account_90_record on identity.service_account is
  'A service account that is created or revoked is in the history of its owner.';


create or replace function identity.service_account_end_sessions() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update identity.session set revoked_at = now() where service_account = new.name and revoked_at is null;
  return null;
end
$$;

create or replace trigger service_account_30_end_sessions
  after update of revoked_at on identity.service_account
  for each row when (new.revoked_at is not null)
  execute function identity.service_account_end_sessions();
comment on trigger service_account_30_end_sessions on identity.service_account is
  'Revoking a service account ends its sessions.';


-- The operator gave the program the rights that its owner had. It neither keeps nor changes them silently.
create or replace function identity.revoke_service_accounts() returns trigger
language plpgsql  -- with the rights of who deactivates or moves: management revokes any service account
set search_path = ''
as $$
begin
  update identity.service_account set revoked_at = now() where owner_id = new.id and revoked_at is null;
  return null;
end
$$;

create or replace trigger employee_30_revoke_service_accounts
  after update of active, department on crm.employee
  for each row when (old.active and not new.active or old.department <> new.department)
  execute function identity.revoke_service_accounts();
comment on trigger employee_30_revoke_service_accounts on crm.employee is
  'Deactivating an employee, or moving them to another department, revokes the service accounts that act for them.';


create or replace view crm.service_account with (security_invoker) as
select name, owner_id, read_only, created_at, last_used_at, expires_at
from identity.service_account
where revoked_at is null
  and (expires_at is null or expires_at > now());
comment on view   crm.service_account              is 'Programs that act for an employee: the service accounts that are neither revoked nor expired.';
comment on column crm.service_account.name         is 'What the program is called; names it to `revokeServiceAccount`.';
comment on column crm.service_account.owner_id     is 'The employee as whom it acts.';
comment on column crm.service_account.read_only    is 'Whether it only reads.';
comment on column crm.service_account.created_at   is 'When an operator created it.';
comment on column crm.service_account.last_used_at is 'When it last opened a session.';
comment on column crm.service_account.expires_at   is 'Until when it is good; null: until it is revoked.';


create or replace function crm.revoke_service_account(name text) returns crm.service_account
language plpgsql volatile security invoker  -- the policies of identity.service_account decide
set search_path = ''
as $$
declare
  ended crm.service_account;
begin
  select * into ended from crm.service_account where service_account.name = revoke_service_account.name;
  update identity.service_account set revoked_at = now() where service_account.name = ended.name;
  if not found then
    raise no_data_found using
      constraint = 'service_account_is_valid', column = 'name',
      message = format('You see no service account %s, or it has ended already.', revoke_service_account.name);
  end if;
  return ended;
end
$$;
comment on function crm.revoke_service_account(text) is
  'Revokes a service account for good: its sessions end at once, and it opens no other.';
