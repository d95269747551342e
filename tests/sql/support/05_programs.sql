-- Programs: service accounts of the tests, which sign assertions, and have sessions for `test.act_as('program of emma')`.
-- The key is of the tests alone.

create table test.program_key (
  part  text primary key,
  value bytea not null
);
insert into test.program_key (part, value)
select part, decode(value, 'hex')
from (values
  ('modulus',
    'c14484a2a6a2f9cfbad03b14d41720be5d67367270b1c8661ba9c0c35eda91ecdafac0914f5f048070f5d37f9782842b22d3a41400e576462c6854eb'
    'bbfa5ed6942b1e4b1d5011de6b360f435262a5ca98a433aaf60e319ad97942a3c42f9b00525ec91fdf2414f6b8ee0c5c2d623f51d34245f779479371'
    'c6d48a14346d01092d5d485b406b5de1217184717af34961a60d007520aa61ce18ea9cc04e4014af2a6d24bf5bdd6e0200c996543a94d22040d11e40'
    '6c3ec81ab20041187cb1568adb87cd0d9bc37a4dca0ab5ea9e8027929efe2c4417cdceb50b9dd0a1286293ca93ba8726a3ad748f11424103ff5edea8'
    'f42ba2573ecb29e373df7176c21f8da3'),
  ('p',
    'e1ea10cf3df96c97c8f2ac155b65c695311e408050c7c253786f8b9dea8465816d427b3f74a248a9fa663a8012a73f21c97769a5c2be85e680f89d2a'
    '479c9ed2f443f16dea6fb65bf397366bdb253c44efc917bcea38dc52604349f2ae3dc1e30d8fb588bac39c71da06f92ec705031a1f9e781095597694'
    'e3880d9fff0b8f3f'),
  ('q',
    'db0173f85590355c85e408c74758828d4d1e3f790a784f5c20fc35a4b9c021fe36125718518cae59ac15e318cfb13c9939f1691215a3f46cfd88c2d1'
    '9e515c7a789d42f91a7657b99ae968636c462c99463793a94fa8d1965957dc919bfa5ad98bb8d5f0ae1fea0e4d46b4076421d49621d41b2cd895b398'
    '2e6ad38ef7fe4c9d'),
  ('dp',
    'c36cab25db428c81b0bedbc58dceb8be0e435120aec05e85be451fcd77351869a18e44f75b7996ca1365a36d6eb566935fa800a7f792c059e96f26e5'
    '901517fefc7659beef71bb9a4759a32621e84ffe823ebe5e196f1e87d3e5e16e20f42368ba2e7aa6d088ae287ea6519ff96188916c90b4e4038de45a'
    '5f892de01dcc6e19'),
  ('dq',
    '417bf1bd3378673c3f1cac3349f6013356f7d06ad4e29c7823b4c62577152814e6fe1ce4bc9da014580c43574be2e707b9f7a13f33114f28b7b688ea'
    '3cb87f3a6f8e36545dc13d01d67c2c266e5d9d40476a9ed0656d491df7a0f9e6e008bfd98499c3feaf52039e3b2504f7a0cd2ccfa755d0ba5c188716'
    'ddea3b4fe87f3551'),
  ('qi',
    '37592ea8ebf3428de6693955cf79216877aff20cd2988c8037744674fd83c7b491c390194729abd3af512ea2446a011c318487f21b5ee09fd8d6b248'
    'f4c786f8a93a893c22d97f747c1c46bdd86adb15f4667c61001f6186ca573daa3ae708e2ee86d1cbdf4273911411c8ad60ab785b744e1780edf495d6'
    'aa8c6b9b407d541d')
) parts (part, value);
grant select on test.program_key to public;

create function test.program_modulus() returns bytea
language sql stable
return (select value from test.program_key where part = 'modulus');


create procedure test.create_program(owner text, name text default null, read_only boolean default false, expires_at timestamptz default null)
language sql
begin atomic
  select identity.create_service_account(
    coalesce(name, 'program-of-' || owner), (select email from crm.employee where id = test.id(owner)),
    test.program_modulus(), 'epic-server', read_only, expires_at);
  insert into identity.session (employee_id, service_account, user_agent, read_only)
  values (test.id(owner), coalesce(name, 'program-of-' || owner), 'program of ' || owner, read_only);
  insert into identity.access_token (secret_hash, session_id, expires_at)
  values (sha256(test.secret('program of ' || owner)), test.session('program of ' || owner), now() + interval '15 minutes');
end;
comment on procedure test.create_program(text, text, boolean, timestamptz) is
  'Creates a service account of an employee, as a DBA, and opens a session of it: `program of …` may then act.';


-- Assertions

create function test.power(base numeric, exponent bytea, modulus numeric) returns numeric
language plpgsql immutable
as $$
declare
  result numeric := 1;
begin
  for position in 0 .. length(exponent) - 1 loop
    for shift in reverse 7 .. 0 loop
      result := result * result % modulus;
      if get_byte(exponent, position) >> shift & 1 = 1 then
        result := result * base % modulus;
      end if;
    end loop;
  end loop;
  return result;
end
$$;
comment on function test.power(numeric, bytea, numeric) is
  'A power of a number, modulo another.';

create function test.bytes(value numeric, size integer) returns bytea
language plpgsql immutable
as $$
declare
  rest   numeric := value;
  result bytea   := decode(repeat('00', size), 'hex');
begin
  for position in reverse size - 1 .. 0 loop
    result := set_byte(result, position, (rest % 256)::integer);
    rest := div(rest, 256);
  end loop;
  return result;
end
$$;

create function test.base64url(bytes bytea) returns text
language sql immutable
return translate(encode(bytes, 'base64'), E'+/=\n', '-_');

create function test.signature(message text) returns bytea
language plpgsql stable
as $$
declare
  p numeric := identity.big_integer((select value from test.program_key where part = 'p'));
  q numeric := identity.big_integer((select value from test.program_key where part = 'q'));
  padded  numeric := identity.big_integer(identity.rs256_expected(message, 256));
  modulo_p numeric := test.power(padded, (select value from test.program_key where part = 'dp'), p);
  modulo_q numeric := test.power(padded, (select value from test.program_key where part = 'dq'), q);
  qi numeric := identity.big_integer((select value from test.program_key where part = 'qi'));
begin
  return test.bytes(modulo_q + q * ((qi * (modulo_p - modulo_q) % p + p) % p), 256);
end
$$;
comment on function test.signature(text) is
  'The signature of a message with the key of the tests: RS256.';

create function test.jwt(claims text, header text default '{"alg": "RS256"}') returns text
language sql stable
return (
  select message || '.' || test.base64url(test.signature(message))
  from (select test.base64url(convert_to(header, 'UTF8')) || '.' || test.base64url(convert_to(claims, 'UTF8')) as message) signed);

create function test.assertion(claims jsonb default '{}', header jsonb default '{"alg": "RS256"}') returns text
language sql volatile
return test.jwt(
  jsonb_strip_nulls(jsonb_build_object(
    'iss', 'backup-job', 'sub', 'backup-job', 'aud', 'epic-server', 'jti', gen_random_uuid(),
    'exp', extract(epoch from clock_timestamp() + interval '1 minute')) || claims)::text,
  header::text);
comment on function test.assertion(jsonb, jsonb) is
  'An assertion of the service account backup-job, good for a minute, with claims of one''s own; null leaves one out.';
