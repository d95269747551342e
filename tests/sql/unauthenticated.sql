-- Access without a session: an anonymous request (epic_anonymous), and the API's login before it enters a session.
-- They read no table and call only the functions that log in.

begin;
set local search_path = tap, public;
select plan(88);
call test.load_company();

create temp table ours as
  select oid::regclass::text as relation from pg_class
  where relkind in ('r', 'v') and relnamespace in ('crm'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace);

create function pg_temp.refused_to(who text, statement text) returns setof text
language sql
as $$ select relation from ours where (test.attempt(who, format(statement, relation))).state = '42501' $$;

create temp table caller (who text, name text);
insert into caller values ('anonymous', 'an anonymous request'), ('authenticator', 'the API''s login');


-- tables and views, all of them

select isnt_empty('table ours', 'crm, identity and audit have tables and views to test');

select set_eq(format('select pg_temp.refused_to(%L, %L)', who, statement), 'select relation from ours',
  format('%s cannot %s any table of crm, identity or audit', name, verb))
from caller,
     (values ('select from %s',                'read'),
             ('insert into %s default values', 'write to'),
             ('delete from %s',                'delete from'),
             ('truncate %s',                   'empty')) attempts (statement, verb);


-- claims without a session

select test.forbids(who, $$
    select set_config('jwt.claims.employee_id', test.id('emma')::text, true), set_config('jwt.claims.department', 'management', true);
    select from crm.client $$,
  format('%s cannot read clients with forged claims', name))
from caller;


-- functions

select test.forbids(who, statement, format('%s has no right to call: %s', name, btrim(statement)))
from caller,
     unnest(array[
       $$ select crm.current_employee_id() $$,
       $$ select crm.explain_access('client', 'read') $$,
       $$ select crm.explain_access('client', 'read', test.id('acme')) $$,
       $$ select crm.explain_refusal('client', 'update', test.id('acme')) $$,
       $$ select access.explain_call('erase_client') $$,
       $$ select crm_private.rule_sentence('crm', 'client', 'client_pkey') $$,
       $$ select crm_private.clients_containing('a') $$,
       $$ select crm.search('acme') $$,
       $$ select crm.similar_clients('Anaïs Durand') $$,
       $$ select crm.record_contact(test.id('acme')) $$,
       $$ select crm.deactivate_employee(test.id('basile')) $$,
       $$ select crm.erase_client(test.id('acme'), true) $$,
       $$ select crm.merge_clients(test.id('acme'), test.id('bistro')) $$,
       $$ select crm.export_client(test.id('acme')) $$,
       $$ select crm.record_payment(test.id('acme_signed'), 1) $$,
       $$ select crm.finish_note(test.id('caterer')) $$,
       $$ select crm_private.remind_of_notes('UTC') $$,
       $$ select crm_private.claim_idempotency_key(sha256('key'), 0, '') $$,
       $$ select crm_private.forget_idempotency_keys() $$,
       $$ select crm.hand_over_client(test.id('acme'), test.id('bruno')) $$,
       $$ select crm_private.notify_employees(array[test.id('alice')], 'event_moved', 'Gala', test.id('gala')) $$,
       $$ select identity.my_password_parameters(null) $$,
       $$ select identity.change_password(test.password('alice'), test.password('me'), null) $$,
       $$ select identity.log_out() $$,
       $$ select identity.claims_proof('epic_sales', '', '') $$,
       $$ select identity.set_claims('epic_sales', test.id('alice'), null, 'sales') $$,
       $$ select identity.in_session() $$,
       $$ select identity.issue_access_token(test.session('alice'), '') $$,
       $$ select crm.revoke_session(test.session('alice')) $$,
       $$ select crm.revoke_other_sessions() $$,
       $$ select crm.reset_password(test.id('alice'), test.password('me')) $$,
       $$ select identity.attempt_counters('', null) $$,
       $$ select identity.count_attempt('', null, true) $$,
       $$ select identity.begin_attempt('', null) $$,
       $$ select identity.locked_until('', null) $$,
       $$ call dba.close_table('crm.client') $$]) statement;

select test.forbids('anonymous', $$ select identity.open_session(test.id('alice'), null, 'sales', '', false) $$,
  'an anonymous request cannot call identity.open_session');
select test.forbids('anonymous', $$ select identity.enter(test.id('alice'), null, 'sales', null) $$,
  'an anonymous request cannot enter a session');
select test.forbids('authenticator', statement, format('the API''s login cannot call before it enters as epic_anonymous: %s', btrim(statement)))
from unnest(array[
       $$ select identity.password_parameters('alice@epic.example', null) $$,
       $$ select identity.log_in('alice@epic.example', '', '', '', '', null) $$,
       $$ select identity.refresh('', '', '') $$]) statement;

select * from finish();
rollback;
