--! Previous: sha1:1d05c714f28aca449a421bf1485aa5beaad22d05
--! Hash: sha1:b1b6d9217629a328bda161fb0cbc6121aaed0d86
--! Message: own events of support

-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- The orders of a support employee's own events leave those without one out: for these, where the support contact is null, the
-- planner took them for a short way, and sorted all that it found.

drop index crm.event_own_support_contract_idx;
drop index crm.event_own_support_status_idx;
drop index crm.event_own_support_status_date_idx;
drop index crm.event_open_own_support_contract_idx;

create index event_own_support_contract_idx
  on crm.event (support_contact_id, contract_id) where support_contact_id is not null;
comment on index crm.event_own_support_contract_idx is
  'Serves the events that a support employee runs (condition mine) sorted by contract.';

create index event_own_support_status_idx
  on crm.event (support_contact_id, status, id) where support_contact_id is not null;
comment on index crm.event_own_support_status_idx is
  'Serves the events that a support employee runs (condition mine) sorted by status, and those of a status sorted by id.';

create index event_own_support_status_date_idx
  on crm.event (support_contact_id, status, start_date, id) where support_contact_id is not null;
comment on index crm.event_own_support_status_date_idx is
  'Serves the events that a support employee runs (condition mine) of a status, in the order of time.';

create index event_open_own_support_contract_idx
  on crm.event (support_contact_id, contract_id)
  where support_contact_id is not null and status in ('planned', 'confirmed');
comment on index crm.event_open_own_support_contract_idx is
  'Serves the open and upcoming events that a support employee runs (condition mine) sorted by contract.';
