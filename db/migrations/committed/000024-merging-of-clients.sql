--! Previous: sha1:e0142f8ebe5616cb033ffeea78be8d205f8bf361
--! Hash: sha1:e503f01d583e84f2521163cb2e9a7b2e2cfe522d
--! Message: merging of clients

-- squawk-ignore-file ban-drop-table
-- What merging two clients returns.

drop type if exists crm.client_merge;
drop type if exists crm.moved_records;

create type crm.moved_records as (
  record  text,
  records integer
);
comment on type   crm.moved_records         is 'How many records of a kind a client hands to another.';
comment on column crm.moved_records.record  is 'The kind of record: `contract`, `note`.';
comment on column crm.moved_records.records is 'How many there are.';

create type crm.client_merge as (
  client_id        integer,
  merged_client_id integer,
  moved            crm.moved_records[],
  filled           text[]
);
comment on type   crm.client_merge                  is 'What merging two clients does.';
comment on column crm.client_merge.client_id        is 'The client who stays.';
comment on column crm.client_merge.merged_client_id is 'The client who is gone.';
comment on column crm.client_merge.moved            is 'What moves to the client who stays. What belongs to it, such as the payments and events of a contract, goes along.';
comment on column crm.client_merge.filled           is 'The columns of the client who stays that are filled in from the other, as the database names them.';

comment on column crm.contract.client_id is 'The client; it changes only when two clients are merged.';
