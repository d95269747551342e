--! Previous: sha1:45e6fb464617bc28653f344f6fb654f220141e42
--! Hash: sha1:fb38f97f89a33683454632095976cf2315a326c1
--! Message: tools

-- The tools of schema dba are deployed from db/dba, all of them anew each time, like the policies.

drop procedure dba.close_table(regclass);
