-- dba.prune_history: superusers and members of epic_owner remove old history, which leaves a trace. Nothing younger than
-- audit.minimum_retention() is removed.

begin;
set local search_path = tap, public;
select plan(48);
call test.load_company();

-- What was written 18 months, 3 years and 10 years ago, two entries each; one pruning of long ago; one entry of today.
insert into audit.change (changed_at, record, row_id, action, new_values)
select now() - age, 'contract', test.id('acme_draft'), 'update', '{}'
from unnest(array['18 months', '3 years', '10 years']::interval[]) age, generate_series(1, 2);
insert into audit.change (changed_at, transaction_id, record, row_id, action, old_values)
values (now() - interval '8 years', '3', 'history', 0, 'prune', '{"rows": 7, "before": "2001-01-01"}');
call test.given('alice', $$ update crm.client set phone = '01 02 03 04' where id = test.id('acme') $$);

create role epic_test_dba in role epic_owner;

create function pg_temp.prune(age text) returns text
language sql
return format('select dba.prune_history(older_than => %L)', age);


-- who may prune

select test.results_in('dba', format('%s %s; reset role', becoming, pg_temp.prune('2 years')),
  $$ select (count(*), count(*) filter (where changed_at < now() - interval '2 years'),
             count(*) filter (where record = 'contract'), count(*) filter (where action = 'prune')) from audit.change $$, '(5,1,2,2)',
  format('%s prunes: older entries are removed, younger ones and traces stay', who))
from (values
  ('a superuser', ''),
  ('the owner', 'set local role epic_owner;'),
  ('a member of epic_owner', 'set local role epic_test_dba;')) attempt (who, becoming);
select test.forbids(who, pg_temp.prune('5 years'), format('%s cannot prune', who))
from unnest(array['alice', 'chloe', 'emma', 'authenticator', 'anonymous']) who;


-- how much is removed, and the trace

select is((test.attempt('dba', format('select set_config(%L, dba.prune_history(%L)::text, true)', 'test.pruned', age),
                        $$ current_setting('test.pruned') $$)).result, removed::text,
  format('pruning removes the %s entries that are older than %s', removed, age))
from (values ('1 year', 6), ('2 years', 4), ('5 years', 2), ('100 years', 0)) pruning (age, removed);
select test.results_in('dba', pg_temp.prune('2 years'),
  $$ select (record, row_id, action, employee_id, database_user = session_user, transaction_id = pg_current_xact_id(), changed_at = now(),
             old_values ->> 'rows', (old_values ->> 'before')::timestamptz = now() - interval '2 years', new_values)
     from audit.change where id = (select max(id) from audit.change) $$,
  '(history,0,prune,,t,t,t,4,t,)',
  'the trace of a pruning says who, when, how many entries, and what they were older than');
select test.results_in('dba', pg_temp.prune('100 years'),
  $$ select count(*) from audit.change where action = 'prune' $$, '1',
  'pruning nothing leaves no trace');
select test.results_in('dba', concat_ws(';', pg_temp.prune('5 years'), pg_temp.prune('2 years')),
  $$ select string_agg(old_values ->> 'rows', ', ' order by id) from audit.change where action = 'prune' $$, '7, 2, 2',
  'each pruning leaves its own trace, and none removes another''s');
select test.results_in('dba', 'set local role epic_owner; ' || pg_temp.prune('1 year') || '; reset role',
  $$ select (count(*), count(*) filter (where record = 'client')) from audit.change $$, '(3,1)',
  'pruning at the minimum retention removes everything older');

call test.given('dba', pg_temp.prune('2 years'));
select test.reads(who, $$ select (record, row_id, action, employee_id, database_user is not null, old_values ->> 'rows')
                          from crm.history where action = 'prune' order by id desc limit 1 $$,
  '(history,0,prune,,t,4)', format('%s reads in history that it was pruned, and by whom', test.department_of(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- what is too young

select test.rejects(who, pg_temp.prune(age), '23514', 'History is kept for at least 1 year.',
  format('%s cannot prune what is younger than a year: %s', who, coalesce(age, 'null')))
from unnest(array['dba', 'owner']) who,
     unnest(array['364 days', '11 months', '1 day', '0', '-1 year', null]) age;
select test.hints('dba', pg_temp.prune('1 month'),
  'Prune what is older: select dba.prune_history(older_than => ''1 year'');',
  'the refusal to prune hints at the minimum retention');
select is(audit.minimum_retention(), interval '1 year', 'the minimum retention is a year');


-- by hand: triggers refuse what the function would not do

create function pg_temp.delete_by_hand(rows integer, age text, condition text, further text default '') returns text
language sql
return format($$ insert into audit.change (record, row_id, action, old_values)
                 values ('history', 0, 'prune', jsonb_build_object('rows', %s, 'before', now() - interval %L)) %s;
                 delete from audit.change where %s $$, rows, age, further, condition);

select test.rejects(who, pg_temp.delete_by_hand(rows, age, condition), '23514', 'History is not deleted.',
  format('%s cannot delete history by hand, %s', who, reason))
from unnest(array['dba', 'owner']) who,
     (values
       (3, '16 months', 'changed_at < now() - interval ''16 months'' and action <> ''prune''', 'more than the trace says'),
       (3, '16 months', 'changed_at < now() - interval ''16 months'' and action <> ''prune'' and id < 0', 'less than the trace says'),
       (2, '2 years',   'changed_at < now() - interval ''16 months'' and action <> ''prune''', 'what is younger than the trace says'),
       (0, '11 months', 'id < 0', 'with a trace of what is too young')) attempt (rows, age, condition, reason);
select test.rejects('dba', pg_temp.delete_by_hand(1, '7 years', $$ changed_at < now() - interval '7 years' $$),
  '23514', 'History is not deleted.',
  'a superuser cannot delete the trace of an earlier pruning');
select test.rejects('dba', pg_temp.delete_by_hand(1, '2 years', $$ record = 'client' $$),
  '23514', 'History is not deleted.',
  'a superuser cannot delete the history of today');
select test.rejects('dba', $$
    insert into audit.change (record, row_id, action, old_values, transaction_id)
    values ('history', 0, 'prune', jsonb_build_object('rows', 2, 'before', now() - interval '16 months'), '5');
    delete from audit.change where record = 'contract' $$,
  '23514', 'History is not deleted.',
  'history cannot be deleted with a trace of another transaction');
select test.rejects('dba', $$
    insert into audit.change (record, row_id, action, old_values) values ('history', 0, 'prune', '{}');
    delete from audit.change where record = 'contract' $$,
  '23514', 'History is not deleted.',
  'history cannot be deleted with an empty trace');
select test.rejects('dba', $$
    insert into audit.change (record, row_id, action, old_values)
    values ('history', 0, 'update', jsonb_build_object('rows', 2, 'before', now() - interval '16 months'));
    delete from audit.change where record = 'contract' $$,
  '23514', 'History is not deleted.',
  'history cannot be deleted with a trace of another action');


-- the policies alone, behind a trace that allows it

call test.given('dba', $$ insert into audit.change (record, row_id, action, old_values)
                          values ('history', 0, 'prune', jsonb_build_object('rows', 0, 'before', now() - interval '1 year')) $$);
select test.affects_no_rows('owner', $$ delete from audit.change where record = 'client' $$,
  'no policy lets the owner delete what is young');
select test.affects_no_rows('owner', $$ delete from audit.change where action = 'prune' and changed_at < now() - interval '1 year' $$,
  'no policy lets the owner delete a trace');

select * from finish();
rollback;
