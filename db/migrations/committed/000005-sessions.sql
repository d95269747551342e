--! Previous: sha1:ddf803198a95f153d73cbc2f3bf1476e4e6efe64
--! Hash: sha1:89b0f289e755b36fa5bec4da93433bf5c416189f
--! Message: sessions

-- Sessions: entered by every transaction of the API, opened by logging in, kept open by refreshing.


-- Entering a session

create function auth.session_state(
  employee_id integer, session_id uuid,
  out session_is_open boolean, out employee_is_active boolean, out department text, out must_change boolean)
language sql stable security definer
set search_path = ''
as $$
  select
    session.revoked_at is null and session.expires_at > now(),
    employee.active,
    employee.department,
    coalesce(credential.must_change, true)
  from auth.session
  join crm.employee         on employee.id = session.employee_id
  left join auth.credential on credential.employee_id = session.employee_id
  where session.id = session_state.session_id
    and session.employee_id = session_state.employee_id
$$;
comment on function auth.session_state(integer, uuid) is
  'What auth.enter must know of a session before it enters it; nulls when there is no such session.';


create function auth.enter(employee_id integer, session_id uuid, department text, for_own_credential boolean default false)
returns void
language plpgsql volatile security invoker  -- a security definer function may not change the role
set search_path = ''
as $$
declare
  state record;
begin
  if enter.employee_id is null or enter.session_id is null or enter.department is null then
    perform set_config('jwt.claims.employee_id', '', true),
            set_config('jwt.claims.session_id',  '', true),
            set_config('jwt.claims.department',  '', true),
            set_config('role', 'epic_anonymous', true);
    return;
  end if;

  select * into state from auth.session_state(enter.employee_id, enter.session_id);

  if state.session_is_open is not true then
    raise exception using errcode = 'EP401',
      message = 'This session has ended.', hint = 'Log in again: epic login';
  end if;
  if not state.employee_is_active then
    raise exception using errcode = 'EP401',
      message = 'This account has been deactivated.', hint = 'Ask management.';
  end if;
  if state.department <> enter.department then
    raise exception using errcode = 'EP401',
      message = format('You have moved to %s since you logged in.', state.department), hint = 'Log in again: epic login';
  end if;
  if state.must_change and not enter.for_own_credential then
    raise exception using errcode = 'EP403',
      message = 'Choose a password of your own first: this one is for one login only.', hint = 'Type: epic password';
  end if;

  perform set_config('jwt.claims.employee_id', enter.employee_id::text, true),
          set_config('jwt.claims.session_id',  enter.session_id::text, true),
          set_config('jwt.claims.department',  state.department, true),
          set_config('role', 'epic_' || state.department, true);
end
$$;
comment on function auth.enter(integer, uuid, text, boolean) is
  'Begins a transaction of the API: checks the session against what the token claims, then takes on the role and the claims until the transaction ends. Nulls enter as nobody (epic_anonymous). Raises EP401 when the session, the account or the department is no longer what the token says, and EP403 while a one-time password is unchanged.';


-- Logging in and out

create function auth.email_digest(email text) returns bytea
language sql immutable strict parallel safe
return sha256(convert_to(lower(btrim(email)), 'UTF8'));
comment on function auth.email_digest(text) is
  'The key of auth.login_attempt for an address as typed.';


create function auth.password_parameters(email text) returns text
language sql stable security definer
set search_path = ''
as $$
  select substring(credential.password_hash from '^(.*)\$[^$]*$')
  from crm.employee
  join auth.credential on credential.employee_id = employee.id
  where lower(employee.email) = lower(btrim(password_parameters.email))
$$;
comment on function auth.password_parameters(text) is
  'The algorithm, parameters and salt to hash a password with, in PHC string format without the hash; null for an unknown address.';


create function auth.my_password_parameters() returns text
language sql stable security definer
set search_path = ''
as $$
  select substring(credential.password_hash from '^(.*)\$[^$]*$')
  from auth.credential
  where credential.employee_id = crm.current_employee_id()
$$;
comment on function auth.my_password_parameters() is
  'As auth.password_parameters, for the caller.';


create function auth.locked_until(digest bytea) returns timestamptz
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  lock_end timestamptz;
begin
  delete from auth.login_attempt
  where email_digest in (
    select email_digest from auth.login_attempt
    where last_failure_at < now() - interval '1 day'
    for update skip locked);

  -- The row is taken for the rest of the transaction: attempts at one account are counted one after the other.
  insert into auth.login_attempt (email_digest) values (digest) on conflict do nothing;
  select attempt.locked_until into lock_end
  from auth.login_attempt attempt
  where attempt.email_digest = digest
  for update;
  return case when lock_end > clock_timestamp() then lock_end end;
end
$$;
comment on function auth.locked_until(bytea) is
  'Until when an account refuses logins; null when it does not. Takes the account''s turn until the transaction ends.';


create function auth.count_attempt(digest bytea, succeeded boolean) returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  if succeeded then
    delete from auth.login_attempt where email_digest = digest;
    return;
  end if;
  update auth.login_attempt
  set failures = failures + 1,
      last_failure_at = now(),
      -- The fifth failure in a row locks for 15 seconds, each further one for twice as long, up to an hour.
      locked_until = case when failures + 1 >= 5
        then clock_timestamp() + least(interval '15 seconds' * 2 ^ least(failures + 1 - 5, 20), interval '1 hour') end
  where email_digest = digest;
end
$$;
comment on function auth.count_attempt(bytea, boolean) is
  'Counts a failed attempt and locks the account for a growing time, or forgets the failures after a success.';


