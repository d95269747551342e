--! Previous: sha1:a7454f5ede46bfd0f1a4415d6c113516cd0fb0d6
--! Hash: sha1:03c301b1061557d51604a905159dc80767ab6daa
--! Message: queue

-- Nothing yet.
select 1;
