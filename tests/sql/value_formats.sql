-- Names, phone numbers and dates: the values that constraints accept and refuse.

begin;
set local search_path = tap, public;
select plan(53);
call test.load_company();


-- names and titles are one line

create temp table name_column (who text, statement text, kind text, sentence text);
insert into name_column values
  ('emma',  'update crm.employee set full_name = %L where id = test.id(''basile'')', 'employee_full_name_is_a_name', 'A name has 1 to 200 characters, all on one line.'),
  ('alice', 'update crm.client set full_name = %L where id = test.id(''acme'')', 'client_full_name_is_a_name', 'A name has 1 to 200 characters, all on one line.'),
  ('alice', 'update crm.client set company_name = %L where id = test.id(''acme'')', 'client_company_name_is_a_name', 'A company name has 1 to 200 characters, all on one line.'),
  ('chloe', 'update crm.event set title = %L where id = test.id(''gala'')', 'event_title_is_a_title', 'A title has 1 to 200 characters, all on one line.');

select test.allows(who, format(statement, value), format('%s accepts %s', kind, description))
from name_column, (values (repeat('é', 200), '200 letters'), ('Ό Π', 'other scripts')) taken (value, description);
select test.rejects_with_data(who, format(statement, value), '23514', kind, '', null, sentence, format('%s refuses %s', kind, description))
from name_column, (values
  (U&'A\2028B', 'a line separator'), (U&'A\2029B', 'a paragraph separator'), (U&'A\0085B', 'a next-line character'),
  (E'A\nB', 'a line break'), ('   ', 'spaces alone')) refused (value, description);


-- dates lie in the years 1900 to 2199

select test.allows('alice', format($$ insert into crm.client (full_name, email, first_contact) values ('Zoé', 'zoe@new.example', %L) $$, day),
  format('a first contact on %s is accepted', day))
from unnest(array['1900-01-01', '2199-12-31']) day;
select test.rejects_with_data('alice', format($$ insert into crm.client (full_name, email, first_contact) values ('Zoé', 'zoe@new.example', %L) $$, day),
  '23514', 'client_first_contact_is_in_range', '', null, 'A date lies in the years 1900 to 2199.', format('a first contact on %s is refused', day))
from unnest(array['1899-12-31', '2200-01-01', 'infinity', '-infinity']) day;
select test.rejects_with_data('chloe', format('update crm.event set start_date = %L where id = test.id(''gala'')', moment),
  '23514', 'event_start_is_in_range', '', null, 'A date lies in the years 1900 to 2199.', format('an event that starts at %s is refused', moment))
from unnest(array['1899-12-31 23:59:59+00', '-infinity']) moment;
select test.rejects_with_data('chloe', format('update crm.event set end_date = %L where id = test.id(''gala'')', moment),
  '23514', 'event_end_is_in_range', '', null, 'A date lies in the years 1900 to 2199.', format('an event that ends at %s is refused', moment))
from unnest(array['2200-01-01 00:00+00', 'infinity']) moment;
select test.allows('alice', 'insert into crm.payment (contract_id, amount, paid_on) values (test.id(''acme_signed''), 1, ''1900-01-01'')',
  'a payment of 1900-01-01 is accepted');
select test.rejects_with_data('alice', format('insert into crm.payment (contract_id, amount, paid_on) values (test.id(''acme_signed''), 1, %L)', day),
  '23514', 'payment_date_is_in_range', '', null, 'A date lies in the years 1900 to 2199.', format('a payment of %s is refused', day))
from unnest(array['1899-12-31', '-infinity']) day;
select test.allows(who, 'insert into crm.payment (contract_id, amount, paid_on) values (test.id(''acme_signed''), 1, current_date)',
  format('%s records a payment of today', test.department_of(who)))
from unnest(array['alice', 'emma']) who;
select test.rejects_with_data(who, format('select crm.record_payment(test.id(''acme_signed''), 1, %L)', day),
  '23514', 'payment_is_not_in_the_future', '', null, 'A payment is not dated in the future.', format('%s cannot record a payment of %s', test.department_of(who), day))
from unnest(array['alice', 'emma']) who, unnest(array[(current_date + 1)::text, 'infinity']) day;


-- phone numbers

select test.allows('emma', format('update crm.employee set phone = %L where id = test.id(''basile'')', phone), format('the phone number %s of an employee is accepted', phone))
from unnest(array['+33 1 99 00 12 34', '(01) 99.00-12', null]) phone;
select test.rejects_with_data('emma', format('update crm.employee set phone = %L where id = test.id(''basile'')', phone),
  '23514', 'employee_phone_is_a_number', '', null,
  'A phone number is 4 to 30 digits, spaces, dots, dashes or brackets, and may begin with +.', format('the phone number “%s” of an employee is refused', phone))
from unnest(array['', '123', 'call me']) phone;

select * from finish();
rollback;
