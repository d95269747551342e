-- Logging in, changing and resetting a password, and the limits on failed attempts.
--
-- A failed attempt counts three times:
--
--   one account from one address    5 in a row                slows down one person who mistypes
--   one account, every address     50 in a row                many addresses do not guess one password together
--   one address, every account    100, less one a minute      one address does not try one password on every account
--
-- A count that is full locks for 15 seconds, and each failure after that for twice as long, up to an hour. While a
-- lock holds, nothing is compared and nothing counted, so that it ends whatever others do.
--
-- A success forgets the failures of the account, here and everywhere, but not those of the address: an account of
-- one's own does not buy more guesses at others. An address from which the account has logged in during the last 30
-- days is not concerned by failures elsewhere: a person cannot be locked out of their own office.


create or replace function identity.email_digest(email text) returns bytea
language sql immutable strict parallel safe
return sha256(convert_to(lower(btrim(email)), 'UTF8'));
comment on function identity.email_digest(text) is
  'The key of identity.login_attempt for an address as typed.';


create or replace function identity.ip_digest(address inet) returns bytea
language sql immutable parallel safe
return sha256(convert_to(coalesce(host(case
  when family(address) = 4 then address
  when address << inet '::ffff:0.0.0.0/96' then inet '0.0.0.0' + (address - inet '::ffff:0.0.0.0')
  else network(set_masklen(address, 64))
end), 'unknown'), 'UTF8'));
comment on function identity.ip_digest(inet) is
  'The key of identity.login_attempt of a network address: of IPv6 the first 64 bits, since one subscriber has all 2⁶⁴ addresses behind them. All callers whose address is unknown share one key.';


create or replace function identity.attempt_counters(email text, ip_address inet)
returns table (account bytea, address bytea, threshold integer)
language sql immutable parallel safe
set search_path = ''
as $$
  select counter.account, counter.address, counter.threshold
  from (select identity.email_digest(coalesce(email, '')) as account, identity.ip_digest(ip_address) as address) typed
  cross join lateral (values
    (typed.account, typed.address, 5),
    (typed.account, ''::bytea,     50),
    (''::bytea,     typed.address, 100)
  ) counter (account, address, threshold)
$$;
comment on function identity.attempt_counters(text, inet) is
  'The three counters that an attempt belongs to, and the number of failures at which each locks.';


create or replace function identity.locked_until(email text, ip_address inet) returns timestamptz
language sql stable
set search_path = ''
as $$
  with attempt as (
    select attempt.*
    from identity.attempt_counters(email, ip_address) counter
    join identity.login_attempt attempt on attempt.account = counter.account and attempt.address = counter.address
  )
  select max(locked_until)
  from attempt
  where locked_until > clock_timestamp()
    and (address <> '' or not exists (select from attempt here where here.succeeded_at > now() - interval '30 days'))
$$;
comment on function identity.locked_until(text, inet) is
  'Until when logins to an account from an address are refused; null when they are not.';


create or replace function identity.begin_attempt(email text, ip_address inet) returns timestamptz
language plpgsql volatile
set search_path = ''
as $$
begin
  delete from identity.login_attempt old
  where (old.account, old.address) in (
    select attempt.account, attempt.address
    from identity.login_attempt attempt
    where attempt.last_attempt_at < now() - interval '1 day'
      and (attempt.succeeded_at is null or attempt.succeeded_at < now() - interval '30 days')
    for update skip locked);

  -- The rows stay locked for the rest of the transaction: attempts are counted one at a time. They are locked in a fixed
  -- order, which prevents deadlocks. The update changes nothing; it locks the row.
  insert into identity.login_attempt as attempt (account, address)
  select counter.account, counter.address
  from identity.attempt_counters(begin_attempt.email, begin_attempt.ip_address) counter
  order by counter.account, counter.address
  on conflict on constraint login_attempt_pkey do update set failures = attempt.failures;

  return identity.locked_until(begin_attempt.email, begin_attempt.ip_address);
