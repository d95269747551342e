--! Previous: sha1:fc42c527f41366da2ac79cc532c86e81457f3b43
--! Hash: sha1:476c73e1aa2238e2c52b4b03379f9b317d87815f
--! Message: api

-- Nothing yet.
select 1;
