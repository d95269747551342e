--! Previous: sha1:4a023744c57a2155ace4238d1dc1e4b040a19d25
--! Hash: sha1:479bf20659e17c961cec41a0d431474095d6113c
--! Message: limits

-- Nothing yet.
select 1;
