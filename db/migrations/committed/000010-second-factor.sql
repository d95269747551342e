--! Previous: sha1:d0eabdfd5b4e687e0f8db88b4911bd22c08a5d8a
--! Hash: sha1:a433ca62f943b3b82f5ee693f6e86272b2cb972b
--! Message: second factor

-- A second factor: TOTP (RFC 6238), checked in the database, and recovery codes for a lost phone.

-- Trusted, as pg_trgm is: HMAC-SHA-1 and random bytes.
create extension if not exists pgcrypto with schema extensions;


create table identity.second_factor (
  employee_id integer     not null,
  secret      bytea       not null,
  created_at  timestamptz not null default now(),
  enabled_at  timestamptz,
  last_step   bigint      not null default 0,

  constraint second_factor_pkey             primary key (employee_id),
  constraint second_factor_employee_id_fkey foreign key (employee_id) references crm.employee on delete cascade,
  constraint second_factor_secret_is_long   check (length(secret) = 20)
);
alter table identity.second_factor enable row level security, force row level security;

comment on table  identity.second_factor             is 'The authenticator app of an employee: asked for at each login once it is enabled. Only epic_owner reads it.';
comment on column identity.second_factor.secret      is 'What the app and the database share: 20 random bytes.';
comment on column identity.second_factor.created_at  is 'When the secret was drawn.';
comment on column identity.second_factor.enabled_at  is 'When a first code of the app was right; empty until then.';
comment on column identity.second_factor.last_step   is 'The step, of 30 seconds since 1970, of the last code accepted: neither it nor an earlier one is accepted again.';
comment on constraint second_factor_secret_is_long on identity.second_factor is 'The secret of an authenticator app is 20 bytes long.';


create table identity.recovery_code (
  employee_id integer not null,
  code_hash   bytea   not null,

  constraint recovery_code_pkey             primary key (employee_id, code_hash),
  constraint recovery_code_employee_id_fkey foreign key (employee_id) references identity.second_factor on delete cascade
);
alter table identity.recovery_code enable row level security, force row level security;

comment on table  identity.recovery_code           is 'The recovery codes that an employee has left, each good once in place of a code of the authenticator app. Only epic_owner reads them.';
comment on column identity.recovery_code.code_hash is 'SHA-256 of the code, 80 random bits.';


alter table identity.configuration
  add column second_factor_required_for text[] not null default '{}'
    constraint configuration_requires_of_departments
      check (second_factor_required_for <@ array['sales', 'support', 'management']);

comment on column identity.configuration.second_factor_required_for is 'The departments whose employees need a second factor for what gives power or cannot be undone.';
comment on constraint configuration_requires_of_departments on identity.configuration is 'A second factor is required of sales, support or management.';

comment on column identity.session.second_factor is 'Whether it was opened with a second factor, or one was confirmed in it.';


create type crm.second_factor as (
  enabled_at          timestamptz,
  recovery_codes_left integer,
  is_required         boolean
);
comment on type   crm.second_factor                     is 'The second factor of the caller.';
comment on column crm.second_factor.enabled_at          is 'Since when it is asked for; empty while there is none.';
comment on column crm.second_factor.recovery_codes_left is 'How many recovery codes have not been used.';
comment on column crm.second_factor.is_required         is 'Whether the caller''s department needs one for what gives power or cannot be undone.';


alter table crm.notification drop constraint notification_kind_is_known;
-- Notifications are few, and read quickly.
alter table crm.notification
  -- squawk-ignore constraint-missing-not-valid
  add constraint notification_kind_is_known check (kind in (
    'event_created', 'event_assigned', 'event_unassigned', 'event_rescheduled', 'event_moved',
    'event_planned', 'event_confirmed', 'event_completed', 'event_cancelled', 'event_deleted',
    'contract_signed', 'contract_cancelled', 'password_changed', 'password_reset',
    'second_factor_enabled', 'second_factor_disabled', 'second_factor_reset',
    'recovery_codes_replaced', 'recovery_code_used'));
comment on constraint notification_kind_is_known on crm.notification is 'A notification is of a kind that the database writes.';
comment on column crm.notification.kind is
'What happened.
- `event_created`: Events were planned: `events` of them, `without_support` of which have no support contact. The first is the one that it is about.
- `event_assigned`: The event has a support contact, who may be the recipient; of `events` planned together, the first.
- `event_unassigned`: The event no longer has the support contact that it had, who may be the recipient.
- `event_rescheduled`: The event begins or ends at another time.
- `event_moved`: The event takes place somewhere else.
- `event_planned`: The event is planned again.
- `event_confirmed`: The event will take place.
- `event_completed`: The event has taken place.
- `event_cancelled`: The event will not take place.
- `event_deleted`: An event of the contract was deleted.
- `contract_signed`: The contract was signed.
- `contract_cancelled`: The contract, or that of the event, was cancelled; `open_events` of it are still planned or confirmed.
- `password_changed`: The recipient has changed their password.
- `password_reset`: The recipient was given a password for one login.
- `second_factor_enabled`: The recipient has enabled a second factor.
- `second_factor_disabled`: The recipient has disabled their second factor.
- `second_factor_reset`: An operator has removed the recipient''s second factor.
- `recovery_codes_replaced`: The recipient has drawn new recovery codes; the former ones are no longer good.
- `recovery_code_used`: A recovery code of the recipient was used; `left` of them have not been.';
