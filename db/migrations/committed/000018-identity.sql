--! Previous: sha1:266883fba0bb3727d0b5871f126e45ca59cfe130
--! Hash: sha1:5fd2935570ea3d115727818667f8572b0095791b
--! Message: identity

-- Nothing yet.
select 1;
