--! Previous: sha1:10e8201e33e297c84d345765b9ff586121706140
--! Hash: sha1:f86608c32001a38c178ef71701979d8b85d904f7
--! Message: orders of lists

-- squawk-ignore-file require-concurrent-index-creation, ban-drop-column, require-concurrent-index-deletion
-- Indexes that end with the id, as the orders of lists do: among rows that are equal the page is read, not all of them. And
-- the orders of what is one's own, where one may look after a fifth of everything or after five.

drop index if exists crm.client_full_name_idx, crm.client_company_name_idx, crm.client_first_contact_idx, crm.contract_total_amount_idx;
drop index if exists crm.client_own_full_name_idx, crm.client_own_company_name_idx, crm.client_own_first_contact_idx, crm.client_own_last_update_idx;
drop index if exists crm.contract_own_client_id_idx, crm.contract_own_status_idx, crm.contract_own_total_amount_idx, crm.contract_own_creation_date_idx;
drop index if exists crm.event_own_support_idx, crm.event_own_commercial_idx, crm.event_status_id_idx;

create index client_full_name_idx         on crm.client (full_name, id);
create index client_company_name_idx      on crm.client (company_name, id);
create index client_first_contact_idx     on crm.client (first_contact, id);
create index client_own_full_name_idx     on crm.client (commercial_contact_id, full_name, id);
create index client_own_company_name_idx  on crm.client (commercial_contact_id, company_name, id);
create index client_own_first_contact_idx on crm.client (commercial_contact_id, first_contact, id);
create index client_own_last_update_idx   on crm.client (commercial_contact_id, last_update);

create index contract_total_amount_idx      on crm.contract (total_amount, id);
create index contract_own_client_id_idx     on crm.contract (commercial_id, client_id, id);
create index contract_own_status_idx        on crm.contract (commercial_id, status, id);
create index contract_own_total_amount_idx  on crm.contract (commercial_id, total_amount, id);
create index contract_own_creation_date_idx on crm.contract (commercial_id, creation_date);

create index event_status_id_idx      on crm.event (status, id);
create index event_own_support_idx    on crm.event (support_contact_id, id);
create index event_own_commercial_idx on crm.event (commercial_id, id);

comment on index crm.client_full_name_idx         is 'Serves clients sorted by name.';
comment on index crm.client_company_name_idx      is 'Serves clients sorted by company.';
comment on index crm.client_first_contact_idx     is 'Serves clients of a first contact in a period, and lists sorted by it.';
comment on index crm.client_own_full_name_idx     is 'Serves the clients of a sales employee (condition mine) sorted by name.';
comment on index crm.client_own_company_name_idx  is 'Serves the clients of a sales employee (condition mine) sorted by company.';
comment on index crm.client_own_first_contact_idx is 'Serves the clients of a sales employee (condition mine) sorted by first contact, and those of a period.';
comment on index crm.client_own_last_update_idx   is 'Serves the clients of a sales employee (condition mine) sorted by last update, and those not contacted since a time.';

comment on index crm.contract_total_amount_idx      is 'Serves contracts sorted by their total.';
comment on index crm.contract_own_client_id_idx     is 'Serves the contracts of a sales employee (condition mine) sorted by client.';
comment on index crm.contract_own_status_idx        is 'Serves the contracts of a sales employee (condition mine) of a status, and sorted by it.';
comment on index crm.contract_own_total_amount_idx  is 'Serves the contracts of a sales employee (condition mine) sorted by their total.';
comment on index crm.contract_own_creation_date_idx is 'Serves the contracts of a sales employee (condition mine) sorted by creation date, and those of a period.';

comment on index crm.event_status_id_idx      is 'Serves events sorted by status.';
comment on index crm.event_own_support_idx    is 'Serves the events that a support employee runs (condition mine) sorted by id, and events sorted by support contact.';
comment on index crm.event_own_commercial_idx is 'Serves the events of a sales employee (condition mine) sorted by id.';
