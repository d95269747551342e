--! Previous: sha1:565058988874d4500afe072ecc0073659c2ecdd7
--! Hash: sha1:8cfb967633bfed5fda78bea969d5263bf503fc8d
--! Message: queue

-- Nothing yet.
select 1;
