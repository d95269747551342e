-- epic_owner, whose security definer functions do what their callers may not: where a function is narrower than its
-- policies, that is tested here with the policies opened.

begin;
set local search_path = tap, public;
select plan(4);
call test.load_company();


-- behind the grants: what the policies would still refuse if the owner had more

call test.given('emma',
  $$ update crm.client set commercial_contact_id = test.id('basile') where id = test.id('acme') $$);
call test.given('dba', $$ grant update on audit.change to epic_owner $$);
select test.forbids('owner', $$ update audit.change set record = 'contract' $$,
  'no policy lets the owner turn the history of a client into that of another record');


-- behind the policies: what the functions would still not do if a policy were opened by mistake

call test.given('dba', $$ alter policy owner_erase_clients on audit.change using (true) with check (true) $$);
call test.given('dba', $$ alter policy owner_read_needed on audit.change using (true) $$);
call test.given('dba', $$
  insert into audit.change (record, row_id, action, new_values) values
    ('client',   test.id('acme'), 'update', '{"full_name": "Anaïs"}'),
    ('client',   test.id('paul'), 'update', '{"full_name": "Paul"}'),
    ('employee', test.id('acme'), 'update', '{"full_name": "Alice"}') $$);
select test.results_in('emma', $$ select crm.erase_client(test.id('acme'), confirm => true) $$,
  $$ select string_agg(new_values ->> 'full_name', ', ' order by id) from audit.change
     where row_id <> test.id('acme') or record <> 'client' $$,
  'Paul, Alice',
  'erasing a client redacts no other history, even if the policy allowed it');
select test.results_in('emma', $$ select crm.erase_client(test.id('acme'), confirm => true) $$,
  $$ select count(*) from audit.change where new_values ->> 'full_name' = 'Anaïs' $$, '0',
  'erasing a client redacts its history');

call test.given('dba', $$
  alter policy owner_delete_expired on identity.session using (true);
  alter policy owner_delete_expired on identity.used_assertion using (true) $$);
call test.given('dba', $$
  select identity.create_service_account('backup-job', 'alice@epic.example', test.program_modulus(), 'epic-server', false, null);
  insert into identity.used_assertion values ('backup-job', 'valid', now() + interval '1 minute');
  insert into identity.session (employee_id, service_account, user_agent, expires_at) values (test.id('alice'), 'backup-job', 'open', now() + interval '1 second') $$);
select test.results_in('anonymous', format('select identity.authenticate_service(%L, %L, null, null)', test.assertion(), 'access'),
  $$ select concat_ws(', ', (select string_agg(user_agent, ', ') from identity.session where user_agent = 'open'),
                            (select string_agg(encode(id_hash, 'escape'), ', ') from identity.used_assertion where id_hash = 'valid')) $$, 'open, valid',
  'opening a session removes no session and no assertion that is valid still, even if the policies allowed it');

select * from finish();
rollback;
