--! Previous: sha1:3d7f68e30eecc9f4c3ece3fde96ebf3c9135cc77
--! Hash: sha1:9441dfa73ec9b13d856a353ad09136a6431d416a
--! Message: limits

-- Nothing yet.
select 1;
