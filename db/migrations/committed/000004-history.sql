--! Previous: sha1:1bcc20fc83614cc1c6a79ea3818cbf65324346b2
--! Hash: sha1:7d103ee16c2fca699d393c243cdc30cf9f7b5d70
--! Message: history

-- History: one row for every change of a record, whatever program made it. The triggers are in db/functions/history.sql.

-- An enum rather than text with a check: PostgreSQL prepares a check anew for every statement that inserts, which here is
-- every statement that changes a record. No policy and no index compares it.
create type audit.action as enum ('insert', 'update', 'delete', 'prune');
comment on type audit.action is
  'What happened to a record: it was inserted, updated or deleted; or to history itself: it was pruned.';

create table audit.change (
  id             bigint      generated always as identity,
  changed_at     timestamptz not null default now(),
  transaction_id xid8        not null default pg_current_xact_id(),
  employee_id    integer              default crm.current_employee_id(),
  session_id     uuid                 default identity.current_session_id(),
  database_user  name        not null default session_user,
  record         text        not null,
  row_id         integer     not null,
  action         audit.action not null,
  old_values     jsonb,
  new_values     jsonb,

  constraint change_pkey primary key (id)
);
alter table audit.change enable row level security, force row level security;

create index change_record_idx on audit.change (record, row_id, id);

comment on table  audit.change                is 'One row for every change of a record, and for every pruning of history. Rows are added, never changed.';
comment on column audit.change.changed_at     is 'When the transaction began that made the change.';
comment on column audit.change.transaction_id is 'The transaction: changes that belong together share it.';
comment on column audit.change.employee_id    is 'Who did it; empty when it was done outside a session. No foreign key: history outlives people.';
comment on column audit.change.session_id     is 'The session in which it was done.';
comment on column audit.change.database_user  is 'The login that was used: the API''s, or a DBA''s.';
comment on column audit.change.record         is 'The kind of record: `client`, `contract`, …; `history` for a pruning.';
comment on column audit.change.row_id         is 'The id of the record; 0 for a pruning.';
comment on column audit.change.action         is '`insert`, `update` or `delete` of a record; `prune` of history.';
comment on column audit.change.old_values     is 'Before: the columns that changed, or all of them for a delete, but never the version. For a pruning, how many rows it removed (`rows`) and the time they were all older than (`before`).';
comment on column audit.change.new_values     is 'After: the columns that changed, or all of them for an insert, but never the version.';

comment on index audit.change_record_idx is 'Serves the history of one record, the latest change first, and of a kind of record.';
