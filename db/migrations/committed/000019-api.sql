--! Previous: sha1:b46bcba9273251460c7fd4c326321b8e9eae9fc7
--! Hash: sha1:f1e11b1193f14bd4f152d1bbcfbd4632e0f9a585
--! Message: api

-- Nothing yet.
select 1;
