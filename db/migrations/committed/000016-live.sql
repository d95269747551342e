--! Previous: sha1:5951983e562c85ae53582b29584faaa90f3c8262
--! Hash: sha1:3ff462c12b2d5b5e1d36e013a72e15ca3953ca06
--! Message: live

-- Nothing yet.
select 1;
