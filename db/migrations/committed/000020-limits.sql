--! Previous: sha1:aff63219a3c8636328288d532e584d5a73c11f89
--! Hash: sha1:22cce1d7b9d3a52d0400cd9ea627dcd8663dcde2
--! Message: limits

-- Nothing yet.
select 1;
