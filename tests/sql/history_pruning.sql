-- dba.prune_history: those who look after the database remove old history, which leaves a trace. Nobody else does,
-- and nothing younger than audit.minimum_retention() goes.

begin;
set local search_path = tap, public;
select plan(54);
call test.open_the_company();

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


-- who prunes

select test.leaves('dba', format('%s %s; reset role', becoming, pg_temp.prune('2 years')),
  $$ select (count(*), count(*) filter (where changed_at < now() - interval '2 years'),
             count(*) filter (where record = 'contract'), count(*) filter (where action = 'prune')) from audit.change $$, '(5,1,2,2)',
  format('%s prunes: what is older goes, what is younger stays, and so do the traces', who))
from (values
  ('a superuser', ''),
  ('the owner', 'set local role epic_owner;'),
  ('a member of epic_owner', 'set local role epic_test_dba;')) attempt (who, becoming);
select test.forbids(who, pg_temp.prune('5 years'), format('%s does not prune', who))
from unnest(array['alice', 'chloe', 'emma', 'login', 'stranger']) who;
select ok(not has_function_privilege(role, 'dba.prune_history(interval)', 'execute') and not has_schema_privilege(role, 'dba', 'usage'),
  format('%s has no right to prune', role))
from unnest(array['epic_authenticator', 'epic_anonymous', 'epic_employee', 'epic_sales', 'epic_support', 'epic_management']) role;


-- how much goes, and what it leaves

select is((test.attempt('dba', format('select set_config(%L, dba.prune_history(%L)::text, true)', 'test.pruned', age),
                        $$ current_setting('test.pruned') $$)).answer, removed::text,
  format('%s entries are older than %s', removed, age))
from (values ('1 year', 6), ('2 years', 4), ('5 years', 2), ('100 years', 0)) pruning (age, removed);
select test.leaves('dba', pg_temp.prune('2 years'),
  $$ select (record, row_id, action, employee_id, database_user = session_user, transaction_id = pg_current_xact_id(), changed_at = now(),
             old_values ->> 'rows', (old_values ->> 'before')::timestamptz = now() - interval '2 years', new_values)
     from audit.change where id = (select max(id) from audit.change) $$,
  '(history,0,prune,,t,t,t,4,t,)',
  'the trace says who pruned, when, how many entries, and what they were older than');
select test.leaves('dba', pg_temp.prune('100 years'),
  $$ select count(*) from audit.change where action = 'prune' $$, '1',
  'pruning nothing leaves no trace');
select test.leaves('dba', concat_ws(';', pg_temp.prune('5 years'), pg_temp.prune('2 years')),
  $$ select string_agg(old_values ->> 'rows', ', ' order by id) from audit.change where action = 'prune' $$, '7, 2, 2',
  'each pruning leaves its own trace, and none removes another''s');
select test.leaves('dba', 'set local role epic_owner; ' || pg_temp.prune('1 year') || '; reset role',
  $$ select (count(*), count(*) filter (where record = 'client')) from audit.change $$, '(3,1)',
  'at most what is older than the minimum age goes');

call test.given('dba', pg_temp.prune('2 years'));
select test.reads(who, $$ select (record, row_id, action, employee_id, database_user is not null, old_values ->> 'rows')
                          from crm.history where action = 'prune' order by id desc limit 1 $$,
  '(history,0,prune,,t,4)', format('%s reads in history that it was pruned, and by whom', test.team(who)))
from unnest(array['alice', 'chloe', 'emma']) who;


-- what is too young

select test.refuses(who, pg_temp.prune(age), '23514', 'History is kept for at least 1 year.',
  format('%s does not prune what is younger than a year: %s', who, coalesce(age, 'null')))
from unnest(array['dba', 'owner']) who,
     unnest(array['364 days', '11 months', '1 day', '0', '-1 year', null]) age;
select test.advises('dba', pg_temp.prune('1 month'),
  'Prune what is older: select dba.prune_history(older_than => ''1 year'');',
  'whoever tries is told what they can do');
select is(audit.minimum_retention(), interval '1 year', 'the minimum age is a year');


-- by hand: what the function would not do is refused without it too

create function pg_temp.delete_by_hand(rows integer, age text, condition text, further text default '') returns text
language sql
return format($$ insert into audit.change (record, row_id, action, old_values)
                 values ('history', 0, 'prune', jsonb_build_object('rows', %s, 'before', now() - interval %L)) %s;
                 delete from audit.change where %s $$, rows, age, further, condition);

select test.refuses(who, pg_temp.delete_by_hand(rows, age, condition), '23514', 'History is not deleted.',
  format('%s does not delete by hand, %s', who, reason))
from unnest(array['dba', 'owner']) who,
     (values
       (3, '16 months', 'changed_at < now() - interval ''16 months'' and action <> ''prune''', 'more than the trace says'),
       (3, '16 months', 'changed_at < now() - interval ''16 months'' and action <> ''prune'' and id < 0', 'less than the trace says'),
       (2, '2 years',   'changed_at < now() - interval ''16 months'' and action <> ''prune''', 'what is younger than the trace says'),
       (0, '11 months', 'id < 0', 'with a trace of what is too young')) attempt (rows, age, condition, reason);
select test.refuses('dba', pg_temp.delete_by_hand(1, '7 years', $$ changed_at < now() - interval '7 years' $$),
  '23514', 'History is not deleted.',
  'a superuser does not delete the trace of an earlier pruning');
select test.refuses('dba', pg_temp.delete_by_hand(1, '2 years', $$ record = 'client' $$),
  '23514', 'History is not deleted.',
  'a superuser does not delete the history of today');
select test.refuses('dba', $$
    insert into audit.change (record, row_id, action, old_values, transaction_id)
    values ('history', 0, 'prune', jsonb_build_object('rows', 2, 'before', now() - interval '16 months'), '5');
    delete from audit.change where record = 'contract' $$,
  '23514', 'History is not deleted.',
  'the trace that another transaction left does not count');
select test.refuses('dba', $$
    insert into audit.change (record, row_id, action, old_values) values ('history', 0, 'prune', '{}');
    delete from audit.change where record = 'contract' $$,
  '23514', 'History is not deleted.',
  'nor does one that says nothing');
select test.refuses('dba', $$
    insert into audit.change (record, row_id, action, old_values)
    values ('history', 0, 'update', jsonb_build_object('rows', 2, 'before', now() - interval '16 months'));
    delete from audit.change where record = 'contract' $$,
  '23514', 'History is not deleted.',
  'nor does what is no pruning');


-- the policies alone, behind a trace that allows it

call test.given('dba', $$ insert into audit.change (record, row_id, action, old_values)
                          values ('history', 0, 'prune', jsonb_build_object('rows', 0, 'before', now() - interval '1 year')) $$);
select test.touches_nothing('owner', $$ delete from audit.change where record = 'client' $$,
  'no policy lets the owner delete what is young');
select test.touches_nothing('owner', $$ delete from audit.change where action = 'prune' and changed_at < now() - interval '1 year' $$,
  'no policy lets the owner delete a trace');

select * from finish();
rollback;
