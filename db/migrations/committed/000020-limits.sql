--! Previous: sha1:79e9a75dbe64cd0911f12b00d6b677469a23d437
--! Hash: sha1:e2a7d301542a158f305a2172106fddfb6baf86b4
--! Message: limits

-- Nothing yet.
select 1;