create function auth.log_in(
  email text, password_hash text, refresh_token_hash bytea, user_agent text,
  out outcome text, out session_id uuid, out employee_id integer, out department text,
  out must_change_password boolean, out retry_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  digest bytea := auth.email_digest(email);
begin
  retry_at := auth.locked_until(digest);
  if retry_at is not null then
    outcome := 'locked';
    return;
  end if;

  select employee.id, employee.department, credential.must_change
  into log_in.employee_id, log_in.department, log_in.must_change_password
  from crm.employee
  join auth.credential on credential.employee_id = employee.id
  where lower(employee.email) = lower(btrim(log_in.email))
    and employee.active
    and credential.password_hash = log_in.password_hash;

  perform auth.count_attempt(digest, succeeded => found);
  if log_in.employee_id is null then
    outcome := 'refused';
    return;
  end if;

  delete from auth.session where session.employee_id = log_in.employee_id and session.expires_at < now();
  insert into auth.session (employee_id, user_agent)
  values (log_in.employee_id, left(log_in.user_agent, 200))
  returning id into log_in.session_id;
  insert into auth.refresh_token (token_hash, session_id)
  values (log_in.refresh_token_hash, log_in.session_id);
  outcome := 'ok';
end
$$;
comment on function auth.log_in(text, text, bytea, text) is
  'Opens a session. Outcome: ok; refused, whether the address or the password is wrong; locked, until retry_at. A failure returns rather than raises, since the count of failures must be committed.';


create function auth.refresh(
  token_hash bytea, new_token_hash bytea,
  out outcome text, out session_id uuid, out employee_id integer, out department text, out must_change_password boolean)
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  presented auth.refresh_token;
  opened    auth.session;
begin
  outcome := 'refused';
  select * into presented from auth.refresh_token where refresh_token.token_hash = refresh.token_hash;
  if not found then
    return;
  end if;

  select * into opened from auth.session where id = presented.session_id for update;
  select * into presented from auth.refresh_token where refresh_token.token_hash = refresh.token_hash;  -- as of the lock
  if opened.revoked_at is not null or opened.expires_at <= now() then
    return;
  end if;

  if presented.used_at < now() - interval '10 seconds' then
    -- A token used twice has been stolen from one of the two who hold it, and nobody can tell from which.
    update auth.session set revoked_at = now() where id = opened.id;
    return;
  end if;

  select employee.id, employee.department, coalesce(credential.must_change, true)
  into refresh.employee_id, refresh.department, refresh.must_change_password
  from crm.employee
  left join auth.credential on credential.employee_id = employee.id
  where employee.id = opened.employee_id and employee.active;
  if not found then
    return;
  end if;

  session_id := opened.id;
  if presented.used_at is not null then
    -- Two commands of one person refreshed at the same moment; the other one holds the next token.
    outcome := 'concurrent';
    return;
  end if;

  update auth.refresh_token set used_at = clock_timestamp() where refresh_token.token_hash = presented.token_hash;
  insert into auth.refresh_token (token_hash, session_id) values (new_token_hash, opened.id);
  update auth.session set last_used_at = now(), expires_at = now() + interval '30 days' where id = opened.id;
  outcome := 'rotated';
end
$$;
comment on function auth.refresh(bytea, bytea) is
  'Exchanges a refresh token for the next one. Outcome: rotated; concurrent, when it was exchanged less than ten seconds ago (a new access token, but no new refresh token); refused, when it is unknown, its session has ended, or it was used before, which also ends the session.';


create function auth.log_out() returns void
language sql volatile security definer
set search_path = ''
as $$
  update auth.session
  set revoked_at = now()
  where id = auth.current_session_id()
    and employee_id = crm.current_employee_id()
    and revoked_at is null
$$;
comment on function auth.log_out() is
  'Ends the caller''s session.';


create function auth.change_password(password_hash text, new_password_hash text) returns boolean
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  me       integer := crm.current_employee_id();
  digest   bytea;
  retry_at timestamptz;
  changed  boolean;
begin
  select auth.email_digest(email) into digest from crm.employee where id = me;
  retry_at := auth.locked_until(digest);
  if retry_at is not null then
    raise exception using errcode = 'EP429',
      message = 'Too many wrong passwords.',
      hint = format('Try again in %s seconds.', ceil(extract(epoch from retry_at - clock_timestamp())));
  end if;

  update auth.credential
  set password_hash = new_password_hash, must_change = false, changed_at = now()
  where employee_id = me
    and credential.password_hash = change_password.password_hash;
  changed := found;

  perform auth.count_attempt(digest, succeeded => changed);
  if changed then
    update auth.session
    set revoked_at = now()
    where employee_id = me and id <> auth.current_session_id() and revoked_at is null;
  end if;
  return changed;
end
$$;
comment on function auth.change_password(text, text) is
  'Changes the caller''s password and ends their other sessions; false when the current password is wrong, which counts as a failed login. Raises EP429 while the account is locked.';


-- Whoever is deactivated loses their sessions for good: activating them again does not revive one.

create function auth.sessions_end_with_the_account() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update auth.session set revoked_at = now() where employee_id = new.id and revoked_at is null;
  return null;
end
$$;

create trigger employee_30_sessions_end
  after update of active on crm.employee
  for each row when (old.active and not new.active)
  execute function auth.sessions_end_with_the_account();
comment on trigger employee_30_sessions_end on crm.employee is
  'Deactivating an employee ends their sessions.';


-- So that the API can tell whether the database is as new as itself.

create function auth.deployed_migration() returns text
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (select max(filename) from graphile_migrate.migrations);
end
$$;
comment on function auth.deployed_migration() is
  'The file name of the last migration applied, such as 000009.sql: the number tells, the rest may be missing.';
