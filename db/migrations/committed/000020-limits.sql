--! Previous: sha1:fe8836b941ab2c4ad394753732c35e2d8e900da8
--! Hash: sha1:ae82ed4d276393d368c8fb304cd7a3f0aaf0b23f
--! Message: limits

-- Nothing yet.
select 1;
