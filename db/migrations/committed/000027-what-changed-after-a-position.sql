--! Previous: sha1:67f1739d65d24e31914199b2767faf4c2d09e92b
--! Hash: sha1:f767759143d77b2b3f7d507ba2f0abf6a12c89fc
--! Message: what changed after a position

-- squawk-ignore-file require-concurrent-index-creation
-- What changed after a position, for programs that keep a copy: see db/functions/changes.sql.

create index if not exists change_transaction_id_idx on audit.change (transaction_id, id);
comment on index audit.change_transaction_id_idx is 'Serves what changed after a position: history in the order of transactions.';

drop type if exists crm.change_page;
drop type if exists crm.change;

create type crm.change as (
  record      text,
  row_id      integer,
  changed_at  timestamptz,
  is_deleted  boolean,
  client_id   integer,
  contract_id integer,
  payment_id  integer,
  event_id    integer,
  note_id     integer,
  employee_id integer
);
comment on type crm.change is 'A record that was created, changed or deleted: it is to be read again, or taken out.';
comment on column crm.change.record is
'The kind of record.
- `client`: A client.
- `contract`: A contract.
- `payment`: A payment.
- `event`: An event.
- `note`: A note.
- `employee`: An employee; management alone reads their history, and is told of them.';
comment on column crm.change.row_id      is 'The id of the record.';
comment on column crm.change.changed_at  is 'When it was last changed, of the changes on this page.';
comment on column crm.change.is_deleted  is 'Whether there is no such record any more, or none that I may read.';
comment on column crm.change.client_id   is 'The client, where it is one and is there.';
comment on column crm.change.contract_id is 'The contract, where it is one and is there.';
comment on column crm.change.payment_id  is 'The payment, where it is one and is there.';
comment on column crm.change.event_id    is 'The event, where it is one and is there.';
comment on column crm.change.note_id     is 'The note, where it is one and is there.';
comment on column crm.change.employee_id is 'The employee, where it is one and is there.';

create type crm.change_page as (
  entries    crm.change[],
  "position" text,
  has_more   boolean
);
comment on type   crm.change_page            is 'What changed after a position, and the position that follows.';
comment on column crm.change_page.entries    is 'The records that changed, each once, in the order of their last change. None where there was no `after`.';
comment on column crm.change_page."position" is 'Where to go on: the next `after`. Keep it as it is once the entries are dealt with.';
comment on column crm.change_page.has_more   is 'Whether more has changed already: ask again at once.';
