-- Idempotency keys: a mutation claims its key in its own transaction, and a repetition is answered with what was kept.
-- Two transactions at once are tested in tests/server/idempotency.test.ts.

begin;
set local search_path = tap, public;
select plan(30);
call test.load_company();
call test.create_program('alice');

create function pg_temp.claim(key text default 'key', fingerprint text default 'request', field integer default 0) returns text
language sql
return format('select set_config(%L, claim::text, true) from crm_private.claim_idempotency_key(sha256(%L), %s, %L) claim', 'test.claim', key, field, fingerprint);

create function pg_temp.keep(answer text, key text default 'key', field integer default 0) returns text
language sql
return format('select crm_private.keep_answer(sha256(%L), %s, %L)', key, field, answer);

create function pg_temp.release(key text default 'key', field integer default 0) returns text
language sql
return format('select crm_private.release_idempotency_key(sha256(%L), %s)', key, field);

create function pg_temp.claimed() returns text
language sql
return current_setting('test.claim');


-- claiming

select test.results_in(who, pg_temp.claim(), 'pg_temp.claimed()', '(f,)', format('a key that is new is claimed (%s)', who))
from unnest(array['alice', 'chloe', 'emma', 'program of alice']) who;
select test.forbids(who, pg_temp.claim(), format('%s claims no key', who)) from unnest(array['anonymous', 'authenticator', 'worker']) who;

call test.given('alice', pg_temp.claim());
call test.given('alice', pg_temp.keep('[["7", {"b": 1, "a": 2}]]'));
select test.results_in('alice', pg_temp.claim(), 'pg_temp.claimed()', '(t,"[[""7"", {""b"": 1, ""a"": 2}]]")',
  'the same request is answered as before, to the letter');
select test.results_in(who, pg_temp.claim(), 'pg_temp.claimed()', '(f,)', format('the key of another principal is another key (%s)', who))
from unnest(array['bruno', 'program of alice']) who;
select test.results_in('alice', pg_temp.claim(field => 1), 'pg_temp.claimed()', '(f,)', 'each mutation of a request is claimed by itself');
select test.rejects_with_data('alice', pg_temp.claim(fingerprint => 'another request'), 'EP409', 'idempotency_key_reused', null, null,
  'This idempotency key belongs to another request.', 'a key is good for one request');
select test.hints('alice', pg_temp.claim(fingerprint => 'another request'), 'Send each request with a key of its own.',
  'a key that was used again: what to do');


-- what is kept

select test.results_in('bruno', pg_temp.keep('["another"]'), $$ select answer from crm_private.idempotency_key $$, '[["7", {"b": 1, "a": 2}]]',
  'no one writes the answer of another person');
select test.results_in('alice', pg_temp.release(), $$ select count(*) from crm_private.idempotency_key where created_at = now() $$, '1',
  'a key with an answer is not given back');
call test.given('dba', $$ update crm_private.idempotency_key set created_at = now() - interval '1 minute' $$);
select test.results_in('alice', pg_temp.keep('["another"]'), $$ select answer from crm_private.idempotency_key $$, '[["7", {"b": 1, "a": 2}]]',
  'the answer of an earlier transaction stays as it was');

call test.given('alice', pg_temp.claim('second'));
select test.results_in('alice', pg_temp.release('second') || ';' || pg_temp.claim('second', 'another request'), 'pg_temp.claimed()', '(f,)',
  'the key of a mutation that changed nothing is given back');
select test.results_in('bruno', pg_temp.release('second'), $$ select count(*) from crm_private.idempotency_key where created_at <= now() - interval '1 day' $$, '0',
  'no one gives back the key of another person');
call test.given('alice', pg_temp.keep(to_json(repeat('a', 65535))::text, 'second'));
select test.rejects_with_data('alice', pg_temp.claim('second'), 'EP409', 'answer_not_kept', null,
  jsonb_build_object('since', now()), 'This request was received before, and its answer is not kept.',
  'an answer that is too long is not kept, and the request is still not carried out again');


