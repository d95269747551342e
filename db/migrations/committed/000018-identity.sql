--! Previous: sha1:8cfb967633bfed5fda78bea969d5263bf503fc8d
--! Hash: sha1:aeee60bc9677f7cb19a698e2a52f2675f49eff6f
--! Message: identity

-- Nothing yet.
select 1;