end
$$;
comment on function identity.begin_attempt(text, inet) is
  'As identity.locked_until, and locks the counters: until the transaction ends, no other attempt at the account or from the address is compared.';


create or replace function identity.count_attempt(email text, ip_address inet, succeeded boolean) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  if succeeded then
    update identity.login_attempt attempt
    set failures = 0,
        locked_until = null,
        last_attempt_at = now(),
        succeeded_at = case when attempt.address <> '' then now() end
    from identity.attempt_counters(email, ip_address) counter
    where attempt.account = counter.account
      and attempt.address = counter.address
      and attempt.account <> '';
    return;
  end if;

  update identity.login_attempt attempt
  set failures = latest.failures,
      last_attempt_at = now(),
      locked_until = case when latest.failures >= latest.threshold
        then clock_timestamp()
          + least(interval '15 seconds' * 2 ^ least(floor(latest.failures) - latest.threshold, 20), interval '1 hour') end
  from (
    select counter.*,
      1 + case
        when before.last_attempt_at < now() - interval '1 day' then 0
        when before.account = '' then greatest(0, before.failures - extract(epoch from now() - before.last_attempt_at) / 60)
        else before.failures
      end as failures
    from identity.attempt_counters(email, ip_address) counter
    join identity.login_attempt before on before.account = counter.account and before.address = counter.address
  ) latest
  where attempt.account = latest.account
    and attempt.address = latest.address;
end
$$;
comment on function identity.count_attempt(text, inet, boolean) is
  'Counts a failed attempt and locks what has failed too often for a growing time, or forgets the failures of the account after a success.';


-- What is kept is not what logs in: of the hash that the API computes the database keeps a digest, so that who reads a
-- backup cannot present what is in it.
create or replace function identity.password_digest(password_hash text) returns text
language sql immutable strict parallel safe
return regexp_replace(password_hash, '[^$]*$', '') || encode(sha256(convert_to(password_hash, 'UTF8')), 'base64');
comment on function identity.password_digest(text) is
  'What is kept of a password hash in PHC string format: its algorithm, parameters and salt, and its SHA-256 in place of the hash.';

create or replace function identity.credential_keep_digest() returns trigger
language plpgsql security definer  -- no role calls identity.password_digest
set search_path = ''
as $$
begin
  new.password_hash := identity.password_digest(new.password_hash);
  return new;
end
$$;

create or replace trigger credential_10_keep_digest_of_new
  before insert on identity.credential
  for each row execute function identity.credential_keep_digest();
comment on trigger credential_10_keep_digest_of_new on identity.credential is
  'Of a password hash only a digest is kept.';

create or replace trigger credential_10_keep_digest
  before update of password_hash on identity.credential
  for each row when (new.password_hash <> old.password_hash)
  execute function identity.credential_keep_digest();
comment on trigger credential_10_keep_digest on identity.credential is
  'Of a password hash only a digest is kept.';


