--! Previous: sha1:00c8db820546cd89070b54f139b37b1f44bc9e7c
--! Hash: sha1:fc42c527f41366da2ac79cc532c86e81457f3b43
--! Message: identity

-- Nothing yet.
select 1;
