--! Previous: sha1:692a94d184d5ffa3491ee5140b850ba457611ce8
--! Hash: sha1:1d8f0af5fdda4b66d773f065ee7c1e0580452732
--! Message: limits

-- Nothing yet.
select 1;
