--! Previous: sha1:5fd2935570ea3d115727818667f8572b0095791b
--! Hash: sha1:79e9a75dbe64cd0911f12b00d6b677469a23d437
--! Message: api

-- Nothing yet.
select 1;
