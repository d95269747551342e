-- Sessions: proven and entered by every transaction of the API, refreshed, listed and ended.
--
-- Claims are settings, and a connection can set them to anything. They count only with a proof, which identity.enter makes
-- once the secret of an access token was right: a keyed hash of the claims, the backend, the transaction and the role.
-- Only epic_owner reads the key. Where the proof is missing, or of another transaction, connection, role or claim,
-- crm.current_employee_id() is null and every table is closed (dba.require_session).


create or replace function identity.claims_proof(role text, inner_key bytea, outer_key bytea) returns text
language sql stable  -- inlined where it is called
return encode(sha256(outer_key || sha256(inner_key
  || int4send(pg_backend_pid())
  || timestamptz_send(transaction_timestamp())
  || convert_to(
       role || E'\n'
       || current_setting('jwt.claims.employee_id', true) || E'\n'
       || current_setting('jwt.claims.session_id', true) || E'\n'
       || current_setting('jwt.claims.department', true) || E'\n'
       || current_setting('jwt.claims.read_only', true) || E'\n'
       || current_setting('jwt.claims.second_factor', true) || E'\n'
       || current_setting('jwt.claims.service_account', true), 'UTF8'))), 'hex');
comment on function identity.claims_proof(text, bytea, bytea) is
  'The proof of the present claims for a role, in this transaction of this connection: HMAC-SHA-256 with the key of identity.proof_key, in hexadecimal. Null where a claim is not set. No claim that identity.set_claims sets has a line break, so that no other claims make the same text.';


-- Called for every table of a statement: the key is read with the one query, the rest is one expression.
create or replace function identity.in_session() returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
declare
  key identity.proof_key;
begin
  select * into key from identity.proof_key;
  return coalesce(
    identity.claims_proof(current_setting('role'), key.inner_key, key.outer_key) = current_setting('jwt.claims.proof', true),
    false);
end
$$;
comment on function identity.in_session() is
  'Whether the claims of this transaction are proven: identity.enter, or dba.impersonate, has set them here, for the present role. Always wrapped in policies, as it takes some 10 µs.';


create or replace function identity.in_writable_session() returns boolean
language sql stable
return identity.in_session() and current_setting('jwt.claims.read_only', true) = 'false';
comment on function identity.in_writable_session() is
  'Whether this transaction is in a session that may write: as identity.in_session(), and the session was not opened as read-only.';


create or replace function identity.read_only_refusal() returns text
language sql stable
return case when identity.in_session() and not identity.in_writable_session() then 'This session is read-only.' end;
comment on function identity.read_only_refusal() is
  'Why nothing is written in this session; null in one that may write, and outside a session.';


create or replace function identity.require_writable_session() returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if not identity.in_session() then
    raise insufficient_privilege using constraint = 'no_session', message = 'This is done in a session only.';
  end if;
  if not identity.in_writable_session() then
    raise read_only_sql_transaction using constraint = 'session_is_read_only', message = identity.read_only_refusal();
  end if;
end
$$;
comment on function identity.require_writable_session() is
  'Raises 25006 in a read-only session, and 42501 outside a session. For functions that write as epic_owner, whom the policies for employees do not bind.';


create or replace function crm.current_department() returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return case when identity.in_session() then nullif(current_setting('jwt.claims.department', true), '') end;
end
$$;
comment on function crm.current_department() is
  'The department of the employee whose session this is; null outside a session.';


create or replace function identity.set_claims(
  role text, employee_id integer, session_id uuid, department text,
  read_only boolean default false, second_factor boolean default false, service_account text default null)
returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  perform set_config('jwt.claims.employee_id',   coalesce(employee_id::text, ''), true),
          set_config('jwt.claims.session_id',    coalesce(session_id::text, ''), true),
          set_config('jwt.claims.department',    coalesce(department, ''), true),
          set_config('jwt.claims.read_only',     coalesce(read_only::text, ''), true),
          set_config('jwt.claims.second_factor', coalesce(second_factor::text, ''), true),
          set_config('jwt.claims.service_account', coalesce(service_account, ''), true);
  perform set_config('jwt.claims.proof', identity.claims_proof(role, key.inner_key, key.outer_key), true)
  from identity.proof_key key;
end
$$;
comment on function identity.set_claims(text, integer, uuid, text, boolean, boolean, text) is
  'Sets the claims of this transaction, and proves them for a role. For epic_owner, its members and superusers alone: identity.open_session checks a secret first.';


