--! Previous: sha1:e9c5ce67bd338d77651cd140a63cd11d77670955
--! Hash: sha1:3aa4e5e73d86dfaef7864cbd118a25a352eec355
--! Message: limits

-- Nothing yet.
select 1;
