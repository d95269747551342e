--! Previous: sha1:d5576c1b7caed662fefcc713c4a03955dc716a15
--! Hash: sha1:00c8db820546cd89070b54f139b37b1f44bc9e7c
--! Message: queue

-- Nothing yet.
select 1;