-- A one-time password expires after seven days.
create or replace function identity.password_parameters(email text, ip_address inet, out parameters text, out retry_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select
    coalesce(
      (select substring(credential.password_hash from '^(.*)\$[^$]*$')
       from crm.employee
       join identity.credential on credential.employee_id = employee.id
       where lower(employee.email) = lower(btrim(password_parameters.email))),
      -- for an unknown address a salt that is always the same, as if there were one
      (select substring(latest.password_hash from '^(\$[^$]*\$[^$]*\$[^$]*\$)')
         || rtrim(encode(substring(sha256(key.inner_key || identity.email_digest(password_parameters.email)) for 16), 'base64'), '=')
       from (select password_hash from identity.credential order by changed_at desc, employee_id limit 1) latest, identity.proof_key key)),
    identity.locked_until(password_parameters.email, password_parameters.ip_address)
$$;
comment on function identity.password_parameters(text, inet) is
  'The algorithm, parameters and salt to hash a password with, in PHC string format without the hash. Of an unknown address they look the same; null while there is no password at all. And until when there is no use in hashing, since logging in is refused.';


create or replace function identity.my_password_parameters(ip_address inet, out parameters text, out retry_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select
    substring(credential.password_hash from '^(.*)\$[^$]*$'),
    identity.locked_until(employee.email, my_password_parameters.ip_address)
  from identity.credential
  join crm.employee on employee.id = credential.employee_id
  where credential.employee_id = crm.current_employee_id()
$$;
comment on function identity.my_password_parameters(inet) is
  'As identity.password_parameters, for the caller.';


create or replace function identity.log_in(
  email text, password_hash text, refresh_token_hash bytea, access_secret_hash bytea, user_agent text, ip_address inet,
  read_only boolean default false, code text default null,
  out outcome text, out session_id uuid, out employee_id integer, out department text,
  out must_change_password boolean, out access_token_expires_at timestamptz, out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  found_id         integer;
  found_department text;
  is_one_time      boolean;
  is_expired       boolean;
  asks_for_code    boolean;
begin
  retry_at := identity.begin_attempt(log_in.email, log_in.ip_address);
  if retry_at is not null then
    outcome := 'locked';
    return;
  end if;

  select employee.id, employee.department, credential.must_change, credential.changed_at <= now() - interval '7 days',
    second_factor.enabled_at is not null
  into found_id, found_department, is_one_time, is_expired, asks_for_code
  from crm.employee
  join identity.credential         on credential.employee_id = employee.id
  left join identity.second_factor on second_factor.employee_id = employee.id
  where lower(employee.email) = lower(btrim(log_in.email))
    and employee.active
    and credential.password_hash = identity.password_digest(log_in.password_hash);

  if asks_for_code then
    if log_in.code is null then
      -- Neither a failure nor a success, which would forget the wrong codes.
      outcome := 'second_factor_required';
      return;
    end if;
    if not identity.accept_code(found_id, log_in.code) then
      found_id := null;
    end if;
  end if;
  perform identity.count_attempt(log_in.email, log_in.ip_address, succeeded => found_id is not null);
  if found_id is null then
    outcome := 'refused';
    return;
  end if;
  if is_one_time and is_expired then
    outcome := 'expired';
    return;
  end if;
  if is_one_time and log_in.read_only then
    outcome := 'must_change';
    return;
  end if;

  employee_id := found_id;
  department := found_department;
  must_change_password := is_one_time;
  delete from identity.session where session.employee_id = found_id and session.expires_at < now();
  insert into identity.session (employee_id, user_agent, read_only, second_factor, expires_at, ends_at)
  select found_id, left(log_in.user_agent, 200), log_in.read_only, asks_for_code,
    now() + least(interval '30 days', configuration.session_lifetime), now() + configuration.session_lifetime
  from identity.configuration
  returning id into log_in.session_id;
  insert into identity.refresh_token (token_hash, session_id)
  values (log_in.refresh_token_hash, log_in.session_id);
  access_token_expires_at := identity.issue_access_token(log_in.session_id, log_in.access_secret_hash);
  outcome := 'ok';
end
$$;
comment on function identity.log_in(text, text, bytea, bytea, text, inet, boolean, text) is
  'Opens a session, always a new one. Outcome: ok; second_factor_required, when the password is right and a code is asked for; refused, whether the address, the password or the code is wrong; expired, for a one-time password of more than seven days ago; must_change, for a one-time password that is to open a read-only session, in which it could not be changed; locked, until retry_at. A failure returns rather than raises, since the count of failures must be committed.';


create or replace function identity.change_password(
  password_hash text, new_password_hash text, ip_address inet,
  out outcome text, out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  me       integer := crm.current_employee_id();
  my_email text    := (select email from crm.employee where id = me);
begin
  perform identity.require_writable_session();
  perform identity.require_person();
  retry_at := identity.begin_attempt(my_email, change_password.ip_address);
  if retry_at is not null then
    outcome := 'locked';
    return;
  end if;

  update identity.credential
  set password_hash = new_password_hash, must_change = false, changed_at = now()
  where employee_id = me
    and credential.password_hash = identity.password_digest(change_password.password_hash);
  outcome := case when found then 'changed' else 'refused' end;

  -- A password alone does not make the wrong codes forgotten.
  if outcome = 'refused' or identity.second_factor_confirmed() then
    perform identity.count_attempt(my_email, change_password.ip_address, succeeded => outcome = 'changed');
  end if;
  if outcome = 'changed' then
    update identity.session
    set revoked_at = now(), end_reason = 'password_changed'
    where employee_id = me and id <> identity.current_session_id() and revoked_at is null;
  end if;
end
$$;
comment on function identity.change_password(text, text, inet) is
  'Changes the caller''s password and ends their other sessions. Outcome: changed; refused, when the current password is wrong, which counts as a failed login; locked, until retry_at.';


create or replace function crm.reset_password(employee_id integer, password_hash text) returns crm.employee
language plpgsql volatile security invoker  -- the policies of identity.credential decide
set search_path = ''
as $$
declare
  person crm.employee;
begin
  select * into person from crm.employee where employee.id = reset_password.employee_id;
  if not found then
    raise no_data_found using
      constraint = 'employee_pkey', column = 'employee_id',
      message = format('There is no employee %s.', reset_password.employee_id);
  end if;

  if identity.in_session() then  -- an operator is in none
    perform access.require_second_factor('employee', 'reset_password', person.id);
  end if;
  if not exists (select from identity.credential where credential.employee_id = person.id) then
    insert into identity.credential (employee_id, password_hash) values (person.id, reset_password.password_hash);
    return person;
  end if;
  update identity.credential
  set password_hash = reset_password.password_hash, must_change = true, changed_at = now()
  where credential.employee_id = person.id;
  if not found then
    raise insufficient_privilege using
      constraint = 'management_reset_others',
      message = access.refusal_sentence('employee', 'reset_password', person.id),
      detail = jsonb_build_object('reason', (
        select pg_catalog.obj_description(oid, 'pg_policy') from pg_catalog.pg_policy
        where polrelid = 'identity.credential'::regclass and polname = 'management_reset_others'));
  end if;
  return person;
end
$$;
comment on function crm.reset_password(integer, text) is
'Gives an employee a password for one login, within seven days. It ends their sessions, and unlocks the account. It asks for the second factor.
- `password_hash`: What the password is kept as: argon2id.';


create or replace function identity.credential_reset() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update identity.session
  set revoked_at = now(), end_reason = 'password_reset', ended_by = crm.current_employee_id()
  where employee_id = new.employee_id and revoked_at is null;
  update identity.login_attempt
  set failures = 0, locked_until = null
  where account = (select identity.email_digest(email) from crm.employee where id = new.employee_id);
  return null;
end
$$;

create or replace trigger credential_30_reset
  after update of password_hash on identity.credential
  for each row when (new.must_change)
  execute function identity.credential_reset();
comment on trigger credential_30_reset on identity.credential is
  'A new one-time password ends the employee''s sessions, and forgets their failed logins.';


create or replace function identity.credential_record_password() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  what text := case when new.must_change then 'reset' else 'changed' end;
begin
  insert into audit.change (record, row_id, action, new_values)
  values ('employee', new.employee_id, 'update', jsonb_build_object('password', what));
  insert into crm.notification (recipient_id, kind, employee_id, new_values)
  values (new.employee_id, 'password_' || what, new.employee_id, case when new.must_change then jsonb_build_object(
    'reset_by_id', crm.current_employee_id(),
    'reset_by', (select full_name from crm.employee where id = crm.current_employee_id())) end);
  return null;
end
$$;

create or replace trigger credential_90_record_password
  after update of password_hash on identity.credential
  for each row execute function identity.credential_record_password();
comment on trigger credential_90_record_password on identity.credential is
  'A password that is changed or reset is in the history, without the password, and the person is told: of a reset, by whom (null: an operator of the server).';
