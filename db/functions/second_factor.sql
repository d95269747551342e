-- The second factor: codes of an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds) and recovery codes.
--
-- The database draws the secrets and checks the codes. A code is good once, and one step before and after its own, for
-- clocks that differ; a wrong one counts as a failed login. identity.log_in asks for a code once a second factor is enabled.


-- What needs it


create or replace function identity.second_factor_confirmed() returns boolean
language sql stable security definer
set search_path = ''
as $$
  select identity.in_session()
    and (current_setting('jwt.claims.second_factor', true) = 'true'
      or not exists (
        select from identity.second_factor where employee_id = crm.current_employee_id() and enabled_at is not null))
$$;
comment on function identity.second_factor_confirmed() is
  'Whether the second factor of the caller was confirmed in this session, or they have none. Always wrapped in policies.';


create or replace function identity.second_factor_enrolled() returns boolean
language sql stable security definer
set search_path = ''
as $$
  select identity.in_session()
    and (exists (
        select from identity.second_factor where employee_id = crm.current_employee_id() and enabled_at is not null)
      or not exists (
        select from identity.configuration where crm.current_department() = any (second_factor_required_for)))
$$;
comment on function identity.second_factor_enrolled() is
  'Whether the caller has enabled a second factor, or their department needs none. Always wrapped in policies.';


create or replace function access.second_factor_conditions(role text, verb text, out name text, out expression text, out sentence text)
returns setof record
language sql immutable parallel safe
set search_path = ''
as $$
  select format('%s_%s_%s', regexp_replace(role, '^epic_', ''), verb, condition.name), condition.expression, condition.sentence
  from (values
    ('once_enrolled',      '(select identity.second_factor_enrolled())',  'Your department needs a second factor for this: enable one first.'),
    ('with_second_factor', '(select identity.second_factor_confirmed())', 'Log in with your second factor first.')
  ) condition (name, expression, sentence)
$$;
comment on function access.second_factor_conditions(text, text) is
  'What a role needs for a verb that asks for the second factor: the name of each condition, its expression, and the sentence of its refusal. dba.require_second_factor makes policies of them.';


create or replace function access.unmet_second_factor_condition(verb text, out name text, out sentence text)
language sql stable
set search_path = ''
as $$
  select condition.name, condition.sentence
  from access.second_factor_conditions('epic_management', verb) condition
  where case
    when condition.name ~ '_once_enrolled$' then not identity.second_factor_enrolled()
    else not identity.second_factor_confirmed()
  end
$$;
comment on function access.unmet_second_factor_condition(text) is
  'The condition of the second factor by which a call of the caller would be refused, and its sentence; nulls when none would.';


create or replace function access.require_second_factor(record text, verb text, row_id integer) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  unmet record;
begin
  select * into unmet from access.unmet_second_factor_condition(verb);
  if unmet.name is not null then
    raise insufficient_privilege using
      constraint = unmet.name,
      message = access.refusal_sentence(record, verb, row_id),
      detail = jsonb_build_object('reason', unmet.sentence),
      hint = unmet.sentence;
  end if;
end
$$;
comment on function access.require_second_factor(text, text, integer) is
  'Refuses a call that asks for the second factor, as access.refuse does, unless its conditions hold.';


-- Codes


create or replace function identity.totp(secret bytea, step bigint) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  digest   constant bytea   := extensions.hmac(int8send(step), secret, 'sha1');
  position constant integer := get_byte(digest, 19) & 15;
begin
  return lpad((
    ( ((get_byte(digest, position) & 127) << 24)
    | (get_byte(digest, position + 1) << 16)
    | (get_byte(digest, position + 2) << 8)
    |  get_byte(digest, position + 3)) % 1000000)::text, 6, '0');
end
$$;
comment on function identity.totp(bytea, bigint) is
  'The code of an authenticator app for a step of 30 seconds since 1970: RFC 6238, with HMAC-SHA-1 and six digits.';


create or replace function identity.recovery_code_hash(code text) returns bytea
language sql immutable strict parallel safe
return sha256(convert_to(translate(code, '018', 'OIB'), 'UTF8'));
comment on function identity.recovery_code_hash(text) is
  'What a recovery code is kept as. A code has no 0, 1 and 8: they are read as the letters they look like.';


create or replace function identity.draw_recovery_codes(employee_id integer) returns text[]
language plpgsql volatile
set search_path = ''
as $$
declare
  code  text;
  codes text[] := '{}';
