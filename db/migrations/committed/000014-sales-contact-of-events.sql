--! Previous: sha1:40172a42106fc951501123fd3692aa8bc1d3b6a6
--! Hash: sha1:aaff1809dbe7bc37cf75c1aac18ac8ee8adbdffa
--! Message: sales contact of events

-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation, changing-column-type, adding-not-nullable-field
-- Who sold an event, on the event: the events of a sales employee, in the order of time, are read from an index.

-- current.sql may be applied several times
-- squawk-ignore ban-drop-column
alter table crm.event drop column if exists commercial_id;

alter table crm.event add column commercial_id integer;
comment on column crm.event.commercial_id is 'The sales employee who looks after the client: that of the contract, which it follows.';

-- Existing events are filled by rewriting the table rather than by an update, which would be in their history.
do $do$
begin
  create function pg_temp.contract_commercial_id(contract_id integer) returns integer
  language sql stable
  as $$ select contract.commercial_id from crm.contract where contract.id = contract_id $$;

  alter table crm.event alter column commercial_id type integer using pg_temp.contract_commercial_id(contract_id);

  drop function pg_temp.contract_commercial_id(integer);
end
$do$;

alter table crm.event
  alter column commercial_id set not null,
  add constraint event_commercial_id_fkey foreign key (commercial_id) references crm.employee;
comment on constraint event_commercial_id_fkey on crm.event is 'The employee still looks after events: hand their clients over first.';

create index event_commercial_id_idx on crm.event (commercial_id, start_date);
comment on index crm.event_commercial_id_idx is 'Serves the events of a sales employee: condition mine.';
