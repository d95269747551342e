--! Previous: sha1:9e1ee0060d07ad9f4e8e35ed4e4bb5c9dffb76c9
--! Hash: sha1:fe8836b941ab2c4ad394753732c35e2d8e900da8
--! Message: api

-- Nothing yet.
select 1;
