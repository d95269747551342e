-- Folding the totals of a day needs a snapshot newer than what others have folded, and waits for a transaction that has one.

begin isolation level repeatable read;
set local search_path = tap, public;
select plan(1);

insert into crm_private.daily_total (subject, day, records) values ('event', '2021-01-01', 1), ('event', '2021-01-01', 1);
select crm_private.fold_daily_total('event', '2021-01-01');
select results_eq($$ select records from crm_private.daily_total where day = '2021-01-01' $$, array[1, 1]::bigint[],
  'a transaction of another isolation level than read committed folds nothing');

select * from finish();
rollback;
