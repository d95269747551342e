-- contract: what a client has agreed to buy.
-- Every employee reads all of them. Sales write those of their own clients, management all, support none.

call dba.close_table('crm.contract');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('crm.contract');  -- restrictive: only in a session that identity.enter has proven

grant select                                 on crm.contract to epic_employee;
grant insert (client_id, total_amount)       on crm.contract to epic_sales, epic_management;
grant update (total_amount, status, version) on crm.contract to epic_sales, epic_management;
grant delete                                 on crm.contract to epic_management;
-- Not granted: id, creation_date; client_id once written; commercial_id, which follows the client;
-- amount_to_be_paid, which follows the payments; signed_at, which follows the status; updated_at. Triggers keep
-- them.
-- version is granted to be sent as the expected one; a trigger increments it.


-- read

create policy employee_read_all on crm.contract
  for select to epic_employee
  using (true);
comment on policy employee_read_all on crm.contract is
  'Every employee reads every contract.';


-- create

create policy sales_create_own on crm.contract
  for insert to epic_sales
  with check (
    status = 'draft'
    and exists (
      select from crm.client
      where client.id = contract.client_id
        and client.commercial_contact_id = (select crm.current_employee_id())
    )
  );
comment on policy sales_create_own on crm.contract is
  'Sales create contracts only for their own clients, as drafts.';

create policy management_create_any on crm.contract
  for insert to epic_management
  with check (status = 'draft');
comment on policy management_create_any on crm.contract is
  'Management creates contracts for any client, as drafts.';


-- update

create policy sales_update_own on crm.contract
  for update to epic_sales
  using (commercial_id = (select crm.current_employee_id()) and status = 'draft')
  with check (commercial_id = (select crm.current_employee_id()) and status in ('draft', 'signed'));
comment on policy sales_update_own on crm.contract is
  'Sales change and sign only the contracts of their own clients, and only until they are signed.';

create policy management_update_any on crm.contract
  for update to epic_management
  using (true)
  with check (true);
comment on policy management_update_any on crm.contract is
  'Management changes, signs and cancels any contract.';


-- delete

create policy management_delete_drafts on crm.contract
  for delete to epic_management
  using (status = 'draft');
comment on policy management_delete_drafts on crm.contract is
  'Management deletes contracts only while they are drafts.';


-- the database's own functions

create policy owner_read_all on crm.contract
  for select to epic_owner
  using (true);
comment on policy owner_read_all on crm.contract is
  'Payments, events and notifications look up the contract they belong to.';

create policy owner_update_any on crm.contract
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on crm.contract is
  'A payment reduces what remains to be paid, an event locks its contract, and a hand-over takes the contracts along.';
