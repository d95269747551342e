-- client: someone who buys events from us, or might.
-- Every employee reads all of them. Sales create them and change their own, management hands them over.

call dba.close_table('crm.client');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('crm.client');  -- restrictive: only in a session that identity.enter has proven

grant select                                                         on crm.client to epic_employee;
grant insert (full_name, email, phone, company_name, first_contact)  on crm.client to epic_sales;
grant update (full_name, email, phone, company_name, version)        on crm.client to epic_sales;
grant update (commercial_contact_id, version)                        on crm.client to epic_management;
-- version is granted to be sent as the expected one; a trigger increments it.
-- Not granted: id, last_update, and erased_at, which only crm.erase_client sets.
-- The sales contact of a new client is its creator: a default that no role may override.
-- No department deletes clients: crm.erase_client removes the personal data and keeps the contracts, and crm.merge_clients
-- moves all that one client has to another.


-- read

create policy employee_read_all on crm.client
  for select to epic_employee
  using (true);
comment on policy employee_read_all on crm.client is
  'Every employee reads every client.';


-- create

create policy sales_create_own on crm.client
  for insert to epic_sales
  with check (commercial_contact_id = (select crm.current_employee_id()));
comment on policy sales_create_own on crm.client is
  'Sales create clients, and look after those they create.';


-- update

create policy sales_update_own on crm.client
  for update to epic_sales
  using (commercial_contact_id = (select crm.current_employee_id()))
  with check (commercial_contact_id = (select crm.current_employee_id()));
comment on policy sales_update_own on crm.client is
  'Sales change only the clients they look after.';

create policy management_hand_over_any on crm.client
  for update to epic_management
  using (true)
  with check (true);
comment on policy management_hand_over_any on crm.client is
  'Management hands clients over to another sales contact, and changes nothing else about them.';


-- the database's own functions

create policy owner_read_all on crm.client
  for select to epic_owner
  using (true);
comment on policy owner_read_all on crm.client is
  'A contract looks up the sales contact of its client, and a notification its name.';

create policy owner_update_any on crm.client
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on crm.client is
  'A new contract locks its client, crm.erase_client erases one, and crm.merge_clients completes one.';

create policy owner_delete_merged on crm.client
  for delete to epic_owner
  using (
    exists (
      select from audit.change
      where change.record = 'client'
        and change.row_id = client.id
        and change.new_values ? 'merged_into'
    )
  );
comment on policy owner_delete_merged on crm.client is
  'crm.merge_clients deletes the client who was merged into another, which history says.';
