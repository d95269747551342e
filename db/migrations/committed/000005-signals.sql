--! Previous: sha1:7d103ee16c2fca699d393c243cdc30cf9f7b5d70
--! Hash: sha1:5eb035cf15e258a9919f6097638368631df09ce7
--! Message: signals

-- Signals: what changed, for those who subscribe. See db/functions/signals.sql.

create type audit.topic as enum ('notification', 'event', 'mark');
comment on type audit.topic is
  'What a signal is about: a notification, an event; or nothing, where it only marks a position.';

create table audit.signal (
  id             bigint       generated always as identity,
  created_at     timestamptz  not null default now(),
  transaction_id xid8         not null default pg_current_xact_id(),
  snapshot       pg_snapshot  not null default pg_current_snapshot(),
  topic          audit.topic  not null,
  recipient_id   integer,
  row_id         integer,
  action         audit.action,

  constraint signal_pkey primary key (id)
);
alter table audit.signal enable row level security, force row level security;

create index signal_transaction_id_idx on audit.signal (transaction_id);
create index signal_created_at_idx     on audit.signal (created_at);

comment on table  audit.signal                is 'That a notification was written or an event changed, for those who subscribe. Kept for audit.signal_retention().';
comment on column audit.signal.id             is 'A position: a subscriber who gives it is sent everything that it has not seen since.';
comment on column audit.signal.created_at     is 'When the transaction began that wrote it.';
comment on column audit.signal.transaction_id is 'The transaction that wrote it.';
comment on column audit.signal.snapshot       is 'Which transactions were done when it was written, as that transaction saw it.';
comment on column audit.signal.topic          is '`notification`, `event`, or `mark` for a mere position.';
comment on column audit.signal.recipient_id   is 'Who may know of it; empty for every employee. No foreign key: it is gone in days.';
comment on column audit.signal.row_id         is 'The id of the notification or event; empty for a mark.';
comment on column audit.signal.action         is '`insert`, `update` or `delete`; empty for a mark.';

comment on index audit.signal_transaction_id_idx is 'Serves the signals of transactions that a subscriber has not seen yet.';
comment on index audit.signal_created_at_idx     is 'Serves removing signals that are too old.';
