-- daily_total: what the reports add up: how many contracts, payments and events there are of a day.
-- Every employee reads all of it, as they read all records that it counts. Triggers keep it.

call dba.close_table('crm_private.daily_total');  -- to all but backups, RLS forced: everything below is all there is
call dba.require_session('crm_private.daily_total');  -- restrictive: only in a session that identity.enter has proven

grant select on crm_private.daily_total to epic_employee;
-- Not granted: insert, update and delete.


-- read

create policy employee_read_all on crm_private.daily_total
  for select to epic_employee
  using (true);
comment on policy employee_read_all on crm_private.daily_total is
  'Every employee reads the totals of all records, since they read all records.';


-- the database's own functions

create policy owner_read_all on crm_private.daily_total
  for select to epic_owner
  using (true);
comment on policy owner_read_all on crm_private.daily_total is
  'Rows of the same day are looked up to be added up.';

create policy owner_create_any on crm_private.daily_total
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on crm_private.daily_total is
  'Every change of a contract, payment or event adds what it changes in the totals.';

create policy owner_delete_any on crm_private.daily_total
  for delete to epic_owner
  using (true);
comment on policy owner_delete_any on crm_private.daily_total is
  'Rows of the same day are replaced by their sum.';
