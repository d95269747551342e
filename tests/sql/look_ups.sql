-- The look-ups that the owner makes for those who search: ids of what matches and of nothing else, and whether a text is
-- frequent. That they give nothing outside a session is in stolen_login.sql.

begin;
set local search_path = tap, public;
select plan(19);
call test.load_company();

create function pg_temp.names(query text) returns text
language sql
return format($$ select string_agg(name, ' ' order by name) from (%s) found (id) join test.name using (id) where name in ('acme', 'paul', 'bistro') $$, query);

select test.reads('alice', pg_temp.names(look_up), found, look_up)
from (values
  ($$ select crm_private.clients_containing('acme') $$,                                    'acme'),
  ($$ select crm_private.clients_with_phone(crm_private.phone_digits('+33 6 07 08 09 10')) $$, 'paul'),
  ($$ select id from crm_private.clients_with_email(array['BEA@bistro.example', 'no@one.example']) $$, 'bistro'),
  ($$ select crm_private.clients_spelt_like('Anais Durant') $$,                            'acme')) each (look_up, found);
select test.reads('alice', $$ select string_agg(title, ' ') from crm_private.events_containing('lyon') found (id) join crm.event using (id) $$,
  'Banquet', 'the events that contain a text');
select test.reads('alice', $$ select string_agg(body, ' ') from crm_private.notes_containing('chairs') found (id) join crm.note using (id) $$,
  'Forty chairs more', 'the notes that contain a text');


-- what is frequent, as the statistics of the index say

call test.given('dba', $$ insert into crm.client (full_name, email, commercial_contact_id)
  select 'Banque ' || n % 2, 'a@banque.example', test.id('alice') from generate_series(1, 600) n $$);
call test.given('dba', $$ insert into crm.client (full_name, email, commercial_contact_id)
  select 'Client ' || md5(n::text), 'b@b.example', test.id('alice') from generate_series(1, 600) n $$);
call test.given('dba', $$ insert into crm.event (contract_id, title, start_date, end_date)
  select test.id('acme_signed'), case when n % 2 = 0 then 'Party' else 'Dinner ' || md5(n::text) end, now(), now() + n * interval '1 hour' from generate_series(1, 1200) n $$);
analyze crm.client, crm.event;

select test.reads(who, format('select crm_private.is_frequent(%L, %L)', index, text), frequent::text,
  format('%s: “%s” is %s in %s', test.department_of(who), text, case when frequent then 'frequent' else 'rare' end, index))
from (values
  ('client_search_idx', 'Banque',        true),
  ('client_search_idx', 'client',        true),  -- in values that are all different
  ('client_search_idx', 'party',         false),
  ('client_search_idx', 'nothing like it', false),
  ('event_search_idx',  'PARTY',         true),
  ('event_search_idx',  'banque',        false)) each (index, text, frequent),
  unnest(array['alice', 'emma']) who;

create function pg_temp.outside_a_session() returns text
language plpgsql
as $$
declare
  answer text;
begin
  set local role epic_sales;
  answer := crm_private.is_frequent('client_search_idx', 'Banque');
  reset role;
  return answer;
end
$$;
select is(pg_temp.outside_a_session(), null, 'what is frequent is not said outside a session');

select * from finish();
rollback;