create or replace function identity.refuse_ended_session(session_id uuid) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  ended record;
begin
  select session.end_reason, employee.full_name into ended
  from identity.session
  left join crm.employee on employee.id = session.ended_by
  where session.id = refuse_ended_session.session_id;
  case ended.end_reason
    when 'password_changed' then
      raise exception using errcode = 'EP401', constraint = 'password_changed', message = 'Your password was changed.';
    when 'password_reset' then
      raise exception using errcode = 'EP401', constraint = 'password_reset',
        message = format('Your password was reset by %s.', coalesce(ended.full_name, 'an operator of the server'));
    else
      raise exception using errcode = 'EP401', constraint = 'session_ended', message = 'This session has ended.';
  end case;
end
$$;
comment on function identity.refuse_ended_session(uuid) is
  'Raises EP401: that a session has ended, and why, where its employee should hear of it. For the functions of identity, once the caller has proven to hold a token of it.';


create or replace function identity.open_session(
  employee_id integer, session_id uuid, department text, secret bytea, for_own_credential boolean)
returns text
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  opened record;
begin
  select
    session.id,
    session.revoked_at is null and session.expires_at > now() as is_open,
    session.read_only or token.read_only as read_only,
    session.second_factor,
    session.service_account,
    token.expires_at > now() as is_token_valid,
    employee.active,
    employee.department,
    session.service_account is null and coalesce(credential.must_change, true) as must_change
  into opened
  from identity.access_token token
  join identity.session         on session.id = token.session_id
  join crm.employee         on employee.id = session.employee_id
  left join identity.credential on credential.employee_id = session.employee_id
  where token.secret_hash = sha256(open_session.secret)
    and session.id = open_session.session_id
    and session.employee_id = open_session.employee_id;

  if opened.is_open is not true then
    perform identity.refuse_ended_session(opened.id);
  end if;
  if not opened.is_token_valid then
    raise exception using errcode = 'EP401',
      constraint = 'token_expired', message = 'Your access token has expired.';
  end if;
  if not opened.active then
    raise exception using errcode = 'EP401',
      constraint = 'account_deactivated', message = 'This account has been deactivated.';
  end if;
  if opened.department <> open_session.department then
    raise exception using errcode = 'EP401',
      constraint = 'department_changed', message = format('You have moved to %s since you logged in.', opened.department),
      detail = jsonb_build_object('department', opened.department);
  end if;
  if opened.must_change and not open_session.for_own_credential then
    raise exception using errcode = 'EP403',
      constraint = 'must_change_password',
      message = 'Choose a password of your own first: this one is for one login only.';
  end if;

  perform identity.set_claims('epic_' || opened.department, open_session.employee_id, open_session.session_id, opened.department,
                          opened.read_only, opened.second_factor, opened.service_account);
  return 'epic_' || opened.department;
end
$$;
comment on function identity.open_session(integer, uuid, text, bytea, boolean) is
  'Checks the secret of an access token and what the token claims, sets and proves the claims, and returns the role to take on. Raises as identity.enter.';


-- A role may change its own settings, so a thief of the login could leave the server without timeouts.
create or replace function identity.restore_timeouts() returns void
language sql volatile security definer
set search_path = ''
as $$
  select set_config(timeout.name, (extract(epoch from timeout.value) * 1000)::integer::text, true)
  from identity.configuration
  cross join lateral (values
    ('statement_timeout',                   statement_timeout),
    ('lock_timeout',                        lock_timeout),
    ('idle_in_transaction_session_timeout', idle_in_transaction_session_timeout)
  ) timeout (name, value)
  where current_setting(timeout.name) = '0'
$$;
comment on function identity.restore_timeouts() is
  'Sets for this transaction the timeouts of identity.configuration where there is none.';


create or replace function identity.enter(
  employee_id integer, session_id uuid, department text, secret bytea, for_own_credential boolean default false)
