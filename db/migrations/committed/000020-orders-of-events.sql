--! Previous: sha1:3b7179e752438f847e44ee201451fe393c61cab2
--! Hash: sha1:fc982bf7e29b2f04b27e4ac5eda7bbda8b612540
--! Message: orders of events

-- squawk-ignore-file require-concurrent-index-creation
-- Events in each order that lists offer: of one's own, of a status, those that are open, and those that no one supports. An
-- index that has another order would be read past all that came before: seven of eight events have taken place.

create index if not exists event_own_commercial_status_idx      on crm.event (commercial_id, status, id);
create index if not exists event_own_commercial_status_date_idx on crm.event (commercial_id, status, start_date);
create index if not exists event_own_commercial_contract_idx    on crm.event (commercial_id, contract_id);
create index if not exists event_own_commercial_contact_idx     on crm.event (commercial_id, support_contact_id, id);
create index if not exists event_own_support_status_idx         on crm.event (support_contact_id, status, id);
create index if not exists event_own_support_status_date_idx    on crm.event (support_contact_id, status, start_date);
create index if not exists event_own_support_contract_idx       on crm.event (support_contact_id, contract_id);

create index if not exists event_open_idx                         on crm.event (id) where status in ('planned', 'confirmed');
create index if not exists event_open_contract_idx                on crm.event (contract_id) where status in ('planned', 'confirmed');
create index if not exists event_open_own_commercial_idx          on crm.event (commercial_id, id) where status in ('planned', 'confirmed');
create index if not exists event_open_own_commercial_contract_idx on crm.event (commercial_id, contract_id) where status in ('planned', 'confirmed');
create index if not exists event_open_own_commercial_contact_idx  on crm.event (commercial_id, support_contact_id, id) where status in ('planned', 'confirmed');
create index if not exists event_open_own_support_idx             on crm.event (support_contact_id, id) where status in ('planned', 'confirmed');
create index if not exists event_open_own_support_contract_idx    on crm.event (support_contact_id, contract_id) where status in ('planned', 'confirmed');

create index if not exists event_without_support_id_idx       on crm.event (id) where support_contact_id is null;
create index if not exists event_without_support_contract_idx on crm.event (contract_id) where support_contact_id is null;
create index if not exists event_without_support_status_idx   on crm.event (status, id) where support_contact_id is null;

comment on index crm.event_own_commercial_status_idx      is 'Serves the events of a sales employee (condition mine) sorted by status, and those of a status sorted by id.';
comment on index crm.event_own_commercial_status_date_idx is 'Serves the events of a sales employee (condition mine) of a status, in the order of time.';
comment on index crm.event_own_commercial_contract_idx    is 'Serves the events of a sales employee (condition mine) sorted by contract.';
comment on index crm.event_own_commercial_contact_idx     is 'Serves the events of a sales employee (condition mine) sorted by support contact.';
comment on index crm.event_own_support_status_idx         is 'Serves the events that a support employee runs (condition mine) sorted by status, and those of a status sorted by id.';
comment on index crm.event_own_support_status_date_idx    is 'Serves the events that a support employee runs (condition mine) of a status, in the order of time.';
comment on index crm.event_own_support_contract_idx       is 'Serves the events that a support employee runs (condition mine) sorted by contract.';

comment on index crm.event_open_idx                         is 'Serves open and upcoming events sorted by id.';
comment on index crm.event_open_contract_idx                is 'Serves open and upcoming events sorted by contract.';
comment on index crm.event_open_own_commercial_idx          is 'Serves the open and upcoming events of a sales employee (condition mine) sorted by id.';
comment on index crm.event_open_own_commercial_contract_idx is 'Serves the open and upcoming events of a sales employee (condition mine) sorted by contract.';
comment on index crm.event_open_own_commercial_contact_idx  is 'Serves the open and upcoming events of a sales employee (condition mine) sorted by support contact.';
comment on index crm.event_open_own_support_idx             is 'Serves open and upcoming events sorted by support contact, and those that a support employee runs (condition mine) sorted by id.';
comment on index crm.event_open_own_support_contract_idx    is 'Serves the open and upcoming events that a support employee runs (condition mine) sorted by contract.';

comment on index crm.event_without_support_id_idx       is 'Serves events without a support contact sorted by id.';
comment on index crm.event_without_support_contract_idx is 'Serves events without a support contact sorted by contract.';
comment on index crm.event_without_support_status_idx   is 'Serves events without a support contact sorted by status.';
