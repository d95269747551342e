--! Previous: sha1:50e6ad91f2e54e26de3616a107f77ff01361d17b
--! Hash: sha1:c5f42abb231117c6a3d239e11ca45b2fcdccd322
--! Message: limits

-- Nothing yet.
select 1;
