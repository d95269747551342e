-- The reports: pipeline, revenue, overdue contracts and load of support. Every employee gets the same figures, since every
-- employee reads all contracts, payments and events.

begin;
set local search_path = tap, public;
select plan(53);
call test.load_company();

-- The days of the tests are in 2021, long before and long after everything else; ages are counted back from now.
create procedure pg_temp.sell(client text, total numeric, signed timestamptz, state text default 'signed')
language sql
as $$
  insert into crm.contract (client_id, total_amount, creation_date, status, signed_at)
  values (test.id(client), total, '2020-02-02', state, signed);
$$;

create function pg_temp.pipeline() returns text
language sql
return $$ select string_agg(format('%s-%s: %s, %s', from_days, to_days, contracts, total_amount), '; ') from crm.pipeline_by_age() $$;

create function pg_temp.months(given text) returns text
language sql
return format($$ select string_agg(concat_ws(' ', to_char(month, 'YYYY-MM'), signed_contracts, signed_amount, paid_amount), '; ')
                 from crm.revenue_by_month(%s) $$, given);

create function pg_temp.salespeople(given text) returns text
language sql
return format($$ select string_agg(concat_ws(' ', full_name, signed_contracts, signed_amount, paid_amount), '; ')
                 from crm.revenue_by_salesperson(%s) $$, given);

create function pg_temp.overdue() returns text
language sql
return $$ select string_agg(concat_ws(' ', full_name, contracts, amount_to_be_paid, oldest_signed_at::date), '; ')
          from crm.overdue_by_salesperson() $$;

create function pg_temp.loads(given text) returns text
language sql
return format($$ select string_agg(concat_ws(' ', coalesce(full_name, 'nobody'), events, upcoming_events, next_start::date - current_date), '; ')
                 from crm.load_by_support_contact(%s) $$, given);


-- who may read them

