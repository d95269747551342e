--! Previous: sha1:2bf7ca934c6430a756f3f9790411038d6e5c1adb
--! Hash: sha1:1ab80740a33cec9017e8d8b6ee3e9f3431960264
--! Message: read-only tokens

-- squawk-ignore-file ban-drop-column, constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation
-- Tokens that only read, and why a session ended.

alter table auth.access_token drop column if exists read_only;

alter table auth.access_token add column read_only boolean not null default false;
comment on column auth.access_token.read_only is 'Whether it only reads, whatever its session may: auth.create_read_only_token.';


alter table auth.session
  drop constraint if exists session_expires_before_it_ends,
  drop column if exists end_reason,
  drop column if exists ended_by;

update auth.session set expires_at = ends_at where expires_at > ends_at;

alter table auth.session
  add column end_reason text,
  add column ended_by   integer,
  add constraint session_end_reason_is_known check (end_reason in ('password_changed', 'password_reset')),
  add constraint session_ended_by_fkey foreign key (ended_by) references crm.employee on delete set null,
  add constraint session_expires_before_it_ends check (expires_at <= ends_at);

create index session_ended_by_idx on auth.session (ended_by);

comment on column auth.session.end_reason is
'Why the session was ended, where its employee should hear of it; empty otherwise.
- `password_changed`: The employee changed their password elsewhere.
- `password_reset`: The employee was given a password for one login.';
comment on column auth.session.ended_by is 'Who reset the password; empty for an operator of the server.';
comment on constraint session_end_reason_is_known on auth.session is 'A session is ended for a known reason.';
comment on constraint session_ended_by_fkey on auth.session is 'A session is ended by an employee.';
comment on constraint session_expires_before_it_ends on auth.session is 'A session expires when it ends, or before.';
comment on index auth.session_ended_by_idx is 'Serves deleting the employee who ended sessions.';
