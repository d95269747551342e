--! Previous: sha1:d895d0f5edbf325faff8fe09a9a23f25cf8e3410
--! Hash: sha1:b26d5b10b9bfdf55654aa982edf4b4b396c4ca99
--! Message: own-sessions

-- Sessions that one sees and ends oneself, refresh tokens that are noticed sooner when they are stolen, and passwords
-- that management resets.


-- Refreshing. As before, but the ten seconds of grace are over as soon as the next token has been used: then the
-- other command of the same moment has long got its answer, and whoever comes with the former token stole it.

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
  'Exchanges a refresh token for the next one. Outcome: rotated; concurrent, when it was exchanged less than ten seconds ago and the next one has not been used (a new access token, but no new refresh token); refused, when it is unknown, its session has ended, or it was used before, which also ends the session.';


-- One's own sessions: what auth.session lets one see and end.

create view crm.my_session with (security_invoker) as
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


create function crm.revoke_session(id uuid) returns crm.my_session
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
      message = 'You have no such session, or it has ended already.', hint = 'Look at those that are open first.';
  end if;
  return ended;
end
$$;
comment on function crm.revoke_session(uuid) is
  'Ends one of one''s own sessions at once, wherever it is. Ending this one is logging out.';


create function crm.revoke_other_sessions() returns integer
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


create or replace function auth.log_out() returns void
language sql volatile security invoker  -- the policies of auth.session decide
set search_path = ''
as $$
  update auth.session
  set revoked_at = now()
  where id = auth.current_session_id()
    and revoked_at is null
$$;


-- A password that management gives somebody who has forgotten theirs.

create function crm.reset_password(employee_id integer, password_hash text) returns crm.employee
language plpgsql volatile security invoker  -- the policies of auth.credential decide
set search_path = ''
as $$
declare
  person crm.employee;
begin
  select * into person from crm.employee where employee.id = reset_password.employee_id;
  if not found then
    raise no_data_found using message = format('There is no employee %s.', reset_password.employee_id);
  end if;

  if not exists (select from auth.credential where credential.employee_id = person.id) then
    insert into auth.credential (employee_id, password_hash) values (person.id, reset_password.password_hash);
    return person;
  end if;
  update auth.credential
  set password_hash = reset_password.password_hash, must_change = true, changed_at = now()
  where credential.employee_id = person.id;
  if not found then
    raise insufficient_privilege using
      message = format('You may not reset the password of employee %s.', person.id),
      detail  = (select pg_catalog.obj_description(oid, 'pg_policy') from pg_catalog.pg_policy
                 where polrelid = 'auth.credential'::regclass and polname = 'management_reset_others'),
      hint    = 'Change your own with: epic password';
  end if;
  return person;
end
$$;
comment on function crm.reset_password(integer, text) is
  'Gives an employee a password for one login, within seven days. It ends their sessions, and unlocks the account.';


create function auth.one_time_password_is_given() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update auth.session set revoked_at = now() where employee_id = new.employee_id and revoked_at is null;
  update auth.login_attempt
  set failures = 0, locked_until = null
  where account = (select auth.email_digest(email) from crm.employee where id = new.employee_id);
  return null;
end
$$;

create trigger credential_30_reset
  after update of password_hash on auth.credential
  for each row when (new.must_change)
  execute function auth.one_time_password_is_given();
comment on trigger credential_30_reset on auth.credential is
  'A new one-time password ends the employee''s sessions, and forgets their failed logins.';
