--! Previous: sha1:46ac0ecff4833fd40303d95ff7f0e643de2f3a1b
--! Hash: sha1:8fad57d1f7da6693ced893e32712b1978dd454b6
--! Message: limits

-- Nothing yet.
select 1;
