-- For databases of before the first release, whose schema identity was called auth, as Supabase's is: `epic-server migrate`
-- runs it once.

alter schema auth rename to identity;

do $$
declare
  statement text;
begin
  for statement in
    select regexp_replace(pg_get_functiondef(oid), '\mauth\.', 'identity.', 'g')
    from pg_proc
    -- the other functions that name it are in db/functions
    where oid in ('crm.current_employee_id'::regproc, 'identity.current_session_id'::regproc)
    union all
    select format('comment on column %s.%I is %L', attrelid::regclass, attname,
      regexp_replace(description, '\mauth\.', 'identity.', 'g'))
    from pg_attribute join pg_description on objoid = attrelid and objsubid = attnum and classoid = 'pg_class'::regclass
    where attrelid in (select oid from pg_class where relnamespace = 'identity'::regnamespace) and description ~ '\mauth\.'
    union all
    select format('comment on table %s is %L', pg_class.oid::regclass, regexp_replace(description, '\mauth\.', 'identity.', 'g'))
    from pg_class join pg_description on objoid = pg_class.oid and objsubid = 0 and classoid = 'pg_class'::regclass
    where relkind = 'r' and relnamespace = 'identity'::regnamespace and description ~ '\mauth\.'
  loop
    execute statement;
  end loop;
end
$$;
