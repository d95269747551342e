--! Previous: sha1:9f53034d186634818f98268cb957b35ddc74c0ce
--! Hash: sha1:50e6ad91f2e54e26de3616a107f77ff01361d17b
--! Message: api

-- Nothing yet.
select 1;
