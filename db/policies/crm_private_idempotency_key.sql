-- crm_private.idempotency_key: the requests of the last day that were sent with an idempotency key.
-- No role of the API reads or writes it; the functions of idempotency.sql do, for the caller's own keys.

call dba.close_table('crm_private.idempotency_key');  -- to all but backups, RLS forced: everything below is all there is


-- the database's own functions

create policy owner_read_all on crm_private.idempotency_key
  for select to epic_owner
  using (true);
comment on policy owner_read_all on crm_private.idempotency_key is
  'A key that is sent again is looked up, and so are the answers that are forgotten.';

create policy owner_create_own on crm_private.idempotency_key
  for insert to epic_owner
  with check (employee_id = (select crm.current_employee_id()));
comment on policy owner_create_own on crm_private.idempotency_key is
  'Everybody claims keys of their own.';

create policy owner_update_any on crm_private.idempotency_key
  for update to epic_owner
  using (true)
  with check (true);
comment on policy owner_update_any on crm_private.idempotency_key is
  'A mutation keeps its answer, a key that has expired is claimed again, and erasing a client forgets every answer.';

create policy owner_delete_old on crm_private.idempotency_key
  for delete to epic_owner
  using (created_at <= (select now() - crm_private.idempotency_retention()));
comment on policy owner_delete_old on crm_private.idempotency_key is
  'What is a day old is forgotten.';
