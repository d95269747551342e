-- identity.service_account, and crm.service_account, the view through which it is read: programs that act for an employee.
-- Management sees and revokes all of them, and every employee their own. An operator creates them: epic-server service create.

call dba.close_table('identity.service_account');  -- to all but backups, RLS forced: everything below is all there is
call dba.close_table('crm.service_account');
call dba.require_session('identity.service_account');  -- restrictive: only in a session that identity.enter has proven

grant select (name, owner_id, read_only, created_at, last_used_at, expires_at, revoked_at) on identity.service_account to epic_employee;
grant update (revoked_at)                                                                  on identity.service_account to epic_employee;
grant select on crm.service_account to epic_employee;
-- Not granted: the key and the audience; insert and delete; all that would give a program more than the operator gave it.


-- read

create policy sales_read_own on identity.service_account
  for select to epic_sales
  using (owner_id = (select crm.current_employee_id()));
comment on policy sales_read_own on identity.service_account is
  'Sales see the service accounts that act for them.';

create policy support_read_own on identity.service_account
  for select to epic_support
  using (owner_id = (select crm.current_employee_id()));
comment on policy support_read_own on identity.service_account is
  'Support see the service accounts that act for them.';

create policy management_read_all on identity.service_account
  for select to epic_management
  using (true);
comment on policy management_read_all on identity.service_account is
  'Management sees every service account.';


-- update

create policy sales_revoke_own on identity.service_account
  for update to epic_sales
  using (owner_id = (select crm.current_employee_id()) and revoked_at is null)
  with check (owner_id = (select crm.current_employee_id()) and revoked_at = now());
comment on policy sales_revoke_own on identity.service_account is
  'Sales revoke the service accounts that act for them, at once and for good.';

create policy support_revoke_own on identity.service_account
  for update to epic_support
  using (owner_id = (select crm.current_employee_id()) and revoked_at is null)
  with check (owner_id = (select crm.current_employee_id()) and revoked_at = now());
comment on policy support_revoke_own on identity.service_account is
  'Support revoke the service accounts that act for them, at once and for good.';

create policy management_revoke_any on identity.service_account
  for update to epic_management
  using (revoked_at is null)
  with check (revoked_at = now());
comment on policy management_revoke_any on identity.service_account is
  'Management revokes any service account, at once and for good.';


-- the database's own functions, and operators

create policy owner_read_all on identity.service_account
  for select to epic_owner
  using (true);
comment on policy owner_read_all on identity.service_account is
  'Opening a session takes the public key.';

create policy owner_create_any on identity.service_account
  for insert to epic_owner
  with check (true);
comment on policy owner_create_any on identity.service_account is
  'An operator creates service accounts: epic-server service create.';

create policy owner_update_any on identity.service_account
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on identity.service_account is
  'Opening a session notes when; an operator, deactivation and a move revoke; an operator uses a name again.';
