-- event: what we organise under a contract.
-- Every employee reads all of them. Sales plan them, management assigns them, support run their own.

call dba.close_table('crm.event');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('crm.event');  -- restrictive: only in a session that identity.enter has proven

grant select on crm.event to epic_employee;
grant insert (contract_id, title, start_date, end_date, location, attendees, notes, support_contact_id)
  on crm.event to epic_sales, epic_management;
grant update (title, start_date, end_date, location, attendees, notes, status, version)
  on crm.event to epic_support, epic_management;
grant update (support_contact_id), delete
  on crm.event to epic_management;
-- version is granted to be sent as the expected one; a trigger increments it.
-- Not granted: id, contract_id once written, commercial_id, which follows the contract, and updated_at. Sales may send the
-- support contact of a new event, and the policy allows only null.


-- read

create policy employee_read_all on crm.event
  for select to epic_employee
  using (true);
comment on policy employee_read_all on crm.event is
  'Every employee reads every event.';


-- create

create policy sales_create_own on crm.event
  for insert to epic_sales
  with check (
    support_contact_id is null
    and exists (
      select from crm.contract
      where contract.id = event.contract_id
        and contract.commercial_id = (select crm.current_employee_id())
    )
  );
comment on policy sales_create_own on crm.event is
  'Sales plan events only under the contracts of their own clients, and leave the support contact to management.';

create policy management_create_any on crm.event
  for insert to epic_management
  with check (true);
comment on policy management_create_any on crm.event is
  'Management plans events under any contract, with or without a support contact.';


-- update

create policy support_update_own on crm.event
  for update to epic_support
  using (support_contact_id = (select crm.current_employee_id()))
  with check (support_contact_id = (select crm.current_employee_id()));
comment on policy support_update_own on crm.event is
  'Support change only the events they run.';

create policy management_update_any on crm.event
  for update to epic_management
  using (true)
  with check (true);
comment on policy management_update_any on crm.event is
  'Management changes any event and assigns its support contact.';


-- delete

create policy management_delete_any on crm.event
  for delete to epic_management
  using (true);
comment on policy management_delete_any on crm.event is
  'Management deletes events.';


-- the database's own functions

create policy owner_read_all on crm.event
  for select to epic_owner
  using (true);
comment on policy owner_read_all on crm.event is
  'The rule that an employee who leaves runs no open event counts them; a cancelled contract notifies the support contacts of its events.';

create policy owner_move_any on crm.event
  for update to epic_owner
  using (true)
  with check (
    exists (
      select from crm.contract
      where contract.id = event.contract_id
        and contract.commercial_id = event.commercial_id
    )
  );
comment on policy owner_move_any on crm.event is
  'A hand-over takes the events of a contract along, and gives them the sales contact of the contract.';
