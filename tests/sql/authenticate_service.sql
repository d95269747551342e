-- identity.authenticate_service: a program opens a session with an assertion that it has signed. The signature is verified in
-- the database, so that the API's login alone opens no session.

begin;
set local search_path = tap, public;
select plan(58);
call test.load_company();

call test.given('dba', $$ select identity.create_service_account('backup-job', 'alice@epic.example', test.program_modulus(), 'epic-server', false, null) $$);
call test.given('dba', $$ select identity.create_service_account('reporting', 'emma@epic.example', test.program_modulus(), 'epic-server', true, now() + interval '5 minutes') $$);

create function pg_temp.authenticate(assertion text, address inet default '192.0.2.1', secret_hash text default 'access') returns text
language sql
return format('select outcome from identity.authenticate_service(%L, %L, %L, %L)', assertion, secret_hash, 'backup/1.0', address);

create function pg_temp.exp(seconds numeric) returns jsonb
language sql volatile
return jsonb_build_object('exp', extract(epoch from clock_timestamp()) + seconds);

create function pg_temp.opened() returns text
language sql immutable
return $$
  select (employee_id = test.id('alice'), service_account, session.user_agent, session.read_only, second_factor,
          session.expires_at = now() + interval '15 minutes', ends_at = now() + interval '15 minutes',
          token.expires_at = now() + interval '15 minutes',
          (select count(*) from identity.refresh_token where session_id = session.id))
  from identity.session join identity.access_token token on token.session_id = session.id where secret_hash = 'access' $$;


-- what an assertion opens

select test.results_in('anonymous', pg_temp.authenticate(test.assertion()), pg_temp.opened(), '(t,backup-job,backup/1.0,f,f,t,t,t,0)',
  'an assertion opens a session of its owner, of fifteen minutes, without a second factor and without a refresh token');
select test.reads('anonymous', format($$
    select (outcome, service_account, employee_id = test.id('alice'), department, access_token_expires_at = now() + interval '15 minutes', retry_at)
    from identity.authenticate_service(%L, 'access', null, null) $$, test.assertion()),
  '(ok,backup-job,t,sales,t,)', 'opening a session says whose it is and until when');
select test.results_in('anonymous', pg_temp.authenticate(test.assertion('{"iss": "reporting", "sub": "reporting"}')),
  $$ select (employee_id = test.id('emma'), read_only, expires_at = now() + interval '5 minutes') from identity.session where service_account = 'reporting' $$, '(t,t,t)',
  'the session of a service account for reading only reads, and ends with the account');
select test.results_in('anonymous', pg_temp.authenticate(test.assertion()),
  $$ select string_agg(name, ' ') from identity.service_account where last_used_at = now() $$, 'backup-job',
  'opening a session notes when the account was used');
select test.reads('anonymous', pg_temp.authenticate(test.assertion(claims::jsonb)), 'ok', format('an assertion opens a session: %s', what))
from (values ('{"aud": ["elsewhere", "epic-server"]}', 'for several audiences'),
             ('{"nbf": 0}',                            'valid since long ago'),
             ('{"iat": 0, "more": {"of": "it"}}',      'with more claims')) good (claims, what);
select test.reads('anonymous', pg_temp.authenticate(test.assertion(pg_temp.exp(299))), 'ok', 'an assertion is good for five minutes at most');
select test.results_in('anonymous', pg_temp.authenticate(test.assertion()),
  $$ select (count(*), min(expires_at - clock_timestamp()) > interval '30 seconds') from identity.used_assertion where service_account = 'backup-job' $$, '(1,t)',
  'an assertion that was used is known until it expires');


-- the signature

