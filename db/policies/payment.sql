-- payment: the ledger of what was received. Entries are added and never changed or deleted.
-- Every employee reads all of them. Sales record for their own contracts, management for any, support none.

call dba.close_table('crm.payment');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('crm.payment');  -- restrictive: only in a session that identity.enter has proven

grant select                                on crm.payment to epic_employee;
grant insert (contract_id, amount, paid_on) on crm.payment to epic_sales, epic_management;
-- Not granted: recorded_by, a default that no role may override; update and delete.


-- read

create policy employee_read_all on crm.payment
  for select to epic_employee
  using (true);
comment on policy employee_read_all on crm.payment is
  'Every employee reads every payment.';


-- create

create policy sales_record_own on crm.payment
  for insert to epic_sales
  with check (
    amount > 0
    and recorded_by = (select crm.current_employee_id())
    and exists (
      select from crm.contract
      where contract.id = payment.contract_id
        and contract.commercial_id = (select crm.current_employee_id())
    )
  );
comment on policy sales_record_own on crm.payment is
  'Sales record payments only for the contracts of their own clients, and correct none.';

create policy management_record_any on crm.payment
  for insert to epic_management
  with check (recorded_by = (select crm.current_employee_id()));
comment on policy management_record_any on crm.payment is
  'Management records payments for any contract, and corrects them with negative entries.';


-- the database's own functions

create policy owner_read_all on crm.payment
  for select to epic_owner
  using (true);
comment on policy owner_read_all on crm.payment is
  'When a client is handed over, the totals of what was paid move along.';
