--! Previous: sha1:bc7f4915015ac06f1dbc9461dd2622d41e1b95dd
--! Hash: sha1:5436a98cf0c9bc166547ac7b3299f2ae5e2b6cf7
--! Message: queue

-- The queue. What must leave the database, an e-mail or an entry of the business journal, is a job that is added in
-- the transaction that it tells of: committed with it or not at all. The servers deliver the jobs, as epic_courier.
--
-- The queue is graphile-worker's, in a schema of that name which it makes and keeps itself; a deployment sees to that
-- before the migrations. A job holds ids: what it is about is read when it is delivered.


-- The business journal: every employee created, changed or deleted, and every contract signed, from the record that
-- the database itself keeps of the change.

drop trigger employee_95_announce_created        on crm.employee;
drop trigger employee_95_announce_changed        on crm.employee;
drop trigger employee_95_announce_deleted        on crm.employee;
drop trigger contract_95_announce_entered_signed on crm.contract;
drop trigger contract_95_announce_signed         on crm.contract;
drop function audit.announce();

create function audit.enter_in_journal() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform graphile_worker.add_job('journal', json_build_object(
    'event', gen_random_uuid(),
    'kind', case
      when new.record = 'contract' then 'contract.signed'
      else 'employee.' || case new.action when 'insert' then 'created' when 'update' then 'changed' else 'deleted' end
    end,
    'id', new.row_id,
    'actor', new.employee_id,
    'change', new.id,
    'at', new.changed_at));
  return null;
end
$$;
comment on function audit.enter_in_journal() is
  'Adds a job `journal` with ids only. Its event is the id under which the entry is delivered, however often: a repeat can be told.';

-- Where the policies have been deployed before, the owner keeps no trigger on history. They take it away again.
grant trigger on audit.change to epic_owner;
create trigger change_95_enters_journal
  after insert on audit.change
  for each row
  when (new.record = 'employee' or new.record = 'contract' and new.new_values ->> 'status' = 'signed')
  execute function audit.enter_in_journal();
alter table audit.change enable always trigger change_95_enters_journal;
comment on trigger change_95_enters_journal on audit.change is
  'Every employee created, changed or deleted, and every contract signed, is entered in the business journal.';


-- E-mail: one for each notification. After everything else that waits, since a mail host may be slow.

create function crm.notifications_are_mailed() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform graphile_worker.add_jobs(array_agg(json_populate_record(null::graphile_worker.job_spec, json_build_object(
    'identifier', 'notification_mail',
    'payload', json_build_object('notification', id),
    'priority', 10))))
  from written
  having count(*) > 0;
  return null;
end
$$;

create trigger notification_95_is_mailed
  after insert on crm.notification
  referencing new table as written
  for each statement
  execute function crm.notifications_are_mailed();
comment on trigger notification_95_is_mailed on crm.notification is
  'Whoever is notified gets an e-mail too, where a mail host is configured.';


-- Who may do what is explained to people. What the courier may is of no use to them: it is nobody whom they can ask.

create or replace function access.grants_on(
  relation regclass, privilege text,
  out role name, out is_mine boolean, out columns text[])
returns setof record
language sql stable parallel safe
begin atomic
  select
    coalesce(grantee.rolname, 'public'),
    acl.grantee = 0 or pg_has_role(acl.grantee, 'usage'),
    case when not bool_or(acl.position = 0) then array_agg(acl.column_name order by acl.position) end
  from (
    select entry.grantee, entry.privilege_type, null::text as column_name, 0 as position
    from pg_catalog.pg_class class, aclexplode(class.relacl) entry
    where class.oid = relation and entry.grantee <> class.relowner
    union all
    select entry.grantee, entry.privilege_type, attribute.attname, attribute.attnum
    from pg_catalog.pg_attribute attribute, aclexplode(attribute.attacl) entry
    where attribute.attrelid = relation and not attribute.attisdropped
  ) acl
  left join pg_catalog.pg_roles grantee on grantee.oid = acl.grantee
  where acl.privilege_type = privilege
    and grantee.rolname is distinct from 'epic_courier'
  group by acl.grantee, grantee.rolname;
end;
comment on function access.grants_on(regclass, text) is
  'The grants of a privilege on a table to people: to which role, whether that is one of the caller''s, and on which columns (null: on all of them).';

create or replace function access.policies_on(
  relation regclass, privilege text,
  out policy oid, out name name, out role name, out is_mine boolean, out is_permissive boolean,
  out is_using_true boolean, out is_check_true boolean, out sentence text)
returns setof record
language sql stable parallel safe
begin atomic
  select
    pol.oid,
    pol.polname,
    coalesce(grantee.rolname, 'public'),
    grantee.oid is null or pg_has_role(grantee.oid, 'usage'),
    pol.polpermissive,
    coalesce(pg_get_expr(pol.polqual, pol.polrelid) = 'true', false),
    coalesce(pg_get_expr(coalesce(pol.polwithcheck, pol.polqual), pol.polrelid) = 'true', false),
    obj_description(pol.oid, 'pg_policy')
  from pg_catalog.pg_policy pol
  join pg_catalog.pg_class class on class.oid = pol.polrelid
  cross join lateral unnest(pol.polroles) as for_role (oid)
  left join pg_catalog.pg_roles grantee on grantee.oid = for_role.oid
  where pol.polrelid = relation
    and pol.polcmd in ('*', case privilege when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w' else 'd' end)
    and (grantee.oid is distinct from class.relowner or pg_has_role(grantee.oid, 'usage'))
    and grantee.rolname is distinct from 'epic_courier';
end;
comment on function access.policies_on(regclass, text) is
  'The policies of a table for a privilege, other than those for the database''s own functions and for the courier.';