select test.reads('anonymous', pg_temp.authenticate(assertion), outcome, format('an assertion is refused: %s', what))
from (values
  (null,                                                                'malformed',       'none at all'),
  ('',                                                                  'malformed',       'an empty one'),
  ('a.b.c',                                                             'malformed',       'no JSON'),
  (rpad(test.assertion(), 4097, 'A'),                                   'malformed',       'over 4,096 characters'),
  (test.assertion() || E'\n',                                           'malformed',       'a line feed at its end'),
  (test.jwt('{"iss": "backup-job", "jti": "\u0000"}'),                  'malformed',       'a character that PostgreSQL does not have'),
  (test.jwt('null'),                                                    'account_unknown', 'claims that are null'),
  (test.jwt('["backup-job"]'),                                          'account_unknown', 'claims that are a list'),
  (test.assertion('{"iss": "nobody", "sub": "nobody"}'),                'account_unknown', 'an account that does not exist'),
  (test.assertion('{"iss": null}'),                                     'account_unknown', 'no issuer'),
  (test.assertion(header => '{"alg": "none"}'),                         'algorithm',       'alg none'),
  (test.assertion(header => '{"alg": "HS256"}'),                        'algorithm',       'alg HS256'),
  (test.assertion(header => '{}'),                                      'algorithm',       'no algorithm'),
  (test.assertion(header => '{"alg": "RS256", "crit": ["b64"]}'),       'algorithm',       'a critical extension'),
  (regexp_replace(test.assertion(), '[^.]+$', repeat('A', 342)),        'signature',       'a signature of zeros'),
  (regexp_replace(test.assertion(), '[^.]+$', 'AQ'),                    'signature',       'a signature of one byte'),
  (regexp_replace(test.assertion(), '[^.]+$', repeat('_', 342)),        'signature',       'a signature beyond the modulus'),
  (regexp_replace(test.assertion(), '[^.]+$', test.base64url(test.signature('something else'))), 'signature', 'the signature of something else')
) bad (assertion, outcome, what);
call test.given('dba', $$ update identity.service_account set modulus = set_byte(modulus, 100, get_byte(modulus, 100) # 1) where name = 'reporting' $$);
select test.reads('anonymous', pg_temp.authenticate(test.assertion('{"iss": "reporting", "sub": "reporting"}')), 'signature',
  'an assertion signed with another key than the account''s is refused');
call test.given('dba', $$ update identity.service_account set modulus = test.program_modulus() where name = 'reporting' $$);


-- the claims

select test.reads('anonymous', pg_temp.authenticate(test.assertion(claims)), outcome, format('an assertion is refused: %s', what))
from (values
  ('{"sub": "reporting"}'::jsonb,    'subject',         'another subject'),
  ('{"sub": null}',                  'subject',         'no subject'),
  ('{"aud": "elsewhere"}',           'audience',        'another audience'),
  ('{"aud": null}',                  'audience',        'no audience'),
  ('{"exp": null}',                  'expiry_missing',  'no expiry'),
  ('{"exp": "4102444800"}',          'expiry_missing',  'an expiry that is a text'),
  (pg_temp.exp(-1),                  'expired',         'expired a second ago'),
  (pg_temp.exp(302),                 'expiry_too_late', 'more than five minutes'),
  ('{"nbf": 4102444800}',            'not_yet_valid',   'valid later'),
  ('{"nbf": "0"}',                   'not_yet_valid',   'valid from a text'),
  ('{"jti": null}',                  'id_missing',      'no id'),
  ('{"jti": 1}',                     'id_missing',      'an id that is a number')
) bad (claims, outcome, what);


-- once

select set_config('test.assertion', test.assertion('{"jti": "1"}'), true);
call test.given('anonymous', pg_temp.authenticate(current_setting('test.assertion'), secret_hash => 'first'));
select test.reads('anonymous', pg_temp.authenticate(current_setting('test.assertion')), 'replayed',
  'an assertion opens one session, and no second one');
select test.results_in('anonymous', pg_temp.authenticate(current_setting('test.assertion')),
  $$ select count(*) from identity.session where service_account = 'backup-job' $$, '1', 'a replayed assertion opens no session');
select test.reads('anonymous', pg_temp.authenticate(test.assertion('{"iss": "reporting", "sub": "reporting", "jti": "1"}')), 'ok',
  'an id is one''s own: another account may have used it');
call test.given('dba', $$
  insert into identity.used_assertion values ('backup-job', 'expired', now() - interval '1 second'), ('backup-job', 'valid', now() + interval '1 minute'),
                                         ('reporting', 'expired', now() - interval '1 second') $$);
select test.results_in('anonymous', pg_temp.authenticate(test.assertion()),
  $$ select string_agg(service_account || ' ' || encode(id_hash, 'escape'), ', ' order by service_account, id_hash)
     from identity.used_assertion where id_hash in ('expired', 'valid') $$, 'backup-job valid, reporting expired',
  'opening a session forgets the account''s expired assertions, and no others');
call test.given('dba', $$
  insert into identity.session (employee_id, service_account, user_agent, expires_at) values
    (test.id('alice'), 'backup-job', 'expired',   now() - interval '1 second'),
    (test.id('alice'), 'backup-job', 'open',      now() + interval '1 second'),
    (test.id('emma'),  'reporting',  'another''s', now() - interval '1 second'),
    (test.id('alice'), null,         'person''s', now() - interval '1 second') $$);
select test.results_in('anonymous', pg_temp.authenticate(test.assertion()),
  $$ select string_agg(user_agent, ', ' order by user_agent) from identity.session where user_agent in ('expired', 'open', 'another''s', 'person''s') $$,
  'another''s, open, person''s', 'opening a session removes the account''s expired sessions, and no others');
call test.given('dba', $$ delete from identity.session where service_account is not null $$);


-- the account and its owner

call test.given('dba', $$ update identity.service_account set revoked_at = now() where name = 'reporting' $$);
select test.reads('anonymous', pg_temp.authenticate(test.assertion('{"iss": "reporting", "sub": "reporting"}')), 'account_revoked',
  'an account that was revoked opens no session');
call test.given('dba', $$ update identity.service_account set revoked_at = null, expires_at = now() where name = 'reporting' $$);
select test.reads('anonymous', pg_temp.authenticate(test.assertion('{"iss": "reporting", "sub": "reporting"}')), 'account_expired',
  'an account that has expired opens no session');
call test.given('dba', $$
  set local session_replication_role = replica;
  update crm.employee set active = false where id = test.id('alice');
  set local session_replication_role = origin $$);
select test.reads('anonymous', pg_temp.authenticate(test.assertion()), 'owner_deactivated',
  'an account whose owner was deactivated opens no session, revoked or not');
call test.given('dba', $$ update crm.employee set active = true where id = test.id('alice') $$);


-- failures are counted as those of logins are

create function pg_temp.failures() returns text
language sql immutable
return $$
  select string_agg(concat_ws(' ', attempt.failures, counter.threshold, attempt.succeeded_at is not null), ', ' order by counter.threshold)
  from identity.attempt_counters('backup-job', '192.0.2.1') counter join identity.login_attempt attempt using (account, address) $$;

call test.given('dba', $$ delete from identity.login_attempt; delete from identity.used_assertion $$);
select test.results_in('anonymous', pg_temp.authenticate(test.assertion('{"jti": null}')), pg_temp.failures(), '1 5 f, 1 50 f, 1 100 f',
  'a refused assertion counts for the account and the network address');
select test.results_in('anonymous', pg_temp.authenticate(test.assertion()), pg_temp.failures(), '0 5 t, 0 50 f, 0 100 f',
  'an assertion that opens a session counts as a login');
select test.results_in('anonymous', pg_temp.authenticate('a.b.c'),
  $$ select count(*) from identity.attempt_counters('', '192.0.2.1') join identity.login_attempt using (account, address) where failures = 1 $$, '3',
  'what is no assertion counts as an attempt without a name');
do $$ begin for nth in 1..5 loop call test.given('anonymous', pg_temp.authenticate(test.assertion('{"jti": null}'))); end loop; end $$;
select test.reads('anonymous', format($$ select (outcome, retry_at > now(), session_id) from identity.authenticate_service(%L, 'access', null, '192.0.2.1') $$, test.assertion()),
  '(locked,t,)', 'after five refusals the address is locked, and a good assertion opens nothing');
select test.results_in('anonymous', pg_temp.authenticate(test.assertion()), $$ select count(*) from identity.used_assertion $$, '0',
  'an assertion that met a lock is not used up');
select test.reads('anonymous', pg_temp.authenticate(test.assertion(), '192.0.2.2'), 'ok', 'another address is not locked');


-- who may call it

select test.forbids(who, format('select identity.authenticate_service(%L, %L, null, null)', test.assertion(), 'access'),
  format('%s opens no session with an assertion: a request without a session does', who))
from unnest(array['alice', 'emma', 'authenticator', 'worker']) who;

select * from finish();
rollback;
