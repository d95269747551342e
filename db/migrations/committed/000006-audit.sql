--! Previous: sha1:89b0f289e755b36fa5bec4da93433bf5c416189f
--! Hash: sha1:34b4ae44285a872db654e1858ab154e8a9b74708
--! Message: audit

-- History: one row for every row of crm that was inserted, updated or deleted, by whichever door.

create table audit.change (
  id             bigint      generated always as identity,
  changed_at     timestamptz not null default now(),
  transaction_id xid8        not null default pg_current_xact_id(),
  employee_id    integer              default crm.current_employee_id(),
  session_id     uuid                 default auth.current_session_id(),
  database_user  name        not null default session_user,
  record         text        not null,
  row_id         integer     not null,
  action         text        not null,
  old_values     jsonb,
  new_values     jsonb,

  constraint change_pkey            primary key (id),
  constraint change_action_is_known check (action in ('insert', 'update', 'delete'))
);
alter table audit.change enable row level security, force row level security;

create index change_record_idx     on audit.change (record, row_id, id);
create index change_changed_at_idx on audit.change (changed_at);

comment on table  audit.change                is 'One row for every change of a record. Rows are added and never changed.';
comment on column audit.change.changed_at     is 'When the transaction began that made the change.';
comment on column audit.change.transaction_id is 'The transaction: changes that belong together share it.';
comment on column audit.change.employee_id    is 'Who did it; empty when it was done outside a session. No foreign key: history outlives people.';
comment on column audit.change.session_id     is 'The session in which it was done.';
comment on column audit.change.database_user  is 'The login that was used: the API''s, or a DBA''s.';
comment on column audit.change.record         is 'The kind of record: `client`, `contract`, …';
comment on column audit.change.row_id         is 'The id of the record.';
comment on column audit.change.action         is '`insert`, `update` or `delete`.';
comment on column audit.change.old_values     is 'Before: the columns that changed, or all of them for a delete.';
comment on column audit.change.new_values     is 'After: the columns that changed, or all of them for an insert.';


create function audit.record_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after  jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(key, before -> key), jsonb_object_agg(key, value)
    into before, after
    from jsonb_each(after)
    where value is distinct from before -> key;
    if after is null then
      return null;
    end if;
  end if;
  insert into audit.change (record, row_id, action, old_values, new_values)
  values (tg_table_name, case tg_op when 'DELETE' then old.id else new.id end, lower(tg_op), before, after);
  return null;
end
$$;
comment on function audit.record_change() is
  'Writes audit.change: for an update the columns that changed, otherwise all of them.';

create trigger employee_90_audit     after insert or update or delete on crm.employee     for each row execute function audit.record_change();
create trigger client_90_audit       after insert or update or delete on crm.client       for each row execute function audit.record_change();
create trigger contract_90_audit     after insert or update or delete on crm.contract     for each row execute function audit.record_change();
create trigger payment_90_audit      after insert or update or delete on crm.payment      for each row execute function audit.record_change();
create trigger event_90_audit        after insert or update or delete on crm.event        for each row execute function audit.record_change();
create trigger notification_90_audit after insert or update or delete on crm.notification for each row execute function audit.record_change();

comment on trigger employee_90_audit     on crm.employee     is 'Every change of an employee is in the history.';
comment on trigger client_90_audit       on crm.client       is 'Every change of a client is in the history.';
comment on trigger contract_90_audit     on crm.contract     is 'Every change of a contract is in the history.';
comment on trigger payment_90_audit      on crm.payment      is 'Every payment is in the history.';
comment on trigger event_90_audit        on crm.event        is 'Every change of an event is in the history.';
comment on trigger notification_90_audit on crm.notification is 'Every notification is in the history.';


create view crm.history with (security_invoker) as
select id, changed_at, record, row_id, action, employee_id, old_values, new_values
from audit.change;
comment on view   crm.history             is 'Who changed what, when, and from what: the part of audit.change that the caller may read.';
comment on column crm.history.changed_at  is 'When the change was made.';
comment on column crm.history.record      is 'The kind of record: `client`, `contract`, …';
comment on column crm.history.row_id      is 'The id of the record.';
comment on column crm.history.action      is '`insert`, `update` or `delete`.';
comment on column crm.history.employee_id is 'Who did it; empty when it was done in the database itself.';
comment on column crm.history.old_values  is 'Before: the columns that changed, or all of them for a delete.';
comment on column crm.history.new_values  is 'After: the columns that changed, or all of them for an insert.';


-- The business journal: what the company wants to see in its monitoring, announced when the change commits.
-- Only ids are sent; whoever listens reads nothing private.

create function audit.announce() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform pg_notify('epic_journal', json_build_object(
    'kind', tg_argv[0],
    'id', case tg_op when 'DELETE' then old.id else new.id end,
    'actor', crm.current_employee_id())::text);
  return null;
end
$$;
comment on function audit.announce() is
  'Sends {"kind", "id", "actor"} on the channel epic_journal; the kind is the trigger''s argument.';

create trigger employee_95_announce_created after insert on crm.employee
  for each row execute function audit.announce('employee.created');
create trigger employee_95_announce_changed after update on crm.employee
  for each row when (old is distinct from new) execute function audit.announce('employee.changed');
create trigger employee_95_announce_deleted after delete on crm.employee
  for each row execute function audit.announce('employee.deleted');
create trigger contract_95_announce_entered_signed after insert on crm.contract
  for each row when (new.status = 'signed') execute function audit.announce('contract.signed');
create trigger contract_95_announce_signed after update of status on crm.contract
  for each row when (old.status <> 'signed' and new.status = 'signed') execute function audit.announce('contract.signed');

comment on trigger employee_95_announce_created on crm.employee is 'A new employee is announced in the journal.';
comment on trigger employee_95_announce_changed on crm.employee is 'A changed employee is announced in the journal.';
comment on trigger employee_95_announce_deleted on crm.employee is 'A deleted employee is announced in the journal.';
comment on trigger contract_95_announce_entered_signed on crm.contract is 'A contract that is entered as signed is announced in the journal.';
comment on trigger contract_95_announce_signed  on crm.contract is 'A signed contract is announced in the journal.';
