--! Previous: sha1:fc982bf7e29b2f04b27e4ac5eda7bbda8b612540
--! Hash: sha1:1d05c714f28aca449a421bf1485aa5beaad22d05
--! Message: events by date and id

-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- Events in the order of time end with the id, as lists and the calendar do: hundreds begin at the same hour. Which of those that I
-- sold I also run is read from the index.

drop index if exists crm.event_start_date_idx, crm.event_support_contact_id_idx, crm.event_commercial_id_idx;
drop index if exists crm.event_status_idx, crm.event_own_support_status_date_idx, crm.event_own_commercial_status_date_idx;
drop index if exists crm.event_without_support_idx, crm.event_without_support_own_idx;

create index event_start_date_idx         on crm.event (start_date, id);
create index event_support_contact_id_idx on crm.event (support_contact_id, start_date, id);
create index event_commercial_id_idx      on crm.event (commercial_id, start_date, id) include (support_contact_id);

create index event_status_idx                     on crm.event (status, start_date, id);
create index event_own_support_status_date_idx    on crm.event (support_contact_id, status, start_date, id);
create index event_own_commercial_status_date_idx on crm.event (commercial_id, status, start_date, id);

create index event_without_support_idx     on crm.event (start_date, id) where support_contact_id is null;
create index event_without_support_own_idx on crm.event (commercial_id, start_date, id) where support_contact_id is null;

comment on index crm.event_start_date_idx         is 'Serves events of a period, upcoming events, lists sorted by start date, and the calendar.';
comment on index crm.event_support_contact_id_idx is 'Serves the events of a support employee by date: condition mine, and what must be handed over before the employee leaves.';
comment on index crm.event_commercial_id_idx      is 'Serves the events of a sales employee by date: condition mine; the calendar counts them from it.';

comment on index crm.event_status_idx                     is 'Serves the events of a status by date: condition open, and lists sorted by status.';
comment on index crm.event_own_support_status_date_idx    is 'Serves the events that a support employee runs (condition mine) of a status, in the order of time.';
comment on index crm.event_own_commercial_status_date_idx is 'Serves the events of a sales employee (condition mine) of a status, in the order of time.';
comment on index crm.event_without_support_idx            is 'Serves the events without a support contact by date: condition withoutSupport.';
comment on index crm.event_without_support_own_idx        is 'Serves the events of a sales employee (condition mine) without a support contact, in the order of time.';