select test.reads(who, pg_temp.pipeline(), '0-30: 0, 0.00; 31-90: 0, 0.00; 91-: 2, 1400.00',
  format('%s read the pipeline by age', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads(who, pg_temp.months($$'2020-02-01', '2020-02-29', 'Europe/Paris'$$), '2020-02 2 5800.00 2000.00',
  format('%s read the revenue by month', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads(who, pg_temp.salespeople($$'2020-02-01', '2020-02-29', 'Europe/Paris'$$), 'Alice 1 5000.00 2000.00; Bruno 1 800.00 0.00; Basile 0 0.00 0.00',
  format('%s read the revenue by salesperson, the highest first, with active ones who sold nothing', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads(who, pg_temp.overdue(), 'Alice 1 3000.00 2020-02-02; Bruno 1 800.00 2020-02-02',
  format('%s read what is overdue by salesperson, the highest first', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;
select test.reads(who, pg_temp.loads($$'2020-02-01', '2020-02-29', 'Europe/Paris'$$), 'Chloe 1 1 30; Denis 0 1 50; nobody 0 1 40; Ines 0 0',
  format('%s read the load by support contact, with the events without one', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;

select test.forbids(who, format('select * from crm.%s', report), format('%s cannot call %s', who, report))
from unnest(array['anonymous', 'authenticator', 'worker']) who,
     unnest(array['pipeline_by_age()', $$revenue_by_month('2021-01-01', '2021-01-31', 'UTC')$$,
                  $$revenue_by_salesperson('2021-01-01', '2021-01-31', 'UTC')$$, 'overdue_by_salesperson()',
                  $$load_by_support_contact('2021-01-01', '2021-01-31', 'UTC')$$]) report;


-- the age of a draft

call test.given('dba', $$
  insert into crm.contract (client_id, total_amount, creation_date)
  select test.id('acme'), amount, now() - age * interval '24 hours' - wait
  from (values (1, 0, interval '0'), (2, 30, interval '23 hours'), (10, 31, interval '0'), (20, 90, interval '23 hours'),
               (100, 91, interval '0')) young (amount, age, wait) $$);
select test.reads('alice', pg_temp.pipeline(), '0-30: 2, 3.00; 31-90: 2, 30.00; 91-: 3, 1500.00',
  'a draft is in one band of the pipeline, bounds included');


-- signed contracts

call pg_temp.sell('acme', 100, '2021-01-31 23:30 Europe/Paris');
call pg_temp.sell('acme', 30, '2021-02-01 00:30 Europe/Paris');
call pg_temp.sell('bistro', 7, '2021-03-31 23:59:59.999 Europe/Paris');
call pg_temp.sell('bistro', 1000, '2021-01-01 00:00 Europe/Paris', 'cancelled');

select test.reads('alice', pg_temp.months($$'2021-01-01', '2021-03-31', 'Europe/Paris'$$), '2021-01 1 100.00 0.00; 2021-02 1 30.00 0.00; 2021-03 1 7.00 0.00',
  'revenue by month follows the time zone, and leaves out cancelled contracts');
select test.reads('alice', pg_temp.months($$'2021-01-01', '2021-03-31', 'UTC'$$), '2021-01 2 130.00 0.00; 2021-02 0 0.00 0.00; 2021-03 1 7.00 0.00',
  'revenue by month follows another time zone, and lists empty months');
select test.reads('alice', pg_temp.months($$'2021-02-01', '2021-03-30', 'Europe/Paris'$$), '2021-02 1 30.00 0.00; 2021-03 0 0.00 0.00',
  'revenue by month counts only the given days');
select test.reads('alice', pg_temp.months($$'2021-03-31', '2021-03-31', 'Europe/Paris'$$), '2021-03 1 7.00 0.00', 'revenue by month of a single day is listed under its month');
select test.reads('alice', pg_temp.months($$'2021-03-31', '2021-03-30', 'Europe/Paris'$$), '', 'revenue by month of a period that ends before it begins is empty');
select test.reads('alice', $$ select count(*) from crm.revenue_by_month('1921-01-01', '2021-01-01', 'UTC') $$, '1201', 'a report may cover 100 years');
select test.rejects('alice', $$ select crm.revenue_by_month('1921-01-01', '2021-01-02', 'UTC') $$, '22023', 'A report covers at most 100 years.',
  'a report of more than 100 years is refused');
select test.reads('alice', pg_temp.salespeople($$'2021-01-01', '2021-03-31', 'Europe/Paris'$$), 'Alice 2 130.00 0.00; Bruno 1 7.00 0.00; Basile 0 0.00 0.00',
  'revenue by salesperson leaves out cancelled contracts');
select test.reads('alice', pg_temp.salespeople($$'2021-02-01', '2021-03-30', 'Europe/Paris'$$), 'Alice 1 30.00 0.00; Basile 0 0.00 0.00; Bruno 0 0.00 0.00',
  'revenue by salesperson counts only the given days, and sorts equal amounts by name');
select test.reads('alice', pg_temp.salespeople($$'2021-01-01', '2021-01-31', 'UTC'$$), 'Alice 2 130.00 0.00; Basile 0 0.00 0.00; Bruno 0 0.00 0.00',
  'revenue by salesperson follows the time zone');
select test.rejects('alice', format($$ select crm.%s('2021-01-01', '2021-01-31') $$, report),
  '42883', format('function crm.%s(unknown, unknown) does not exist', report),
  format('a report without a time zone is refused (%s)', report))
from unnest(array['revenue_by_month', 'revenue_by_salesperson', 'load_by_support_contact']) report;


-- payments

create procedure pg_temp.pay(amount numeric, paid_on date)
language sql
as $$
  insert into crm.payment (contract_id, amount, paid_on, recorded_by)
  values (test.id('bistro_signed'), amount, paid_on, test.id('emma'));
$$;
call pg_temp.pay(50, '2020-12-31');
call pg_temp.pay(5, '2021-01-01');
call pg_temp.pay(-2, '2021-01-15');
call pg_temp.pay(1, '2021-01-31');
call pg_temp.pay(70, '2021-02-01');
select test.reads('alice', pg_temp.months($$'2021-01-01', '2021-01-31', 'Europe/Paris'$$), '2021-01 1 100.00 4.00',
  'revenue by month counts payments by day, and subtracts corrections');
select test.reads('alice', pg_temp.salespeople($$'2021-01-01', '2021-01-31', 'Europe/Paris'$$), 'Alice 1 100.00 0.00; Basile 0 0.00 0.00; Bruno 0 0.00 4.00',
  'revenue by salesperson counts payments for the sales contact, not for who recorded them');

call test.given('dba', $$ update crm.client set commercial_contact_id = test.id('basile') where id = test.id('bistro') $$);
call test.given('dba', $$ update crm.employee set active = false where id = test.id('bruno') $$);
select test.reads('alice', pg_temp.salespeople($$'2021-02-01', '2021-03-31', 'Europe/Paris'$$), 'Alice 1 30.00 0.00; Basile 1 7.00 70.00',
  'revenue by salesperson counts contracts for the new sales contact, and leaves out who has left and has none');
call test.given('emma', $$ select crm.erase_client(test.id('bistro'), true) $$);
call test.given('dba', $$ update crm.employee set department = 'management' where id = test.id('basile') $$);
select test.reads('alice', pg_temp.salespeople($$'2021-02-01', '2021-02-28', 'Europe/Paris'$$), 'Alice 1 30.00 0.00; Basile 0 0.00 70.00',
  'revenue by salesperson lists who has payments, even after a move');
select test.reads('alice', pg_temp.salespeople($$'2021-03-01', '2021-03-31', 'Europe/Paris'$$), 'Basile 1 7.00 0.00; Alice 0 0.00 0.00',
  'revenue by salesperson lists who has signed contracts, even after a move');


-- overdue contracts

call pg_temp.sell('paul', 10000, now() - interval '30 days' - interval '1 minute');
call pg_temp.sell('paul', 20000, now() - interval '30 days' + interval '1 minute');
call pg_temp.sell('paul', 40000, '2020-01-01', 'cancelled');
call pg_temp.sell('paul', 80000, null, 'draft');
call pg_temp.sell('paul', 0, '2020-01-01');
select test.reads('alice', pg_temp.overdue(), 'Alice 4 13130.00 2020-02-02; Basile 2 683.00 2020-02-02',
  'a contract is overdue if it was signed more than 30 days ago and something remains to be paid');


-- load

call test.given('dba', $$
  insert into crm.event (title, contract_id, support_contact_id, start_date, end_date, status)
  select 'Party', test.id('acme_signed'), person.id, starts, starts + interval '1 hour', state
  from (values
    ('chloe', '2021-01-01 00:00 Europe/Paris',  'completed'),
    ('chloe', '2021-01-31 23:59 Europe/Paris',  'planned'),
    ('chloe', '2021-02-01 00:10 Europe/Paris',  'completed'),
    ('chloe', '2021-02-01 00:30 Europe/Paris',  'completed'),
    ('chloe', '2021-01-10 12:00 Europe/Paris',  'cancelled'),
    ('denis', '2020-12-31 23:59 Europe/Paris',  'completed'),
    (null,    '2021-01-10 12:00 Europe/Paris',  'planned'),
    ('denis', (now() + interval '1 day')::text, 'cancelled'),
    ('denis', (now() + interval '2 days')::text, 'confirmed')) party (who, starts_at, state)
  cross join lateral (select starts_at::timestamptz, case when who is not null then test.id(who) end) person (starts, id) $$);
select test.reads('alice', pg_temp.loads($$'2021-01-01', '2021-01-31', 'Europe/Paris'$$), 'Denis 0 2 2; Chloe 2 1 30; nobody 1 1 40; Ines 0 0',
  'load by support contact counts events by start date without cancelled ones, the most upcoming first');
select test.reads('alice', pg_temp.loads($$'2021-01-01', '2021-01-31', 'UTC'$$), 'Denis 0 2 2; Chloe 3 1 30; nobody 1 1 40; Ines 0 0',
  'load by support contact follows the time zone');

call test.given('dba', $$ delete from crm.event where support_contact_id is null $$);
call test.given('dba', $$ update crm.event set support_contact_id = test.id('ines') where id = test.id('gala') $$);
select test.reads('alice', pg_temp.loads($$'2021-01-01', '2021-01-31', 'Europe/Paris'$$), 'Denis 0 2 2; Ines 0 1 30; Chloe 2 0',
  'load by support contact has no row without a contact when every event has one');

select * from finish();
rollback;
