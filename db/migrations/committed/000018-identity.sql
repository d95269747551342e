--! Previous: sha1:0aca1f9a369e8f119dc0e8f7476714db3332bf4a
--! Hash: sha1:9e1ee0060d07ad9f4e8e35ed4e4bb5c9dffb76c9
--! Message: identity

-- Nothing yet.
select 1;