-- each key by itself: beside those of others, of one's program, and of the other mutations of a request

create function pg_temp.kept_of(who text) returns text
language sql
return format($$ select string_agg(concat_ws(' ', %L, field, coalesce(answer::text, 'nothing'), case when created_at < now() then 'given back' end), ', '
                   order by key_hash <> sha256('a'), service_account, field)
                 from crm_private.idempotency_key
                 where key_hash in (sha256('a'), sha256('b')) and employee_id = test.id(%1$L) $$, who);

call test.given('alice', pg_temp.claim('a', 'of alice'));
call test.given('chloe', pg_temp.claim('a', 'of chloe'));
call test.given('program of alice', pg_temp.claim('b'));
select test.results_in(who, concat_ws(';', pg_temp.claim('a'), pg_temp.keep('["mine"]', 'a'), pg_temp.claim('a')), 'pg_temp.claimed()', '(t,"[""mine""]")',
  format('beside the same key of others, %s is answered as before', who))
from unnest(array['bruno', 'program of alice']) who;
select test.results_in('alice', concat_ws(';', pg_temp.claim('a', field => 1), pg_temp.keep('["mine"]', 'a', 1), pg_temp.claim('a', field => 1)),
  'pg_temp.claimed()', '(t,"[""mine""]")', 'beside the first mutation of a request, the second is answered as before');

select test.results_in('alice', concat_ws(';', pg_temp.claim('a', field => 1), pg_temp.claim('b'), pg_temp.keep('["mine"]', 'a', 1)), pg_temp.kept_of('alice'),
  'alice 0 nothing, alice 1 ["mine"], alice 0 nothing, alice 0 nothing', 'an answer is kept for its mutation alone');
select test.results_in('alice', concat_ws(';', pg_temp.claim('a', field => 1), pg_temp.claim('b'), pg_temp.release('b')), pg_temp.kept_of('alice'),
  'alice 0 nothing, alice 1 nothing, alice 0 nothing given back, alice 0 nothing', 'a key is given back for its mutation alone');
select test.results_in('alice', concat_ws(';', pg_temp.claim('b'), pg_temp.claim('b', field => 1), pg_temp.release('b', 1)), pg_temp.kept_of('alice'),
  'alice 0 nothing, alice 0 nothing, alice 1 nothing given back, alice 0 nothing', 'the mutations of a request are given back one by one');
call test.given('dba', $$ delete from crm_private.idempotency_key where key_hash in (sha256('a'), sha256('b')) $$);


-- how long

call test.given('dba', $$ update crm_private.idempotency_key set created_at = now() - interval '23 hours 59 minutes' where answer is not null $$);
select test.results_in('alice', pg_temp.claim(), 'left(pg_temp.claimed(), 3)', '(t,', 'a key is good for a day');
select test.results_in('worker', 'select crm_private.forget_idempotency_keys()', $$ select count(*) from crm_private.idempotency_key $$, '2',
  'a key of less than a day is not forgotten');
call test.given('dba', $$ update crm_private.idempotency_key set created_at = now() - interval '1 day' where answer is not null $$);
select test.results_in('alice', pg_temp.claim(fingerprint => 'another request'), 'pg_temp.claimed()', '(f,)', 'after a day a key is new again');
select test.results_in('worker', 'select crm_private.forget_idempotency_keys()', $$ select count(*) from crm_private.idempotency_key $$, '1',
  'after a day a key is forgotten');


-- personal data

call test.given('chloe', pg_temp.claim());
call test.given('chloe', pg_temp.keep('[["Anaïs Durand"]]'));
select test.results_in('emma', $$ select crm.erase_client(test.id('acme'), confirm => true) $$,
  $$ select (count(*), count(answer)) from crm_private.idempotency_key $$, '(3,0)',
  'erasing a client forgets every answer, and no key');

select * from finish();
rollback;