returns void
language plpgsql volatile security invoker  -- a security definer function may not change the role
set search_path = ''
as $$
begin
  if session_user = 'epic_authenticator'
    and '0' in (current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'))
  then
    perform identity.restore_timeouts();
  end if;
  if enter.employee_id is null or enter.session_id is null or enter.department is null or enter.secret is null then
    perform set_config('jwt.claims.employee_id', '', true),
            set_config('jwt.claims.session_id',  '', true),
            set_config('jwt.claims.department',  '', true),
            set_config('jwt.claims.proof',       '', true),
            set_config('role', 'epic_anonymous', true);
    return;
  end if;

  perform set_config('role', identity.open_session(enter.employee_id, enter.session_id, enter.department, enter.secret, enter.for_own_credential), true);
  if current_setting('jwt.claims.read_only') = 'true' and not enter.for_own_credential then
    perform set_config('transaction_read_only', 'on', true);
  end if;
end
$$;
comment on function identity.enter(integer, uuid, text, bytea, boolean) is
  'Begins a transaction of the API: checks the secret that the bearer of an access token has, and the session against what the token claims, then takes on the role and the claims until the transaction ends; of a read-only session the transaction is read-only, unless it is to log out or to change a password. Nulls enter as epic_anonymous. Raises EP401 when the secret is not of this session, or the token, the session, the account or the department is no longer what the token says, and EP403 while a one-time password is unchanged.';


create or replace function identity.issue_access_token(session_id uuid, secret_hash bytea) returns timestamptz
language plpgsql volatile
set search_path = ''
as $$
declare
  until constant timestamptz := now() + interval '15 minutes';
begin
  delete from identity.access_token token
  where token.session_id = issue_access_token.session_id and token.expires_at < now();
  insert into identity.access_token (secret_hash, session_id, expires_at)
  values (issue_access_token.secret_hash, issue_access_token.session_id, until);
  -- A read-only session cannot write the mark that audit.current_position may need.
  insert into audit.signal (topic)
  select 'mark' from identity.session where id = issue_access_token.session_id and read_only;
  return until;
end
$$;
comment on function identity.issue_access_token(uuid, bytea) is
  'Admits the secret of a new access token of a session, and returns when it expires. Earlier tokens stay valid until they expire: a command that is under way holds one. For identity.log_in and identity.refresh.';


create or replace function identity.create_read_only_token(secret bytea, new_secret_hash bytea) returns timestamptz
language plpgsql volatile security definer  -- no employee writes tokens; a read-only session makes them too
set search_path = ''
as $$
declare
  until timestamptz;
begin
  insert into identity.access_token (secret_hash, session_id, expires_at, read_only)
  select new_secret_hash, token.session_id, token.expires_at, true
  from identity.access_token token
  where token.secret_hash = sha256(create_read_only_token.secret)
    and token.session_id = identity.current_session_id()
  returning access_token.expires_at into until;
  if not found then
    perform identity.refuse_ended_session(null);
  end if;
  insert into audit.signal (topic) values ('mark');  -- as in identity.issue_access_token
  return until;
end
$$;
comment on function identity.create_read_only_token(bytea, bytea) is
  'Admits the secret of an access token of this session that only reads, for another program, and returns when it expires: when the caller''s own token does, whose secret it takes. So no token is worth more, or for longer, than the one it was made with; and it ends with the session.';


-- A refresh token that is presented again within ten seconds, before its successor was used, comes from a second
-- command of the same person; later it was stolen from one of its two holders, and the session ends.
create or replace function identity.refresh(
  token_hash bytea, new_token_hash bytea, access_secret_hash bytea,
  out outcome text, out session_id uuid, out employee_id integer, out department text, out must_change_password boolean,
  out access_token_expires_at timestamptz)
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  presented identity.refresh_token;
  opened    identity.session;
begin
  outcome := 'refused';
  select * into presented from identity.refresh_token where refresh_token.token_hash = refresh.token_hash;
  if not found then
    return;
  end if;

  select * into opened from identity.session where id = presented.session_id for update;
  select * into presented from identity.refresh_token where refresh_token.token_hash = refresh.token_hash;  -- as of the lock
  if opened.end_reason is not null then
    perform identity.refuse_ended_session(opened.id);
  end if;
  if opened.revoked_at is not null or opened.expires_at <= now() then
    return;
  end if;

  if presented.used_at < now() - interval '10 seconds'
    or exists (
      select from identity.refresh_token later
      where later.session_id = presented.session_id and later.used_at > presented.used_at)
  then
    -- A token used twice was stolen from one of its two holders; which of them is not known.
    update identity.session set revoked_at = now() where id = opened.id;
    return;
  end if;

  select employee.id, employee.department, coalesce(credential.must_change, true)
  into refresh.employee_id, refresh.department, refresh.must_change_password
  from crm.employee
  left join identity.credential on credential.employee_id = employee.id
  where employee.id = opened.employee_id and employee.active;
  if not found then
    return;
  end if;

  session_id := opened.id;
  access_token_expires_at := identity.issue_access_token(opened.id, refresh.access_secret_hash);
  if presented.used_at is not null then
    -- Two commands of one person refreshed at the same moment; the other one holds the next token.
    outcome := 'concurrent';
    return;
  end if;

  update identity.refresh_token set used_at = clock_timestamp() where refresh_token.token_hash = presented.token_hash;
  insert into identity.refresh_token (token_hash, session_id) values (new_token_hash, opened.id);
  update identity.session set last_used_at = now(), expires_at = least(now() + interval '30 days', ends_at) where id = opened.id;
  outcome := 'rotated';
end
$$;
comment on function identity.refresh(bytea, bytea, bytea) is
  'Exchanges a refresh token for the next one, and a new access token. Outcome: rotated; concurrent, when it was exchanged less than ten seconds ago and the next one has not been used (a new access token, but no new refresh token); refused, when it is unknown, its session has ended, or it was used before, which also ends the session. Raises EP401 when the session ended for a reason that its employee should hear of.';


create or replace function identity.log_out() returns void
language plpgsql volatile security definer  -- a read-only session ends itself too
set search_path = ''
as $$
begin
  if not exists (select from identity.session where id = identity.current_session_id() and read_only) then
    perform identity.require_writable_session();
  end if;
  update identity.session
  set revoked_at = now()
  where id = identity.current_session_id()
    and revoked_at is null;
end
$$;
comment on function identity.log_out() is
  'Ends the caller''s session. A token that only reads ends no session that may write.';


-- Own sessions, as the policies of identity.session allow.


create or replace view crm.my_session with (security_invoker) as
select id, created_at, last_used_at, expires_at, user_agent, id = identity.current_session_id() as current,
  case when id = identity.current_session_id() then not identity.in_writable_session() else read_only end as read_only,
  ends_at
from identity.session
where revoked_at is null
  and expires_at > now();
comment on view   crm.my_session              is 'One''s own sessions that are open: where one is logged in.';
comment on column crm.my_session.id           is 'Names the session to `revokeSession`.';
comment on column crm.my_session.created_at   is 'When one logged in.';
comment on column crm.my_session.last_used_at is 'When the session was last refreshed: every quarter of an hour while it is in use.';
comment on column crm.my_session.expires_at   is 'When the session ends if it is not refreshed.';
comment on column crm.my_session.user_agent   is 'The program that logged in, in its own words.';
comment on column crm.my_session.current      is 'Whether it is the session of this request.';
comment on column crm.my_session.read_only    is 'Whether it only reads: it was opened as read-only, or this request came with a token that only reads.';
comment on column crm.my_session.ends_at      is 'When the session ends, however often it is refreshed.';


create or replace function crm.revoke_session(id uuid) returns crm.my_session
language plpgsql volatile security invoker  -- the policies of identity.session decide
set search_path = ''
as $$
declare
  ended crm.my_session;
begin
  select * into ended from crm.my_session where my_session.id = revoke_session.id;
  update identity.session set revoked_at = now() where session.id = ended.id;
  if not found then
    raise no_data_found using
      constraint = 'session_is_open', column = 'id', message = 'You have no such session, or it has ended already.';
  end if;
  return ended;
end
$$;
comment on function crm.revoke_session(uuid) is
  'Ends one of one''s own sessions at once, wherever it is. Ending this one is logging out.';


create or replace function crm.revoke_other_sessions() returns integer
language plpgsql volatile security invoker  -- the policies of identity.session decide
set search_path = ''
as $$
declare
  ended integer;
begin
  update identity.session
  set revoked_at = now()
  where id in (select other.id from crm.my_session other where not other.current);
  get diagnostics ended = row_count;
  return ended;
end
$$;
comment on function crm.revoke_other_sessions() is
  'Ends all of one''s own sessions but this one, and says how many there were.';


-- Sessions of a deactivated employee end for good: activating the account again does not revive one.
create or replace function identity.end_sessions_of_inactive() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update identity.session set revoked_at = now() where employee_id = new.id and revoked_at is null;
  return null;
end
$$;

create or replace trigger employee_30_end_sessions
  after update of active on crm.employee
  for each row when (old.active and not new.active)
  execute function identity.end_sessions_of_inactive();
comment on trigger employee_30_end_sessions on crm.employee is
  'Deactivating an employee ends their sessions.';


-- Open sockets are closed as soon as their session ends. NOTIFY carries the employee's id: a session's id is a secret.
create or replace function identity.notify_sessions_ended() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform pg_notify('epic_session', to_jsonb(coalesce(new, old)) ->> tg_argv[0]);
  return null;
end
$$;
comment on function identity.notify_sessions_ended() is
  'Sends the employee''s id, which is in the column that the trigger names, on the channel epic_session.';

create or replace trigger session_95_notify_revoked
  after update of revoked_at on identity.session
  for each row when (old.revoked_at is null and new.revoked_at is not null)
  execute function identity.notify_sessions_ended('employee_id');
comment on trigger session_95_notify_revoked on identity.session is 'The subscriptions of a session that was ended are closed at once.';

create or replace trigger session_95_notify_deleted
  after delete on identity.session
  for each row execute function identity.notify_sessions_ended('employee_id');
comment on trigger session_95_notify_deleted on identity.session is 'The subscriptions of a session that is gone are closed at once.';

create or replace trigger employee_95_notify_moved
  after update of department on crm.employee
  for each row when (old.department <> new.department)
  execute function identity.notify_sessions_ended('id');
comment on trigger employee_95_notify_moved on crm.employee is 'The subscriptions of an employee who moves to another department are closed at once.';
