--! Previous: sha1:2c35156a0257d030c0c73c0a45de9bf5d1e32565
--! Hash: sha1:67f1739d65d24e31914199b2767faf4c2d09e92b
--! Message: when contracts and events were updated

-- squawk-ignore-file require-concurrent-index-creation, changing-column-type, adding-not-nullable-field
-- When a contract or event was last changed: for those who look for what is new.

alter table crm.contract add column if not exists updated_at timestamptz;
alter table crm.event    add column if not exists updated_at timestamptz;

-- Existing rows are filled by rewriting the tables rather than by an update, which would be in their history. What was last
-- changed before the history that is kept has the time of the latest pruning, or else that of its own dates.
alter table audit.change no force row level security;
do $do$
begin
  create function pg_temp.last_change(record text, row_id integer, known timestamptz) returns timestamptz
  language sql stable
  as $$
    select coalesce(
      (select max(change.changed_at) from audit.change where change.record = last_change.record and change.row_id = last_change.row_id),
      known,
      (select max((change.old_values ->> 'before')::timestamptz) from audit.change where change.record = 'history' and change.row_id = 0),
      now())
  $$;

  alter table crm.contract alter column updated_at type timestamptz
    using pg_temp.last_change('contract', id, greatest(creation_date, signed_at));
  alter table crm.event alter column updated_at type timestamptz
    using pg_temp.last_change('event', id, null);

  drop function pg_temp.last_change(text, integer, timestamptz);
end
$do$;
alter table audit.change force row level security;

alter table crm.contract alter column updated_at set default now(), alter column updated_at set not null;
alter table crm.event    alter column updated_at set default now(), alter column updated_at set not null;

create index if not exists contract_updated_at_idx on crm.contract (updated_at, id);
create index if not exists event_updated_at_idx    on crm.event (updated_at, id);

comment on column crm.contract.updated_at is 'When this record last changed; a payment changes its contract. Kept by the database.';
comment on column crm.event.updated_at    is 'When this record last changed; kept by the database.';
comment on index crm.contract_updated_at_idx is 'Serves contracts sorted by when they last changed.';
comment on index crm.event_updated_at_idx    is 'Serves events sorted by when they last changed.';

comment on column audit.change.old_values is 'Before: the columns that changed, or all of them for a delete, but never the version, nor `updated_at`. For a pruning, how many rows it removed (`rows`) and the time they were all older than (`before`).';
comment on column audit.change.new_values is 'After: the columns that changed, or all of them for an insert, but never the version, nor `updated_at`.';
