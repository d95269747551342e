--! Previous: sha1:f1e11b1193f14bd4f152d1bbcfbd4632e0f9a585
--! Hash: sha1:965a642edcc638da5be63d0fa4543be121f8a82a
--! Message: limits

-- Nothing yet.
select 1;
