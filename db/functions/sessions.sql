-- Sessions: entered by every transaction of the API, refreshed, listed and ended.


create or replace function crm.current_department() returns text
language sql stable parallel safe
return nullif(current_setting('jwt.claims.department', true), '');
comment on function crm.current_department() is
  'The department of the employee whose session this is; null outside a session.';


create or replace function auth.session_state(
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


create or replace function auth.enter(employee_id integer, session_id uuid, department text, for_own_credential boolean default false)
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
      constraint = 'session_ended', message = 'This session has ended.';
  end if;
  if not state.employee_is_active then
    raise exception using errcode = 'EP401',
      constraint = 'account_deactivated', message = 'This account has been deactivated.';
  end if;
  if state.department <> enter.department then
    raise exception using errcode = 'EP401',
      constraint = 'department_changed', message = format('You have moved to %s since you logged in.', state.department),
      detail = jsonb_build_object('department', state.department);
  end if;
  if state.must_change and not enter.for_own_credential then
    raise exception using errcode = 'EP403',
      constraint = 'must_change_password',
      message = 'Choose a password of your own first: this one is for one login only.';
  end if;

  perform set_config('jwt.claims.employee_id', enter.employee_id::text, true),
          set_config('jwt.claims.session_id',  enter.session_id::text, true),
          set_config('jwt.claims.department',  state.department, true),
          set_config('role', 'epic_' || state.department, true);
end
$$;
comment on function auth.enter(integer, uuid, text, boolean) is
  'Begins a transaction of the API: checks the session against what the token claims, then takes on the role and the claims until the transaction ends. Nulls enter as epic_anonymous. Raises EP401 when the session, the account or the department is no longer what the token says, and EP403 while a one-time password is unchanged.';


-- A refresh token that is presented again within ten seconds, before its successor was used, comes from a second
-- command of the same person; later it was stolen from one of its two holders, and the session ends.
create or replace function auth.refresh(
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

  if presented.used_at < now() - interval '10 seconds'
    or exists (
      select from auth.refresh_token later
      where later.session_id = presented.session_id and later.used_at > presented.used_at)
  then
    -- A token used twice was stolen from one of its two holders; which of them is not known.
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
  'Exchanges a refresh token for the next one. Outcome: rotated; concurrent, when it was exchanged less than ten seconds ago and the next one has not been used (a new access token, but no new refresh token); refused, when it is unknown, its session has ended, or it was used before, which also ends the session.';


create or replace function auth.log_out() returns void
language sql volatile security invoker  -- the policies of auth.session decide
set search_path = ''
as $$
  update auth.session
  set revoked_at = now()
  where id = auth.current_session_id()
    and revoked_at is null
$$;
comment on function auth.log_out() is
  'Ends the caller''s session.';


-- Own sessions, as the policies of auth.session allow.


create or replace view crm.my_session with (security_invoker) as
select id, created_at, last_used_at, expires_at, user_agent, id = auth.current_session_id() as current
from auth.session
where revoked_at is null
  and expires_at > now();
comment on view   crm.my_session              is 'One''s own sessions that are open: where one is logged in.';
comment on column crm.my_session.id           is 'Names the session to `revokeSession`.';
comment on column crm.my_session.created_at   is 'When one logged in.';
comment on column crm.my_session.last_used_at is 'When the session was last refreshed: every quarter of an hour while it is in use.';
comment on column crm.my_session.expires_at   is 'When the session ends if it is not refreshed.';
comment on column crm.my_session.user_agent   is 'The program that logged in, in its own words.';
comment on column crm.my_session.current      is 'Whether it is the session of this request.';


create or replace function crm.revoke_session(id uuid) returns crm.my_session
language plpgsql volatile security invoker  -- the policies of auth.session decide
set search_path = ''
as $$
declare
  ended crm.my_session;
begin
  select * into ended from crm.my_session where my_session.id = revoke_session.id;
  update auth.session set revoked_at = now() where session.id = ended.id;
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
language plpgsql volatile security invoker  -- the policies of auth.session decide
set search_path = ''
as $$
declare
  ended integer;
begin
  update auth.session
  set revoked_at = now()
  where id in (select other.id from crm.my_session other where not other.current);
  get diagnostics ended = row_count;
  return ended;
end
$$;
comment on function crm.revoke_other_sessions() is
  'Ends all of one''s own sessions but this one, and says how many there were.';


-- Sessions of a deactivated employee end for good: activating the account again does not revive one.
create or replace function auth.end_sessions_of_inactive() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update auth.session set revoked_at = now() where employee_id = new.id and revoked_at is null;
  return null;
end
$$;

create or replace trigger employee_30_end_sessions
  after update of active on crm.employee
  for each row when (old.active and not new.active)
  execute function auth.end_sessions_of_inactive();
comment on trigger employee_30_end_sessions on crm.employee is
  'Deactivating an employee ends their sessions.';


-- Open sockets are closed as soon as their session ends. NOTIFY carries the employee's id: a session's id is a secret.
create or replace function auth.notify_sessions_ended() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform pg_notify('epic_session', to_jsonb(coalesce(new, old)) ->> tg_argv[0]);
  return null;
end
$$;
comment on function auth.notify_sessions_ended() is
  'Sends the employee''s id, which is in the column that the trigger names, on the channel epic_session.';

create or replace trigger session_95_notify_revoked
  after update of revoked_at on auth.session
  for each row when (old.revoked_at is null and new.revoked_at is not null)
  execute function auth.notify_sessions_ended('employee_id');
comment on trigger session_95_notify_revoked on auth.session is 'The subscriptions of a session that was ended are closed at once.';

create or replace trigger session_95_notify_deleted
  after delete on auth.session
  for each row execute function auth.notify_sessions_ended('employee_id');
comment on trigger session_95_notify_deleted on auth.session is 'The subscriptions of a session that is gone are closed at once.';

create or replace trigger employee_95_notify_moved
  after update of department on crm.employee
  for each row when (old.department <> new.department)
  execute function auth.notify_sessions_ended('id');
comment on trigger employee_95_notify_moved on crm.employee is 'The subscriptions of an employee who moves to another department are closed at once.';
