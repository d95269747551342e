-- The totals of days: after every change they are what counting the records gives.

begin;
set local search_path = tap, public;
select plan(53);
-- no change of the company folds a day
do $$ begin perform setseed(0); end $$;
call test.load_company();

create function pg_temp.differences() returns text
language sql
as $$
  select coalesce(string_agg(concat_ws(' ', subject, day, employee_id, records, amount), '; '), 'none')
  from (
    select subject, day, employee_id, sum(records) as records, sum(amount) as amount
    from (
      select subject, day, employee_id, records, amount from crm_private.daily_total
      union all
      select subject, day, employee_id, -records, -amount from crm_private.daily_count
    ) counted
    group by subject, day, employee_id
    having sum(records) <> 0 or sum(amount) <> 0
  ) difference $$;


-- structure

select test.has_structure('crm_private.daily_total',
  array['PRIMARY KEY (subject, day, id) INCLUDE (employee_id, records, amount)'],
  'subject, day, id, records, amount');


-- who may read and write them

select test.column_privileges_are(who, 'select', 'crm_private.daily_total', 'subject, day, id, employee_id, records, amount',
  format('%s read every column of the totals', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.column_privileges_are(who, verb, 'crm_private.daily_total', '', format('%s: no %s of the totals', test.department_of(who), verb))
from unnest(array['alice', 'chloe', 'emma']) who, unnest(array['insert', 'update']) verb;

select test.reads(who, 'select count(*) > 0 from crm_private.daily_total', 'true', format('%s read the totals', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, 'select from crm_private.daily_total', format('%s reads no totals', who))
from unnest(array['anonymous', 'authenticator', 'worker']) who;
select test.forbids(who, $$ insert into crm_private.daily_total (subject, day, records) values ('paid', '2021-01-01', 1) $$,
  format('%s write no totals', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.forbids(who, 'call crm_private.rebuild_daily_totals()', format('%s do not count the totals anew', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- every change

select test.results_in(who, statement, 'pg_temp.differences()', 'none', format('the totals follow when %s', what))
from (values
  ('alice', 'a contract is drawn up',           $$ insert into crm.contract (client_id, total_amount) values (test.id('acme'), 12.34) $$),
  ('alice', 'a draft is changed',               $$ update crm.contract set total_amount = 1111 where id = test.id('acme_draft') $$),
  ('alice', 'a contract is signed',             $$ select crm.sign_contract(test.id('acme_draft')) $$),
  ('alice', 'a contract is paid in part',       $$ select crm.record_payment(test.id('acme_signed'), 10, '2021-01-01') $$),
  ('alice', 'a contract is paid in full',       $$ select crm.record_payment(test.id('acme_signed'), 3000) $$),
  ('emma',  'a payment is corrected',           $$ select crm.correct_payment(test.id('deposit')) $$),
  ('dba',   'what remains is written by hand',  $$ update crm.contract set amount_to_be_paid = 7 where id = test.id('acme_signed') $$),
  ('emma',  'a cancelled contract is paid back', $$ select crm.correct_payment(test.id('deposit')) from crm.cancel_contract(test.id('acme_signed')) $$),
  ('emma',  'a signed contract is changed',     $$ update crm.contract set total_amount = 5001 where id = test.id('acme_signed') $$),
  ('emma',  'a signed contract is cancelled',   $$ select crm.cancel_contract(test.id('acme_signed')) $$),
  ('dba',   'a cancelled contract is changed by hand', $$ update crm.contract set total_amount = 701 where id = test.id('acme_cancelled') $$),
  ('emma',  'a draft is cancelled',             $$ select crm.cancel_contract(test.id('acme_draft')) $$),
  ('emma',  'a draft is deleted',               $$ delete from crm.contract where id = test.id('bistro_draft') $$),
  ('emma',  'a client is handed over',          $$ select crm.hand_over_client(test.id('acme'), test.id('basile')) $$),
  ('emma',  'a person leaves',                  $$ select crm.deactivate_employee(test.id('alice'), test.id('bruno')) $$),
  ('alice', 'an event is planned',              $$ insert into crm.event (contract_id, title, start_date, end_date) values (test.id('acme_signed'), 'Ball', '2030-01-01', '2030-01-02') $$),
  ('chloe', 'an event is moved',                $$ update crm.event set start_date = start_date - interval '1 day' where id = test.id('gala') $$),
  ('emma',  'an event is assigned',             $$ select crm.assign_support(test.id('picnic'), test.id('ines')) $$),
  ('chloe', 'an event is cancelled',            $$ update crm.event set status = 'cancelled' where id = test.id('gala') $$),
  ('emma',  'an event is deleted',              $$ delete from crm.event where id = test.id('banquet') $$)
) change (who, what, statement);


-- counting anew

call test.given('dba', $$ insert into crm_private.daily_total (subject, day, records) values ('draft', '2021-01-01', 1) $$);
select is(pg_temp.differences(), 'draft 2021-01-01 1 0.00', 'totals that are wrong are seen');
call crm_private.rebuild_daily_totals();
select is(pg_temp.differences(), 'none', 'the totals are counted anew');


-- one change in a few hundred folds its day

-- Sets the seed so that the next random number is one that folds, or one that does not.
create function pg_temp.next_number(folds boolean) returns boolean
language plpgsql volatile
as $$
begin
  for nth in 1..100000 loop
    perform setseed(nth / 100000.0);
    if (random() < 0.002) = folds then
      perform setseed(nth / 100000.0);
      return true;
    end if;
  end loop;
  return false;
end
$$;

create function pg_temp.rows_of(wanted text, of_day date) returns bigint
language sql
return (select count(*) from crm_private.daily_total where subject = wanted and day = of_day);

select test.results_in('emma', format(change, folds), format('pg_temp.rows_of(%L, %L)', subject, day),
  (case when folds then 1 else added end)::text,
  format(case when folds then '%s: seldom, the rows of the day become one' else '%s: mostly, a row is added to those of the day' end, what))
from (values
  ('a draft is changed', 'draft', '2020-02-02'::date, 2,
   $$ update crm.contract set total_amount = 1111 where id = test.id('acme_draft') and pg_temp.next_number(%L) $$),
  ('a payment is recorded', 'paid', '2020-02-02', 2,
   $$ select crm.record_payment(test.id('acme_signed'), 10, '2020-02-02') where pg_temp.next_number(%L) $$),
  ('an event is assigned', 'event', (select (start_date at time zone 'UTC')::date from crm.event where id = test.id('gala')), 3,
   $$ select crm.assign_support(test.id('gala'), test.id('ines')) where pg_temp.next_number(%L) $$)
) seldom (what, subject, day, added, change), unnest(array[true, false]) folds;


-- folding: the rows of a day become one for each employee

create function pg_temp.fold(subject text) returns text
language sql
as $$
  select crm_private.fold_daily_total(subject, '2021-01-01');
  select string_agg(concat_ws(' ', employee_id, records, amount), '; ' order by employee_id, amount)
  from crm_private.daily_total
  where daily_total.subject = fold.subject and day = '2021-01-01' $$;

insert into crm_private.daily_total (subject, day, employee_id, records, amount)
select subject, day, employee_id, records, amount
from unnest(array['paid', 'signed']) subject,
     (values ('2021-01-01'::date, 1, 1, 5), ('2021-01-01', 1, 2, 7), ('2021-01-01', null, 1, 1), ('2021-01-01', null, 1, 0),
             ('2021-01-01', 2, 1, 3), ('2021-01-01', 2, -1, -3), ('2021-01-02', 1, 1, 1)) change (day, employee_id, records, amount);
select is(pg_temp.fold('paid'), '1 3 12.00; 2 1.00', 'the rows of a day are replaced by their sum, and those that cancel each other out are gone');
select is(pg_temp.fold('signed'), '1 3 12.00; 2 1.00', 'a transaction folds several subjects');
insert into crm_private.daily_total (subject, day, employee_id, records, amount) values ('paid', '2021-01-01', 1, 1, 1);
select is(pg_temp.fold('paid'), '1 1 1.00; 1 3 12.00; 2 1.00', 'a transaction folds a subject once');

select * from finish();
rollback;