begin
  delete from identity.recovery_code former where former.employee_id = draw_recovery_codes.employee_id;
  for nth in 1..10 loop
    code := (
      select string_agg(substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', get_byte(drawn.bytes, position) % 32 + 1, 1), '')
      from (select extensions.gen_random_bytes(16) as bytes offset 0) drawn
      cross join generate_series(0, 15) position);
    insert into identity.recovery_code (employee_id, code_hash)
    values (draw_recovery_codes.employee_id, identity.recovery_code_hash(code));
    codes := codes || regexp_replace(code, '(.{4})(?!$)', '\1-', 'g');
  end loop;
  return codes;
end
$$;
comment on function identity.draw_recovery_codes(integer) is
  'Replaces the recovery codes of an employee by ten new ones of 80 random bits, and returns them. For the functions of identity.';


create or replace function identity.record_second_factor(employee_id integer, what text, happened text)
returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  insert into audit.change (record, row_id, action, new_values)
  values ('employee', record_second_factor.employee_id, 'update', jsonb_build_object(what, happened));
  insert into crm.notification (recipient_id, kind, employee_id)
  values (record_second_factor.employee_id, what || '_' || happened, record_second_factor.employee_id);
end
$$;
comment on function identity.record_second_factor(integer, text, text) is
  'Writes what happened to the second factor or the recovery codes of an employee to their history, without any secret, and tells them. For the functions of identity.';


create or replace function identity.accept_code(employee_id integer, code text) returns boolean
language plpgsql volatile
set search_path = ''
as $$
declare
  plain   constant text   := upper(regexp_replace(left(accept_code.code, 100), '[^0-9A-Za-z]', '', 'g'));
  present constant bigint := floor(extract(epoch from now()) / 30);
  accepted bigint;
begin
  select min(near.step) into accepted
  from identity.second_factor factor
  cross join generate_series(present - 1, present + 1) near (step)
  where factor.employee_id = accept_code.employee_id
    and near.step > factor.last_step
    and identity.totp(factor.secret, near.step) = plain;
  if accepted is not null then
    update identity.second_factor factor set last_step = accepted where factor.employee_id = accept_code.employee_id;
    return true;
  end if;

  delete from identity.recovery_code unused
  where unused.employee_id = accept_code.employee_id
    and unused.code_hash = identity.recovery_code_hash(plain);
  if not found then
    return false;
  end if;
  insert into crm.notification (recipient_id, kind, employee_id, new_values)
  values (accept_code.employee_id, 'recovery_code_used', accept_code.employee_id, jsonb_build_object('left', (
    select count(*) from identity.recovery_code unused where unused.employee_id = accept_code.employee_id)));
  return true;
end
$$;
comment on function identity.accept_code(integer, text) is
  'Whether a code is right: one of the authenticator app that was not accepted before, or a recovery code. What it accepts is used up, and of a recovery code the employee is told. For the functions of identity, after identity.begin_attempt, which locks the account: two attempts never use one code.';


-- One's own second factor


create or replace function identity.verify_caller(
  password_hash text, code text, ip_address inet, out outcome text, out retry_at timestamptz)
language plpgsql volatile
set search_path = ''
as $$
declare
  me       integer := crm.current_employee_id();
  my_email text    := (select email from crm.employee where id = me);
begin
  retry_at := identity.begin_attempt(my_email, verify_caller.ip_address);
  if retry_at is not null then
    outcome := 'locked';
    return;
  end if;

  outcome := case
    when verify_caller.password_hash is not null and not exists (
      select from identity.credential
      where employee_id = me and credential.password_hash = identity.password_digest(verify_caller.password_hash)) then 'password_refused'
    when verify_caller.code is not null and not identity.accept_code(me, verify_caller.code) then 'code_refused'
    else 'ok'
  end;
  perform identity.count_attempt(my_email, verify_caller.ip_address, succeeded => outcome = 'ok');
end
$$;
comment on function identity.verify_caller(text, text, inet) is
  'Compares the caller''s password, or a code, or both, as an attempt to log in; what is null is not compared. For the functions of identity.';


create or replace function identity.check_second_factor_is(state text) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  mine identity.second_factor;
begin
  perform identity.require_writable_session();
  perform identity.require_person();
  select * into mine from identity.second_factor where employee_id = crm.current_employee_id();
  if state <> 'enabled' and mine.enabled_at is not null then
    raise object_not_in_prerequisite_state using
      constraint = 'second_factor_is_not_enabled', message = 'Your second factor is enabled already.',
      detail = jsonb_build_object('since', mine.enabled_at);
  end if;
  if state = 'enabled' and mine.enabled_at is null then
    raise object_not_in_prerequisite_state using
      constraint = 'second_factor_is_enabled', message = 'You have no second factor.';
  end if;
  if state = 'begun' and mine.employee_id is null then
    raise object_not_in_prerequisite_state using
      constraint = 'second_factor_is_begun', message = 'No secret has been given to your authenticator app: begin with that.';
  end if;
end
$$;
comment on function identity.check_second_factor_is(text) is
  'Raises unless the session may write and is not a program''s, and the caller''s second factor is disabled, begun or enabled, as named. For the functions of identity.';


create or replace function identity.begin_second_factor(
  password_hash text, ip_address inet, out outcome text, out secret bytea, out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  perform identity.check_second_factor_is('disabled');
  select * into outcome, retry_at
  from identity.verify_caller(coalesce(begin_second_factor.password_hash, ''), null, begin_second_factor.ip_address);
  if outcome = 'ok' then
    secret := extensions.gen_random_bytes(20);
    insert into identity.second_factor (employee_id, secret)
    values (crm.current_employee_id(), begin_second_factor.secret)
    on conflict on constraint second_factor_pkey do update set secret = excluded.secret, created_at = now();
  end if;
end
$$;
comment on function identity.begin_second_factor(text, inet) is
  'Draws the secret that the caller gives to their authenticator app; a former one that was not enabled is forgotten. Outcome: ok; password_refused, which counts as a failed login; locked, until retry_at. Raises 55000 when a second factor is enabled.';


create or replace function identity.enable_second_factor(
  code text, ip_address inet, out outcome text, out recovery_codes text[], out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  perform identity.check_second_factor_is('begun');
  select * into outcome, retry_at
  from identity.verify_caller(null, coalesce(enable_second_factor.code, ''), enable_second_factor.ip_address);
  if outcome = 'ok' then
    update identity.second_factor set enabled_at = now() where employee_id = crm.current_employee_id();
    update identity.session set second_factor = true where id = identity.current_session_id();
    recovery_codes := identity.draw_recovery_codes(crm.current_employee_id());
    perform identity.record_second_factor(crm.current_employee_id(), 'second_factor', 'enabled');
  end if;
end
$$;
comment on function identity.enable_second_factor(text, inet) is
  'Enables the caller''s second factor with a first code of their authenticator app, confirms it in this session, and returns ten recovery codes. Their other sessions go on without it. Outcome: ok; code_refused, which counts as a failed login; locked, until retry_at. Raises 55000 when one is enabled, or none is begun.';


create or replace function identity.confirm_second_factor(code text, ip_address inet, out outcome text, out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  perform identity.check_second_factor_is('enabled');
  select * into outcome, retry_at
  from identity.verify_caller(null, coalesce(confirm_second_factor.code, ''), confirm_second_factor.ip_address);
  if outcome = 'ok' then
    update identity.session set second_factor = true where id = identity.current_session_id();
  end if;
end
$$;
comment on function identity.confirm_second_factor(text, inet) is
  'Confirms the caller''s second factor in this session, which was opened before they had it. Outcome: ok; code_refused, which counts as a failed login; locked, until retry_at. Raises 55000 when none is enabled.';


create or replace function identity.disable_second_factor(
  password_hash text, code text, ip_address inet, out outcome text, out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  perform identity.check_second_factor_is('enabled');
  select * into outcome, retry_at
  from identity.verify_caller(
    coalesce(disable_second_factor.password_hash, ''), coalesce(disable_second_factor.code, ''), disable_second_factor.ip_address);
  if outcome = 'ok' then
    delete from identity.second_factor where employee_id = crm.current_employee_id();
    update identity.session set second_factor = false where employee_id = crm.current_employee_id();
    perform identity.record_second_factor(crm.current_employee_id(), 'second_factor', 'disabled');
  end if;
end
$$;
comment on function identity.disable_second_factor(text, text, inet) is
  'Removes the caller''s second factor and recovery codes. Outcome: ok; password_refused or code_refused, which count as failed logins; locked, until retry_at. Raises 55000 when none is enabled.';


create or replace function identity.replace_recovery_codes(
  code text, ip_address inet, out outcome text, out recovery_codes text[], out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  perform identity.check_second_factor_is('enabled');
  select * into outcome, retry_at
  from identity.verify_caller(null, coalesce(replace_recovery_codes.code, ''), replace_recovery_codes.ip_address);
  if outcome = 'ok' then
    recovery_codes := identity.draw_recovery_codes(crm.current_employee_id());
    perform identity.record_second_factor(crm.current_employee_id(), 'recovery_codes', 'replaced');
  end if;
end
$$;
comment on function identity.replace_recovery_codes(text, inet) is
  'Draws ten new recovery codes for the caller; the former ones are no longer good. Outcome: ok; code_refused, which counts as a failed login; locked, until retry_at. Raises 55000 when no second factor is enabled.';


create or replace function crm.my_second_factor() returns crm.second_factor
language sql stable security definer  -- no role reads identity.second_factor
set search_path = ''
as $$
  select row(
    (select enabled_at from identity.second_factor where employee_id = crm.current_employee_id()),
    (select count(*) from identity.recovery_code where employee_id = crm.current_employee_id())::integer,
    exists (select from identity.configuration where crm.current_department() = any (second_factor_required_for)))::crm.second_factor
$$;
comment on function crm.my_second_factor() is
  'One''s own second factor: since when it is enabled, how many recovery codes are left, and whether one''s department needs one.';


-- For an operator: a phone was lost, and no recovery code is left.
create or replace function identity.reset_second_factor(employee_id integer) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  delete from identity.second_factor factor where factor.employee_id = reset_second_factor.employee_id;
  if not found then
    raise object_not_in_prerequisite_state using
      constraint = 'second_factor_is_enabled', message = format('Employee %s has no second factor.', reset_second_factor.employee_id);
  end if;
  update identity.session
  set revoked_at = now()
  where session.employee_id = reset_second_factor.employee_id
    and revoked_at is null;
  perform identity.record_second_factor(reset_second_factor.employee_id, 'second_factor', 'reset');
end
$$;
comment on function identity.reset_second_factor(integer) is
  'Removes the second factor and the recovery codes of an employee who has lost both, ends their sessions, and tells them. For epic_owner: no role of the API takes a second factor from another employee. Raises 55000 when there is none.';
