--! Previous: sha1:32e87115cb942c2682b6cc88f69c0702123aa6b8
--! Hash: sha1:aff63219a3c8636328288d532e584d5a73c11f89
--! Message: api

-- Nothing yet.
select 1;
