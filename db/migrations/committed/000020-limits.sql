--! Previous: sha1:476c73e1aa2238e2c52b4b03379f9b317d87815f
--! Hash: sha1:b2131c507f268685ce06939dcbd65f0a4b43fc8a
--! Message: limits

-- Nothing yet.
select 1;
