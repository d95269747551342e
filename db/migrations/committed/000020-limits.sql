--! Previous: sha1:33546bd216d0fb75031f349dd02a82077676a3dd
--! Hash: sha1:5ec5c7d14198780dcbf5c017089dbcfedcefb468
--! Message: limits

-- Nothing yet.
select 1;
