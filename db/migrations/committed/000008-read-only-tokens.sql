--! Previous: sha1:ad03ce166e3770be66da86b06e9e996c4f57013a
--! Hash: sha1:7b5ed7c41440e111a9a9888b0b34e22e36d087a8
--! Message: read-only tokens

-- squawk-ignore-file ban-drop-column, constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation
-- Tokens that only read, and why a session ended.

alter table identity.access_token drop column if exists read_only;

alter table identity.access_token add column read_only boolean not null default false;
comment on column identity.access_token.read_only is 'Whether it only reads, whatever its session may: identity.create_read_only_token.';


alter table identity.session
  drop constraint if exists session_expires_before_it_ends,
  drop column if exists end_reason,
  drop column if exists ended_by;

update identity.session set expires_at = ends_at where expires_at > ends_at;

alter table identity.session
  add column end_reason text,
  add column ended_by   integer,
  add constraint session_end_reason_is_known check (end_reason in ('password_changed', 'password_reset')),
  add constraint session_ended_by_fkey foreign key (ended_by) references crm.employee on delete set null,
  add constraint session_expires_before_it_ends check (expires_at <= ends_at);

create index session_ended_by_idx on identity.session (ended_by);

comment on column identity.session.end_reason is
'Why the session was ended, where its employee should hear of it; empty otherwise.
- `password_changed`: The employee changed their password elsewhere.
- `password_reset`: The employee was given a password for one login.';
comment on column identity.session.ended_by is 'Who reset the password; empty for an operator of the server.';
comment on constraint session_end_reason_is_known on identity.session is 'A session is ended for a known reason.';
comment on constraint session_ended_by_fkey on identity.session is 'A session is ended by an employee.';
comment on constraint session_expires_before_it_ends on identity.session is 'A session expires when it ends, or before.';
comment on index identity.session_ended_by_idx is 'Serves deleting the employee who ended sessions.';
